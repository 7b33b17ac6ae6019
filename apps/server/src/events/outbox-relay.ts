import { retryDelayMs } from '../jobs/backoff.ts';
import type { Jobs } from '../jobs/jobs.ts';
import { createPump, type Pump } from '../jobs/pump.ts';
import type { Database } from '../storage/database.ts';
import type { EventSubscriber, HandedEvent } from './event-subscriber.ts';
import { outboxAppended } from './outbox.ts';
import { createOutboxRepository, type OutboxBacklog, type OutboxRepository } from './outbox-repository.ts';
import { createOutboxRetrier } from './outbox-retrier.ts';
import { takeWithin } from './take-within.ts';

export interface OutboxRelay {
  /** What waits to be handed on, in all replicas together, as it was some seconds ago; for metrics. */
  readonly backlog: OutboxBacklog;
  /** Resolves when what is under way has ended. */
  close(): Promise<void>;
}

export interface OutboxRelayParts {
  readonly database: Database;
  readonly subscribers: readonly EventSubscriber[];
  readonly jobs: Jobs;
  readonly onError: (error: unknown, what: string) => void;
  /** Told of each batch, for metrics: how long its oldest event had waited. */
  readonly onBatch?: (batch: { readonly events: number; readonly oldestWaitedMs: number }) => void;
  readonly options?: Partial<OutboxRelayOptions>;
}

export interface OutboxRelayOptions {
  /** Events in one transaction at most. */
  readonly batch: number;
  /** How often one looks for what other processes left behind. One query by an index that is empty. */
  readonly idleMs: number;
  /** From the beginning of one batch to that of the next while events come: many are handed on together. */
  readonly gatherMs: number;
  /** For one batch of one subscriber; shorter than the database lets a transaction wait. */
  readonly takeTimeoutMs: number;
}

export const outboxRelayDefaults: OutboxRelayOptions = {
  // Half a megabyte of turns; larger batches are no faster.
  batch: 500,
  // Only what a process that died had committed waits for this.
  idleMs: 2000,
  // A batch is up to eight messages to the database, whatever is in it: some 4 ms of processor on both sides, which at 25 ms was most of what
  // turns cost the database. Nobody notices a fifth of a second, and what comes alone does not wait.
  gatherMs: 200,
  takeTimeoutMs: 5000,
};

/** From the writing of an event to its commit, as a rule. */
const commitMs = 5;
/** A commit may take longer than that: so long after something was written one looks again and again. */
const attentiveMs = 1000;
const lookAgainMs = 50;
/** Readers that were away for a day find what happened. */
const keptMs = 24 * 60 * 60_000;
/** A subscriber that has taken nothing for a week does not come back; what waits for it must not grow for ever. */
const heldAtMostMs = 7 * keptMs;
const deleteBatch = 2000;
/** As often as metrics are read, as a rule. */
const measureMs = 15_000;
/** More is as bad. */
const backlogAtMost = 10_000;

/**
 * Hands what is committed in the outbox to the subscribers. Any number of replicas may run one: a batch is handed on by whoever
 * holds the lock at the moment, and the next by whoever takes it then. Ownership: close it before the jobs and the database.
 */
export function createOutboxRelay(parts: OutboxRelayParts): OutboxRelay {
  const { database, subscribers, jobs, onError, onBatch } = parts;
  const options = { ...outboxRelayDefaults, ...parts.options };
  const repository = createOutboxRepository(database);
  const reach = subscribers.map((subscriber) => ({
    subscriber,
    /** One that did not answer in time is not waited for again at once; what comes meanwhile waits apart. */
    pausedUntilMs: 0,
    slowTimes: 0,
    retrier: createOutboxRetrier({ repository, subscriber, options, onError }),
  }));

  let attentiveUntilMs = 0;
  let lastBatchAtMs = Number.NEGATIVE_INFINITY;
  const pump: Pump = createPump({
    idleMs: options.idleMs,
    onError: (error) => onError(error, 'handing on events'),
    run: async (signal) => {
      const before = lastBatchAtMs;
      lastBatchAtMs = performance.now();
      const count = await handOnBatch(repository, reach, options, onError, onBatch, signal);
      if (count === options.batch) return 0;
      if (count === undefined || count === 0) lastBatchAtMs = before;
      // What another replica hands on at this moment may not be all that was committed here.
      if (count === undefined) return lookAgainMs;
      if (performance.now() < attentiveUntilMs) return Math.max(lookAgainMs, untilNextBatchMs());
      return options.idleMs;
    },
  });
  /** While they come one after another, they are gathered. */
  const untilNextBatchMs = () => lastBatchAtMs + options.gatherMs - performance.now();
  const attend = (appended: unknown) => {
    if (appended === 'committed') return pump.wake(Math.max(0, untilNextBatchMs()));
    attentiveUntilMs = performance.now() + attentiveMs;
    pump.wake(Math.max(commitMs, untilNextBatchMs()));
  };
  outboxAppended.subscribe(attend);

  jobs.every('delete_published_events', 60 * 60_000, async (signal) => {
    for (const [subscriber, count] of await repository.dropHeld(heldAtMostMs)) {
      onError(new Error(`${count} events were given up.`), `event subscriber ${subscriber}`);
    }
    while (!signal.aborted && (await repository.deletePublished(keptMs, deleteBatch)) === deleteBatch);
  });

  let backlog: OutboxBacklog = { events: 0, oldestWaitsMs: 0 };
  const measure = createPump({
    idleMs: measureMs,
    onError: (error) => onError(error, 'measuring the outbox'),
    run: async () => {
      backlog = await repository.backlog(backlogAtMost);
      return measureMs;
    },
  });

  return {
    get backlog() {
      return backlog;
    },
    async close() {
      outboxAppended.unsubscribe(attend);
      await Promise.all([pump.close(), measure.close(), ...reach.map(({ retrier }) => retrier.close())]);
    },
  };
}

