import type { RecognizerEvent, RecognizerStream } from '@parley/engine/ports/recognizer.ts';
import type { SpokenWord, SynthesisRequest, Synthesizer } from '@parley/engine/ports/synthesizer.ts';

/** What tests and benchmarks share: a voice that speaks and an ear that hears it frame by frame. */
export interface Speech {
  readonly samples: Int16Array;
  readonly words: readonly SpokenWord[];
}

/** Collects a sentence. Rejects with `code: message` when the synthesizer fails. */
export function speak(
  synthesizer: Synthesizer,
  text: string,
  request: Partial<SynthesisRequest> = {},
): Promise<Speech> {
  const parts: Int16Array[] = [];
  const words: SpokenWord[] = [];
  return new Promise((resolve, reject) => {
    synthesizer.synthesize(
      {
        text,
        language: 'en-US',
        voice: undefined,
        tone: 'neutral',
        ssml: undefined,
        passage: undefined,
        signal: new AbortController().signal,
        ...request,
      },
      {
        audio: (samples) => parts.push(samples),
        words: (more) => words.push(...more),
        done: () => resolve({ samples: concat(parts), words }),
        failed: (code, message) => reject(new Error(`${code}: ${message}`)),
      },
    );
  });
}

export type Final = Extract<RecognizerEvent, { type: 'final' }>;

/** A stream's events with a way to wait for them. */
export interface Ear {
  readonly events: RecognizerEvent[];
  readonly onEvent: (event: RecognizerEvent) => void;
  /** The next final that was not yet waited for; rejects when the stream fails. */
  final(): Promise<Final>;
}

export function createEar(): Ear {
  const events: RecognizerEvent[] = [];
  const waiting: (() => void)[] = [];
  let taken = 0;
  return {
    events,
    onEvent(event) {
      events.push(event);
      for (const wake of waiting.splice(0)) wake();
    },
    async final() {
      for (;;) {
        const failure = events.find((event) => event.type === 'failed');
        if (failure !== undefined) throw new Error(`${failure.code}: ${failure.message}`);
        const final = events.filter((event) => event.type === 'final')[taken];
        if (final !== undefined) {
          taken += 1;
          return final;
        }
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
  };
}

const FRAME_SAMPLES = 320;

/** 200 ms of quiet before and behind the samples, as voice activity detection leaves it. */
export function withQuiet(samples: Int16Array): Int16Array {
  const quiet = new Int16Array(3_200);
  return concat([quiet, samples, quiet]);
}

/** Put an utterance through a stream: its first frames as pre-roll, the others as fast as they go. */
export function utterAll(stream: RecognizerStream, samples: Int16Array): void {
  stream.utteranceStarted([samples.slice(0, 3_200)]);
  for (let at = 3_200; at < samples.length; at += FRAME_SAMPLES) {
    const frame = new Int16Array(FRAME_SAMPLES);
    frame.set(samples.subarray(at, at + FRAME_SAMPLES));
    stream.write(frame);
  }
  stream.utteranceEnded();
}

/** `utterAll` with quiet around. */
export function utter(stream: RecognizerStream, samples: Int16Array): void {
  utterAll(stream, withQuiet(samples));
}

/** Seeded white noise of a given deviation (in sample units) over the samples. */
export function withNoise(samples: Int16Array, deviation: number, seed: number): Int16Array {
  let state = seed;
  const uniform = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 1) / 4_294_967_297;
  };
  const gauss = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return samples.map((sample) => Math.max(-32_768, Math.min(32_767, sample + deviation * gauss())));
}

/** Noise at so many decibels below the speech (both by root mean square). */
export function withNoiseAt(samples: Int16Array, snrDb: number, seed: number): Int16Array {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length);
  return withNoise(samples, Math.sqrt(power / 10 ** (snrDb / 10)), seed);
}

/** Words to change, drop or add to get from what was said to what was heard. */
export function wordErrors(said: string, heard: string): { errors: number; words: number } {
  const from = said.toLowerCase().split(/\s+/).filter(Boolean);
  const to = heard.split(/\s+/).filter(Boolean);
  let row = to.map((_, index) => index + 1);
  row.unshift(0);
  for (const [index, word] of from.entries()) {
    const next = [index + 1];
    for (const [column, other] of to.entries()) {
      next.push(
        Math.min((row[column] ?? 0) + (word === other ? 0 : 1), (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1),
      );
    }
    row = next;
  }
  return { errors: row[to.length] ?? 0, words: from.length };
}

function concat(parts: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
