import { parentPort } from 'node:worker_threads';
import type { SpokenWord } from '@parley/engine/ports/synthesizer.ts';
import { spokenShares } from '@parley/engine/text/speaking-time.ts';
import type { SpokenPiece } from '@parley/engine/text/spoken-form/rule.ts';
import { LruMap } from '../lru-map.ts';
import { isSpeakable } from '../speakable.ts';
import type { FliteReply, FliteRequest } from './flite-messages.ts';
import { loadFlite } from './flite-program.ts';
import { speechSpan } from './trim-silence.ts';
import { wordTimes } from './word-times.ts';

/** The thread of the voices: one request after another, an answer to each. */
const port = parentPort;
if (port === null) throw new Error('flite-worker.ts is a worker thread; do not run it by itself');

/** Pronunciations of words already met: replies are made of few words. 5,000 take about 1 MB. */
const pronunciations = new LruMap<string, readonly string[]>(5_000);
const loading = loadFlite();

port.on('message', (request: FliteRequest) => {
  void answer(request)
    .catch(
      (error: unknown): FliteReply => ({
        type: 'failed',
        id: request.id,
        message: error instanceof Error ? error.message : String(error),
      }),
    )
    .then((reply) => port.postMessage(reply, reply.type === 'spoken' ? [reply.samples.buffer] : []));
});

async function answer({ id, segments, voice, durationStretch }: FliteRequest): Promise<FliteReply> {
  const parts: { readonly samples: Int16Array; readonly pauseSamples: number }[] = [];
  const words: SpokenWord[] = [];
  let length = 0;
  for (const { pieces, rate, pauseAfterMs } of segments) {
    const spoken = await speakSegment(pieces, voice, durationStretch / rate);
    const atMs = length / SAMPLES_PER_MS;
    for (const { text, startMs, endMs } of spoken.words) {
      words.push({ text, startMs: Math.round(atMs + startMs), endMs: Math.round(atMs + endMs) });
    }
    const pauseSamples = Math.round(pauseAfterMs * SAMPLES_PER_MS);
    parts.push({ samples: spoken.samples, pauseSamples });
    length += spoken.samples.length + pauseSamples;
  }
  const samples = new Int16Array(length);
  let at = 0;
  for (const part of parts) {
    samples.set(part.samples, at);
    at += part.samples.length + part.pauseSamples;
  }
  return { type: 'spoken', id, samples, words };
}

const SAMPLES_PER_MS = 16;

async function speakSegment(
  pieces: readonly SpokenPiece[],
  voice: string,
  durationStretch: number,
): Promise<{ readonly samples: Int16Array; readonly words: readonly SpokenWord[] }> {
  const flite = await loading;
  const text = pieces.map(({ spoken }) => spoken).join(' ');
  // A pause by itself, or a picture.
  if (!isSpeakable(text)) return { samples: new Int16Array(), words: [] };
  const { samples, phones } = flite.speak(text, { voice, durationStretch });
  const { startSample, endSample } = speechSpan(samples);
  const offsetMs = startSample / SAMPLES_PER_MS;
  const lengthMs = (endSample - startSample) / SAMPLES_PER_MS;
  const shift = (ms: number): number => Math.round(Math.min(lengthMs, Math.max(0, ms - offsetMs)));
  const words = wordTimes(await pronounced(pieces), phones).map(({ text: word, startMs, endMs }) => ({
    text: word,
    startMs: shift(startMs),
    endMs: shift(endMs),
  }));
  return { samples: samples.slice(startSample, endSample), words };
}

async function pronounced(pieces: readonly SpokenPiece[]) {
  const flite = await loading;
  const missing = new Set(
    pieces.map(({ spoken }) => bare(spoken)).filter((text) => text !== '' && pronunciations.get(text) === undefined),
  );
  const texts = [...missing];
  if (texts.length > 0) {
    for (const [index, phones] of flite.pronounce(texts).entries()) pronunciations.set(texts[index] ?? '', phones);
  }
  return pieces.map((piece) => ({
    source: piece.source,
    shares: spokenShares(piece, 'en'),
    phones: pronunciations.get(bare(piece.spoken)) ?? [],
  }));
}

/** Without the punctuation that would break a list of them apart. */
function bare(spoken: string): string {
  return spoken.replace(/[.,;:!?]+(?=\s|$)/g, '').trim();
}
