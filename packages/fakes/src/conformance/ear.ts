import { FRAME_SAMPLES, type LineFormat } from '@parley/engine/ports/audio.ts';
import type { Recognizer, RecognizerEvent, RecognizerStream } from '@parley/engine/ports/recognizer.ts';
import { until } from './bench.ts';

export type Final = Extract<RecognizerEvent, { type: 'final' }>;
export type Failed = Extract<RecognizerEvent, { type: 'failed' }>;

/** A stream under test: what it told, and whether it told it when it may. */
export interface Ear {
  readonly events: readonly RecognizerEvent[];
  readonly finals: readonly Final[];
  readonly failure: Failed | undefined;
  /** Things told where nothing may be told: from inside a call, after the abort. */
  readonly faults: readonly string[];
  /** Begins an utterance with the first 200 ms of the sound as what went before. */
  begin(samples: Int16Array): Utterance;
  /** A whole utterance. */
  say(samples: Int16Array): void;
  /** The nth final, from 1. Rejects when the stream fails. */
  final(count: number): Promise<Final>;
  abort(): void;
}

export interface Utterance {
  /** Writes on to a share of the sound, 0–1. */
  writeTo(share: number): void;
  /** Writes the rest and ends it. */
  end(): void;
}

const preRollFrames = 10;

export function openEar(
  recognizer: Recognizer,
  language: string,
  line?: LineFormat,
  scope = new AbortController(),
): Ear {
  const events: RecognizerEvent[] = [];
  const faults: string[] = [];
  let calls = 0;
  const inside = (call: () => void) => {
    calls += 1;
    try {
      call();
    } finally {
      calls -= 1;
    }
  };
  let stream: RecognizerStream | undefined;
  const onEvent = (event: RecognizerEvent) => {
    if (calls > 0) faults.push(`${event.type} was told from inside a call.`);
    if (scope.signal.aborted) faults.push(`${event.type} was told after the abort.`);
    events.push(event);
  };
  inside(() => {
    const options = { language, vocabularyId: conformanceVocabulary.id, signal: scope.signal };
    stream = recognizer.open(line === undefined ? options : { ...options, line }, onEvent);
  });
  const finals = () => events.filter((event) => event.type === 'final');
  const failure = () => events.find((event) => event.type === 'failed');
  const ear: Ear = {
    events,
    get finals() {
      return finals();
    },
    get failure() {
      return failure();
    },
    faults,
    begin(samples) {
      const frames = framesOf(samples);
      let next = preRollFrames;
      inside(() => stream?.utteranceStarted(frames.slice(0, preRollFrames)));
      const writeTo = (share: number) => {
        for (; next < frames.length * share; next += 1) {
          const frame = frames[next];
          if (frame !== undefined) inside(() => stream?.write(frame));
        }
      };
      return {
        writeTo,
        end() {
          writeTo(1);
          inside(() => stream?.utteranceEnded());
        },
      };
    },
    say: (samples) => ear.begin(samples).end(),
    async final(count) {
      await until(
        () => finals().length >= count || failure() !== undefined,
        `final ${count}; so far: ${JSON.stringify(events.slice(-5))}`,
      );
      const final = finals()[count - 1];
      if (final === undefined) throw new Error(`The stream failed: ${JSON.stringify(failure())}`);
      return final;
    },
    abort: () => scope.abort(),
  };
  return ear;
}

/** What conformance listens for: few words, none of them a vendor's business. */
export const conformanceVocabulary = {
  id: 'conformance',
  phrases: ['i would like to book a haircut', 'tomorrow afternoon please', 'thank you and goodbye'],
  contexts: { 'yes-no': ['yes', 'no', 'yes that is right'] },
};

function framesOf(samples: Int16Array): Int16Array[] {
  return Array.from({ length: Math.ceil(samples.length / FRAME_SAMPLES) }, (_, index) => {
    const frame = new Int16Array(FRAME_SAMPLES);
    frame.set(samples.subarray(index * FRAME_SAMPLES, (index + 1) * FRAME_SAMPLES));
    return frame;
  });
}
