import type { SendingRepository, Settled } from './sending-repository.ts';

interface Waiting {
  readonly settled: Settled;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes down what came of deliveries, those of a few milliseconds in one transaction: a commit waits for the disk, and one for each
 * would be most of the work. Bounded by what is on its way. Each promise settles when its delivery is written.
 */
export function createSettler(
  sending: Pick<SendingRepository, 'settle'>,
  gatherMs: number,
): (settled: Settled) => Promise<void> {
  let waiting: Waiting[] = [];
  const flush = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    try {
      await sending.settle(batch.map(({ settled }) => settled));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };
  return (settled) =>
    new Promise((resolve, reject) => {
      waiting.push({ settled, resolve, reject });
      if (waiting.length === 1) setTimeout(() => void flush(), gatherMs);
    });
}
