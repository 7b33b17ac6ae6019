import { type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type {
  Recognizer,
  RecognizerEvent,
  RecognizerOptions,
  RecognizerStream,
} from '@parley/engine/ports/recognizer.ts';
import type { PooledRecognizer } from './pooled-engine.ts';

export interface MeteredRecognizerParts {
  readonly engine: () => PooledRecognizer;
  readonly name: string;
  readonly clock: Clock;
  /** How long its final was waited for at the most: a final that was waited for so long in vain takes that long at least. */
  readonly finalTimeoutMs: () => number;
  /** After each utterance. */
  readonly onUsed: (audioMs: number) => void;
}

/** A shared engine as one conversation uses it: within its account's limits, measured, counted. */
export function createMeteredRecognizer(parts: MeteredRecognizerParts): Recognizer {
  return {
    name: parts.name,
    prepare: (vocabulary, signal) => parts.engine().readiness.prepare(vocabulary, signal),
    open: (options, onEvent) => openStream(parts, options, onEvent),
    // It is the pool's to close.
    close: async () => {},
  };
}

function openStream(
  { engine: find, clock, finalTimeoutMs, onUsed }: MeteredRecognizerParts,
  options: RecognizerOptions,
  onEvent: (event: RecognizerEvent) => void,
): RecognizerStream {
  const { signal } = options;
  if (signal.aborted) return deaf;
  const engine = find();
  const leave = engine.limiter.take();
  if (leave === undefined) {
    const message = `The account of ${engine.provider} has no place for another stream. Raise its limit or name another engine.`;
    queueMicrotask(() => {
      if (!signal.aborted) onEvent({ type: 'failed', code: 'account_busy', message });
    });
    return deaf;
  }
  const endUse = engine.use();
  /** Of the utterance in progress. */
  let samples = 0;
  let endedAtMs: number | undefined;

  const report = () => {
    if (samples > 0) onUsed(samples / samplesPerMs);
    samples = 0;
  };
  const release = () => {
    leave();
    endUse();
    if (endedAtMs !== undefined) {
      const waitedMs = clock.nowMs() - endedAtMs;
      if (waitedMs >= finalTimeoutMs()) engine.times.add(waitedMs);
    }
    report();
  };
  signal.addEventListener('abort', release, { once: true });

  const receive = (event: RecognizerEvent) => {
    if (event.type === 'final') {
      if (endedAtMs !== undefined) engine.times.add(clock.nowMs() - endedAtMs);
      endedAtMs = undefined;
      report();
    } else if (event.type === 'failed') {
      engine.noteFailure(event.code, event.message, event.retryAfterMs);
    }
    onEvent(event);
  };

  try {
    const stream = engine.part().open(options, receive);
    return {
      expect: (context) => stream.expect(context),
      utteranceStarted(preRoll) {
        endedAtMs = undefined;
        for (const frame of preRoll) samples += frame.length;
        stream.utteranceStarted(preRoll);
      },
      write(frame) {
        samples += frame.length;
        stream.write(frame);
      },
      utteranceEnded() {
        endedAtMs = clock.nowMs();
        stream.utteranceEnded();
      },
    };
  } catch (error) {
    signal.removeEventListener('abort', release);
    release();
    throw error;
  }
}

const samplesPerMs = SAMPLE_RATE_HZ / 1000;

/** Hears nothing, says nothing. */
export const deaf: RecognizerStream = {
  expect() {},
  utteranceStarted() {},
  write(_frame: Pcm) {},
  utteranceEnded() {},
};
