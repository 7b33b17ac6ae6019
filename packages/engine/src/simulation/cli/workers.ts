import { Worker } from 'node:worker_threads';
import type { Tally } from '../run-calls.ts';
import type { SimulateOptions } from './options.ts';
import type { Batch } from './worker.ts';

/** Small enough that all threads end at about the same time, large enough that messages cost nothing. */
const batchCalls = 250;

/** Shares the calls out among threads; whichever is idle takes the next batch. */
export async function runInWorkers({ calls, seed, scenario, workers, maxViolations }: SimulateOptions): Promise<Tally> {
  let next = seed;
  const end = seed + calls;
  const total = { calls: 0, virtualMs: 0, findings: [] as Tally['findings'][number][] };

  const nextBatch = (): Batch | undefined => {
    if (next >= end || total.findings.length >= maxViolations) return undefined;
    const from = next;
    next = Math.min(end, from + batchCalls);
    return { scenario, from, count: next - from };
  };

  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url));
      const give = () => {
        const batch = nextBatch();
        if (batch !== undefined) return worker.postMessage(batch);
        void worker.terminate().then(() => resolve());
      };
      worker.on('message', (tally: Tally) => {
        total.calls += tally.calls;
        total.virtualMs += tally.virtualMs;
        total.findings.push(...tally.findings);
        give();
      });
      worker.on('error', reject);
      give();
    });

  await Promise.all(Array.from({ length: Math.min(workers, Math.ceil(calls / batchCalls)) }, work));
  return { ...total, findings: total.findings.toSorted((a, b) => a.seed - b.seed) };
}
