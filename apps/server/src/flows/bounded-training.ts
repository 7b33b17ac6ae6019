import { WireError } from '@parley/contract/errors.ts';
import { BulkheadRejectedError, bulkhead } from 'cockatiel';
import { trainInThread } from './train-in-thread.ts';

export type Train = typeof trainInThread;

export interface TrainingLimits {
  /** Threads that learn at once, in this process. */
  readonly atOnce: number;
  /** Agents that may wait for one of them. */
  readonly waiting: number;
}

export const trainingDefaults: TrainingLimits = {
  // Each takes a whole core for as long as it lasts, and calls need theirs.
  atOnce: 1,
  // Ordinary agents take a fraction of a second each; whoever would wait behind more is told to come back.
  waiting: 20,
};

/**
 * As `trainInThread`, a few at a time whoever asks: flows are drawn by tenants, and a hundred of the largest at once would take the
 * machine.
 * @throws WireError `overloaded` when too many wait
 */
export function boundTraining(train: Train = trainInThread, limits: TrainingLimits = trainingDefaults): Train {
  const places = bulkhead(limits.atOnce, limits.waiting);
  return async (definition, signal) => {
    try {
      return await places.execute(() => {
        signal.throwIfAborted();
        return train(definition, signal);
      });
    } catch (error) {
      if (error instanceof BulkheadRejectedError) throw new WireError('overloaded');
      throw error;
    }
  };
}
