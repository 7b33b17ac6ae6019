import type {
  SpokenWord,
  SynthesisRequest,
  SynthesisSink,
  Synthesizer,
  Voice,
} from '@parley/engine/ports/synthesizer.ts';
import { parseSsml } from '../ssml/parse-ssml.ts';
import { type SpeechSegment, ssmlToSegments } from '../ssml/ssml-speech.ts';
import type { FliteReply, FliteRequest } from './flite/flite-messages.ts';
import { LruMap } from './lru-map.ts';
import { isSpeakable, speakable } from './speakable.ts';
import { createWorkerHost } from './worker-host.ts';

export interface EmbeddedSynthesizerOptions {
  /** Voice of requests that name none. `slt`: the clearest on a telephone, and the one recognised and tested most. */
  readonly defaultVoice?: string;
  /** Sentences waiting for the thread beyond which new ones fail. 64 is about 4 s of work: later is too late to speak. */
  readonly maxQueue?: number;
  /** Characters of one request; a sentence of 2,000 takes over a minute to say. */
  readonly maxCharacters?: number;
  /** Memory for sentences already spoken (greetings, questions recur). 16 MB is about 8 minutes of speech. */
  readonly cacheBytes?: number;
  /** A sentence takes 20–200 ms; after 10 s the thread hangs and is replaced. */
  readonly timeoutMs?: number;
}

export const embeddedVoices = [
  { id: 'slt', title: 'Susan (American)', language: 'en-US' },
  { id: 'rms', title: 'Robert (American)', language: 'en-US' },
  { id: 'awb', title: 'Alan (Scottish)', language: 'en-GB' },
  { id: 'kal16', title: 'Kal (American, plain)', language: 'en-US' },
] as const satisfies readonly Voice[];

/**
 * Pace by tone. The voices' pitch follows their model, so pace is what carries the tone. Harmless: over 44 sentences the word
 * errors of the embedded recogniser stay within two points of the neutral ones, above for slt and below for rms.
 */
const DURATION_STRETCH = { warm: 1.06, neutral: 1, energetic: 0.92 } as const;

interface Spoken {
  readonly samples: Int16Array<ArrayBuffer>;
  readonly words: readonly SpokenWord[];
}

interface Job {
  readonly request: FliteRequest;
  readonly cancelled: () => boolean;
  readonly settle: (reply: FliteReply) => void;
}

/**
 * Speech on this machine, without a key: flite in one worker thread for all conversations, first come first served.
 * English only; other languages fail with `language_not_supported`. Failure codes besides: `voice_unknown`,
 * `text_too_long`, `synthesizer_busy`, `synthesizer_failed`, `synthesizer_closed`.
 */
