import { parentPort } from 'node:worker_threads';
import { spokenShares } from '@parley/engine/text/speaking-time.ts';
import type { SpokenPiece } from '@parley/engine/text/spoken-form/rule.ts';
import { LruMap } from '../lru-map.ts';
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

async function answer(request: FliteRequest): Promise<FliteReply> {
  const flite = await loading;
  const text = request.pieces.map(({ spoken }) => spoken).join(' ');
  const { samples, phones } = flite.speak(text, request);
  const { startSample, endSample } = speechSpan(samples);
  const offsetMs = startSample / 16;
  const lengthMs = (endSample - startSample) / 16;
  const shift = (ms: number): number => Math.round(Math.min(lengthMs, Math.max(0, ms - offsetMs)));
  const words = wordTimes(await pronounced(request.pieces), phones).map((word) => ({
    text: word.text,
    startMs: shift(word.startMs),
    endMs: shift(word.endMs),
  }));
  return { type: 'spoken', id: request.id, samples: samples.slice(startSample, endSample), words };
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
