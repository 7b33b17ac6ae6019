import type { Clock } from '../ports/clock.ts';
import { type EndReason, type Recorder, RecordingRefused, type TurnRecord } from '../ports/recorder.ts';

export interface RecordingOptions {
  /** Tries to store a turn before it is given up, with the pauses between them. */
  readonly retryDelaysMs: readonly number[];
  /** The longest that one try may take; then it is told to stop. */
  readonly timeoutMs: number;
  /** How long a try that was told to stop is waited for, so that it does not land after a later one. */
  readonly stopTimeoutMs: number;
}

export const recordingDefaults: RecordingOptions = {
  // About 4 s in all: a database that restarts is back within two; a person who typed waits no longer.
  retryDelaysMs: [100, 300, 1000, 2500],
  timeoutMs: 5000,
  // A recorder that minds its signal stops at its next answer from the database. One that does not is not waited for: the
  // caller of a typed message would be kept as well.
  stopTimeoutMs: 1000,
};

/** Writes a conversation's turns one at a time, in order, and keeps trying for a while. */
export interface Recording {
  /** Resolves to whether the turn is durable; never rejects. */
  turn(turn: TurnRecord): Promise<boolean>;
  end(conversationId: string, reason: EndReason, endedAtEpochMs: number): Promise<boolean>;
  /** Resolves when all that was given is written or given up. */
  settled(): Promise<void>;
}

export function createRecording(
  clock: Clock,
  recorder: Recorder,
  onError: (error: unknown) => void,
  options: RecordingOptions = recordingDefaults,
): Recording {
  let tail: Promise<unknown> = Promise.resolve();

  const enqueue = (write: Write): Promise<boolean> => {
    const result = tail.then(() => persist(clock, write, onError, options));
    tail = result;
    return result;
  };

  return {
    turn: (turn) => enqueue((signal) => recorder.recordTurn(turn, signal)),
    end: (conversationId, reason, atMs) =>
      enqueue((signal) => recorder.recordEnd(conversationId, reason, atMs, signal)),
    settled: async () => {
      await tail;
    },
  };
}

type Write = (signal: AbortSignal) => Promise<void>;

async function persist(
  clock: Clock,
  write: Write,
  onError: (error: unknown) => void,
  options: RecordingOptions,
): Promise<boolean> {
  for (const delayMs of [...options.retryDelaysMs, undefined]) {
    try {
      await tryOnce(clock, write, options);
      return true;
    } catch (error) {
      onError(error);
      if (error instanceof RecordingRefused) return false;
      if (delayMs !== undefined) await new Promise<void>((resolve) => clock.wakeAt(clock.nowMs() + delayMs, resolve));
    }
  }
  return false;
}

/**
 * Rejects when the try failed, or took too long and has stopped or does not stop. One that succeeds while it is being stopped
 * is a success.
 */
async function tryOnce(clock: Clock, write: Write, { timeoutMs, stopTimeoutMs }: RecordingOptions): Promise<void> {
  const stop = new AbortController();
  const tooLong = new Error(`The database did not answer within ${timeoutMs} ms.`);
  await new Promise<void>((resolve, reject) => {
    let cancel = clock.wakeAt(clock.nowMs() + timeoutMs, () => {
      cancel = clock.wakeAt(clock.nowMs() + stopTimeoutMs, () => reject(tooLong));
      stop.abort(tooLong);
    });
    const settle = (act: () => void) => {
      cancel();
      act();
    };
    // The write may throw before it gives a promise.
    new Promise<void>((begin) => begin(write(stop.signal))).then(
      () => settle(resolve),
      (error: unknown) => settle(() => reject(error)),
    );
  });
}
