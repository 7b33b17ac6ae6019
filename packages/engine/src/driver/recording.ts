import type { Clock } from '../ports/clock.ts';
import type { EndReason, Recorder, TurnRecord } from '../ports/recorder.ts';

export interface RecordingOptions {
  /** Tries to store a turn before it is given up, with the pauses between them. */
  readonly retryDelaysMs: readonly number[];
  /** The longest that one try may take. */
  readonly timeoutMs: number;
}

export const recordingDefaults: RecordingOptions = {
  // About 4 s in all: a database that restarts is back within two; a person who typed waits no longer.
  retryDelaysMs: [100, 300, 1000, 2500],
  timeoutMs: 5000,
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

  const enqueue = (write: () => Promise<void>): Promise<boolean> => {
    const result = tail.then(() => persist(clock, write, onError, options));
    tail = result;
    return result;
  };

  return {
    turn: (turn) => enqueue(() => recorder.recordTurn(turn)),
    end: (conversationId, reason, atMs) => enqueue(() => recorder.recordEnd(conversationId, reason, atMs)),
    settled: async () => {
      await tail;
    },
  };
}

async function persist(
  clock: Clock,
  write: () => Promise<void>,
  onError: (error: unknown) => void,
  { retryDelaysMs, timeoutMs }: RecordingOptions,
): Promise<boolean> {
  for (const delayMs of [...retryDelaysMs, undefined]) {
    try {
      await withTimeout(clock, write(), timeoutMs);
      return true;
    } catch (error) {
      onError(error);
      if (delayMs !== undefined) await new Promise<void>((resolve) => clock.wakeAt(clock.nowMs() + delayMs, resolve));
    }
  }
  return false;
}

async function withTimeout(clock: Clock, work: Promise<void>, timeoutMs: number): Promise<void> {
  let cancel = () => {};
  const timeout = new Promise<never>((_, reject) => {
    cancel = clock.wakeAt(clock.nowMs() + timeoutMs, () =>
      reject(new Error(`The database did not answer within ${timeoutMs} ms.`)),
    );
  });
  try {
    await Promise.race([work, timeout]);
  } finally {
    cancel();
  }
}