interface Reach {
  readonly subscriber: EventSubscriber;
  readonly retrier: Pump;
  pausedUntilMs: number;
  slowTimes: number;
}

const pause = { firstMs: 500, longestMs: 30_000 };

/** Resolves to how many were handed on; undefined while another replica does it. */
async function handOnBatch(
  repository: OutboxRepository,
  reach: readonly Reach[],
  options: OutboxRelayOptions,
  onError: OutboxRelayParts['onError'],
  onBatch: OutboxRelayParts['onBatch'],
  signal: AbortSignal,
): Promise<number | undefined> {
  const behind = new Set<Reach>();
  const count = await repository.locked('outbox', async (transaction) => {
    const { events, isAnyHeld } = await repository.waiting(transaction, options.batch);
    const [oldest] = events;
    if (oldest === undefined) return 0;
    const held = await repository.heldConversations(transaction, isAnyHeld ? conversationsOf(events) : []);
    const results = await Promise.all(
      reach.map(async (to) => {
        const notTaken = await handTo(to, events, held.get(to.subscriber.name), options, onError, signal);
        return { to, notTaken };
      }),
    );
    // A shutdown is nobody's failure: they are handed on by whoever comes next.
    signal.throwIfAborted();
    for (const { to, notTaken } of results) {
      if (notTaken.length > 0) behind.add(to);
      await repository.hold(transaction, { subscriber: to.subscriber.name, events: notTaken });
    }
    await repository.markPublished(
      transaction,
      events.map(({ position }) => position),
    );
    onBatch?.({ events: events.length, oldestWaitedMs: Date.now() - Date.parse(oldest.envelope.occurred_at) });
    return events.length;
  });
  // They are there only now that the transaction is committed.
  for (const { retrier } of behind) retrier.wake();
  return count;
}

/** Resolves to those that it could not take, or that wait behind such ones. */
async function handTo(
  to: Reach,
  events: readonly HandedEvent[],
  heldConversations: ReadonlySet<string> | undefined,
  { takeTimeoutMs }: OutboxRelayOptions,
  onError: OutboxRelayParts['onError'],
  signal: AbortSignal,
): Promise<readonly HandedEvent[]> {
  if (performance.now() < to.pausedUntilMs) return events;
  const isBehind = ({ envelope: { conversation_id: id } }: HandedEvent) =>
    id !== null && heldConversations?.has(id) === true;
  const ahead = events.filter((event) => !isBehind(event));
  if (ahead.length === 0) return events;
  const taking = await takeWithin(to.subscriber, ahead, takeTimeoutMs, signal);
  if (taking.kind === 'taken') {
    to.slowTimes = 0;
    return events.filter(isBehind);
  }
  if (!signal.aborted) onError(taking.error, `event subscriber ${to.subscriber.name}`);
  if (taking.kind === 'too_slow') {
    to.slowTimes += 1;
    to.pausedUntilMs = performance.now() + retryDelayMs(to.slowTimes, pause);
  }
  return events;
}

function conversationsOf(events: readonly HandedEvent[]): readonly string[] {
  return [...new Set(events.flatMap(({ envelope: { conversation_id: id } }) => (id === null ? [] : [id])))];
}
