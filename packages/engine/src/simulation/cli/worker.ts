import { parentPort } from 'node:worker_threads';
import { runCalls } from '../run-calls.ts';
import { subjectOf } from '../subject.ts';

/** Simulates the batches of seeds that it is sent, one after the other. */
export interface Batch {
  readonly scenario: string | undefined;
  readonly from: number;
  readonly count: number;
}

const port = parentPort;
port?.on('message', (batch: Batch) => {
  const subject = subjectOf(batch.scenario);
  if (subject === undefined) throw new Error(`There is no scenario "${batch.scenario}".`);
  void runCalls(subject.scriptOf, batch, subject.check).then((tally) => port.postMessage(tally));
});
