/** Work that is looked for again and again: soon after somebody said that there is some, and from time to time in any case. */
export interface Pump {
  /** There may be work in so many milliseconds (at once when left out). Never puts off what was to happen earlier. */
  wake(afterMs?: number): void;
  /** Stop looking and abort what is under way; resolves when it has ended, or after a few seconds. */
  close(): Promise<void>;
}

export interface PumpParts {
  /** Do what there is to do. Resolves to the milliseconds after which to look again, at most `idleMs`. */
  readonly run: (signal: AbortSignal) => Promise<number>;
  /** The longest time between two looks. */
  readonly idleMs: number;
  readonly onError: (error: unknown) => void;
}

/** A run that failed is tried again after this, then after twice as long, up to the longest: a database that is away is not besieged. */
const firstRetryMs = 100;
const longestRetryMs = 5000;
/** What does not heed its signal is left behind. */
const closeTimeoutMs = 5000;

/** Runs are never beside one another. Looks first after `idleMs`, unless woken. */
export function createPump({ run, idleMs, onError }: PumpParts): Pump {
  const closing = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let dueAtMs = Number.POSITIVE_INFINITY;
  let running: Promise<void> | undefined;
  let failures = 0;

  const schedule = (afterMs: number): void => {
    if (closing.signal.aborted) return;
    const atMs = performance.now() + afterMs;
    if (atMs >= dueAtMs) return;
    dueAtMs = atMs;
    clearTimeout(timer);
    if (running === undefined) timer = setTimeout(begin, afterMs);
  };
  const begin = (): void => {
    dueAtMs = Number.POSITIVE_INFINITY;
    running = once().then((nextMs) => {
      running = undefined;
      // What was asked for meanwhile is due as it was asked for.
      const askedMs = dueAtMs - performance.now();
      dueAtMs = Number.POSITIVE_INFINITY;
      schedule(failures > 0 ? nextMs : Math.max(0, Math.min(askedMs, nextMs)));
    });
  };
  const once = async (): Promise<number> => {
    try {
      const nextMs = await run(closing.signal);
      failures = 0;
      return Math.min(nextMs, idleMs);
    } catch (error) {
      if (closing.signal.aborted) return idleMs;
      failures += 1;
      onError(error);
      return Math.min(firstRetryMs * 2 ** (failures - 1), longestRetryMs);
    }
  };

  schedule(idleMs);
  return {
    wake: (afterMs = 0) => {
      // While it fails it looks when it is time again; a look that is under way may succeed.
      if (failures === 0 || running !== undefined) schedule(afterMs);
    },
    async close() {
      closing.abort(new Error('The server is shutting down.'));
      clearTimeout(timer);
      let late: NodeJS.Timeout | undefined;
      const tooLong = new Promise<void>((resolve) => {
        late = setTimeout(resolve, closeTimeoutMs);
      });
      await Promise.race([running, tooLong]);
      clearTimeout(late);
    },
  };
}
