import { retryDelayMs } from '../jobs/backoff.ts';
import { createPump, type Pump } from '../jobs/pump.ts';
import type { EventSubscriber } from './event-subscriber.ts';
import type { OutboxRepository } from './outbox-repository.ts';
import { takeWithin } from './take-within.ts';

export interface OutboxRetrierParts {
  readonly repository: OutboxRepository;
  readonly subscriber: EventSubscriber;
  readonly options: { readonly batch: number; readonly takeTimeoutMs: number; readonly idleMs: number };
  readonly onError: (error: unknown, what: string) => void;
}

/** Between batches that fail: short at first, for only one of them may be bad; then long, for the subscriber is away. */
const pause = { firstMs: 50, longestMs: 30_000 };
/** For one conversation whose events cannot be taken while others' can. */
const putOff = { firstMs: 2000, longestMs: 10 * 60_000 };
/** How often one looks for what is due again, at most so many times slower than the relay. */
const idleFactor = 5;

/**
 * Hands a subscriber what it could not take, in order, until it takes it. A batch that fails is halved, so that one event that
 * cannot be taken is found soon; its conversation is put off, and the others go on.
 */
export function createOutboxRetrier({ repository, subscriber, options, onError }: OutboxRetrierParts): Pump {
  let batch = options.batch;
  let failures = 0;
  const putOffs = new Map<number, number>();

  return createPump({
    idleMs: options.idleMs * idleFactor,
    onError: (error) => onError(error, `event subscriber ${subscriber.name}`),
    run: async (signal) => {
      const nextMs = await repository.locked(`outbox:${subscriber.name}`, async (transaction) => {
        const events = await repository.due(transaction, subscriber.name, batch);
        const [first] = events;
        if (first === undefined) return options.idleMs * idleFactor;
        const positions = events.map(({ position }) => position);
        const taking = await takeWithin(subscriber, events, options.takeTimeoutMs, signal);
        // A shutdown is nobody's failure.
        signal.throwIfAborted();
        if (taking.kind === 'taken') {
          await repository.taken(transaction, subscriber.name, positions);
          for (const position of positions) putOffs.delete(position);
          batch = Math.min(options.batch, batch * 2);
          failures = 0;
          return 0;
        }
        failures += 1;
        onError(taking.error, `event subscriber ${subscriber.name}`);
        if (batch > 1) batch = Math.ceil(Math.min(batch, events.length) / 2);
        if (events.length === 1) {
          const times = (putOffs.get(first.position) ?? 0) + 1;
          putOffs.set(first.position, times);
          if (putOffs.size > options.batch) putOffs.clear();
          await repository.putOff(transaction, subscriber.name, positions, retryDelayMs(times, putOff));
        }
        return retryDelayMs(failures, pause);
      });
      // Another replica does it.
      return nextMs ?? options.idleMs;
    },
  });
}