export function createEmbeddedSynthesizer(options: EmbeddedSynthesizerOptions = {}): Synthesizer {
  const {
    defaultVoice = 'slt',
    maxQueue = 64,
    maxCharacters = 2_000,
    cacheBytes = 16_000_000,
    timeoutMs = 10_000,
  } = options;
  const cache = new LruMap<string, Spoken>(512, cacheBytes, (spoken) => spoken.samples.byteLength);
  const queue: Job[] = [];
  let running: Job | undefined;
  let deadline: NodeJS.Timeout | undefined;
  let closed = false;
  let nextId = 1;

  const host = createWorkerHost<FliteRequest, FliteReply>(
    new URL('./flite/flite-worker.ts', import.meta.url),
    undefined,
    {
      message(reply) {
        if (running?.request.id === reply.id) finish(reply);
      },
      died(reason) {
        if (running !== undefined) {
          finish({ type: 'failed', id: running.request.id, message: `the voice's thread died: ${reason}` });
        }
      },
    },
  );

  function finish(reply: FliteReply): void {
    const job = running;
    clearTimeout(deadline);
    running = undefined;
    job?.settle(reply);
    next();
  }

  function next(): void {
    while (running === undefined) {
      const job = queue.shift();
      if (job === undefined) return;
      if (job.cancelled()) continue;
      running = job;
      if (host.post(job.request)) {
        deadline = setTimeout(() => host.kill(), timeoutMs);
      } else {
        running = undefined;
        job.settle({
          type: 'failed',
          id: job.request.id,
          message: 'the voices crash again and again; trying again in a minute',
        });
      }
    }
  }

  function enqueue(job: Job): boolean {
    if (queue.length >= maxQueue) {
      // Room may be taken by sentences that nobody waits for any more.
      const wanted = queue.filter((waiting) => !waiting.cancelled());
      queue.splice(0, queue.length, ...wanted);
      if (queue.length >= maxQueue) return false;
    }
    queue.push(job);
    next();
    return true;
  }

  function synthesize(request: SynthesisRequest, sink: SynthesisSink): void {
    const { signal } = request;
    // Never from inside the call: the caller may not have stored its sink yet.
    const later = (act: () => void): void => {
      setImmediate(() => {
        if (!signal.aborted) act();
      });
    };
    const fail = (code: string, message: string): void => later(() => sink.failed(code, message));
    const voice = request.voice ?? defaultVoice;
    if (closed) return fail('synthesizer_closed', 'The synthesizer is closed.');
    if (!/^en\b/i.test(request.language)) {
      return fail(
        'language_not_supported',
        `The embedded voices speak English, not ${request.language}. Configure another synthesizer for it.`,
      );
    }
    if (!embeddedVoices.some(({ id }) => id === voice)) {
      return fail(
        'voice_unknown',
        `There is no voice "${voice}". Take one of ${embeddedVoices.map(({ id }) => id).join(', ')}.`,
      );
    }
    if (Math.max(request.text.length, request.ssml?.length ?? 0) > maxCharacters) {
      return fail('text_too_long', `A sentence may have ${maxCharacters} characters. Cut the text into sentences.`);
    }
    const key = `${voice}|${request.tone}|${request.language}|${request.ssml ?? request.text}`;
    const deliver = (spoken: Spoken): void => {
      sink.words(spoken.words);
      sink.audio(spoken.samples.slice());
      sink.done();
    };
    const known = cache.get(key);
    if (known !== undefined) return later(() => deliver(known));
    const segments = segmentsOf(request);
    // Nothing to say (an emoji, a dash) is silence, not a failure.
    if (
      !segments.some(({ pieces, pauseAfterMs }) => pauseAfterMs > 0 || pieces.some(({ spoken }) => isSpeakable(spoken)))
    ) {
      return later(() => sink.done());
    }
    const queued = enqueue({
      request: {
        id: nextId++,
        segments,
        voice,
        durationStretch: DURATION_STRETCH[request.tone],
      },
      cancelled: () => signal.aborted,
      settle(reply) {
        if (reply.type === 'spoken') cache.set(key, reply);
        if (signal.aborted) return;
        if (reply.type === 'spoken') deliver(reply);
        else
          sink.failed(
            'synthesizer_failed',
            `The sentence could not be spoken${reply.type === 'failed' ? `: ${reply.message}` : ''}.`,
          );
      },
    });
    if (!queued) fail('synthesizer_busy', 'Too many sentences wait to be spoken. Try again in a moment.');
  }

  return {
    name: 'embedded',
    voices: embeddedVoices,
    synthesize,
    async close() {
      if (closed) return;
      closed = true;
      clearTimeout(deadline);
      const left = running === undefined ? queue.splice(0) : [running, ...queue.splice(0)];
      running = undefined;
      for (const { request, settle } of left)
        settle({ type: 'failed', id: request.id, message: 'the synthesizer was closed' });
      await host.close();
    },
  };
}

/** SSML as far as flite can: breaks, pace, `sub` and `say-as`. Malformed, or none: the text. */
function segmentsOf({ text, ssml, language }: SynthesisRequest): readonly SpeechSegment[] {
  const nodes = ssml === undefined ? undefined : parseSsml(ssml);
  const say = (words: string) => speakable(words, language);
  return nodes === undefined ? [{ pieces: say(text), rate: 1, pauseAfterMs: 0 }] : ssmlToSegments(nodes, language, say);
}
