import type { StayUsage, UsageRepository } from './usage-repository.ts';

export interface UsageWriterOptions {
  /** Stays whose usage waits for the database at most; what is beyond is lost, and said to be. */
  readonly maxWaiting: number;
  readonly retryMs: number;
  /** How often it is tried before it is given up: what is refused again and again must not hold up the others. */
  readonly tries: number;
  /** How long the end of the process waits for what is not written yet. */
  readonly closeTimeoutMs: number;
}

export const usageWriterDefaults: UsageWriterOptions = {
  // A few hundred bytes each: a hundred calls of a minute for an hour and a half without a database.
  maxWaiting: 10_000,
  // As soon as the database's breaker lets one try.
  retryMs: 1000,
  tries: 5400,
  closeTimeoutMs: 5000,
};

/** Writes what conversations and requests took, in order, once they are over; nobody waits for it. */
export interface UsageWriter {
  write(usage: StayUsage): void;
  /** Resolves when nothing waits, or the time is over. */
  close(): Promise<void>;
}

export function createUsageWriter(
  repository: Pick<UsageRepository, 'write'>,
  onError: (error: unknown, context: string) => void,
  options: UsageWriterOptions = usageWriterDefaults,
): UsageWriter {
  const waiting: { readonly usage: StayUsage; failures: number }[] = [];
  let running: Promise<void> | undefined;
  let isClosing = false;
  let hasTold = false;
  let wake = () => {};

  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, options.retryMs).unref();
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const run = async () => {
    for (let [first] = waiting; first !== undefined; [first] = waiting) {
      try {
        await repository.write(first.usage);
        waiting.shift();
        hasTold = false;
      } catch (error) {
        if (!hasTold) onError(error, 'writing what was taken of providers; it waits');
        hasTold = true;
        first.failures += 1;
        if (isClosing) return;
        if (first.failures < options.tries) await pause();
        else {
          waiting.shift();
          onError(error, lost(first.usage));
        }
      }
    }
  };

  const start = () => {
    running ??= run().finally(() => {
      running = undefined;
      if (waiting.length > 0 && !isClosing) start();
    });
  };

  return {
    write(usage) {
      if (usage.lines.length === 0) return;
      if (waiting.length >= options.maxWaiting) {
        onError(new Error('Too many wait for the database.'), lost(usage));
        return;
      }
      waiting.push({ usage, failures: 0 });
      start();
    },
    async close() {
      isClosing = true;
      wake();
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(late.resolve, options.closeTimeoutMs);
      await Promise.race([running, late.promise]);
      clearTimeout(timer);
      if (waiting.length > 0) onError(new Error('The database is away.'), `what ${waiting.length} stays took is lost`);
    },
  };
}

function lost({ organizationId, conversationId }: StayUsage): string {
  const whose = conversationId === undefined ? `a request of ${organizationId}` : `conversation ${conversationId}`;
  return `what ${whose} took is lost`;
}
