import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { EventType } from '@parley/contract/events.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createJobs, type Jobs } from '../jobs/jobs.ts';
import { outbox } from '../storage/schema/events.ts';
import { defaultOrganizationId } from '../storage/schema/organizations.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import type { EventSubscriber, HandedEvent } from './event-subscriber.ts';
import { appendEvents } from './outbox.ts';
import { createOutboxRelay, type OutboxRelay, type OutboxRelayOptions } from './outbox-relay.ts';

describe.each(databaseKinds)('events in the %s database', (databaseKind) => {
  let test: TestDatabase;
  let jobs: Jobs;
  const relays: OutboxRelay[] = [];
  const errors: string[] = [];

  beforeAll(async () => {
    test = await openTestDatabase(databaseKind);
    jobs = createJobs({ database: test.database, onError: (error) => errors.push(String(error)) });
  });
  afterAll(async () => {
    await jobs?.close();
    await test?.close();
  });
  beforeEach(() => void errors.splice(0));
  afterEach(async () => {
    for (const relay of relays.splice(0)) await relay.close();
    await test.pool.query('truncate outbox, outbox_retries');
  });

  /** As a replica has it: jobs of its own kind names, so that several fit into one process. */
  const relay = (subscribers: readonly EventSubscriber[], options: Partial<OutboxRelayOptions> = {}) => {
    const opened = createOutboxRelay({
      database: test.database,
      subscribers,
      jobs: { ...jobs, every: () => {} },
      onError: (error) => errors.push(String(error)),
      options: { idleMs: 200, ...options },
    });
    relays.push(opened);
    return opened;
  };
  const append = (conversationId: string | undefined, n: number, type: EventType = 'turn_completed') =>
    test.database.inOrganization(defaultOrganizationId, (orm) =>
      appendEvents(orm, [
        { organizationId: defaultOrganizationId, conversationId, topic: 'chat-events', type, payload: { n } },
      ]),
    );
  const unpublished = async () =>
    (await test.pool.query('select count(*)::int as n from outbox where published_at is null')).rows[0].n;
  const held = async () => (await test.pool.query('select count(*)::int as n from outbox_retries')).rows[0].n;

  it('reach a subscriber once they are committed, in their envelope, and soon', async () => {
    const keeper = keeping('keeper');
    relay([keeper], { idleMs: 60_000 });
    const conversationId = randomUUID();
    const committedAtMs = performance.now();
    await append(conversationId, 1);
    await expect.poll(() => keeper.events, { timeout: 5000, interval: 5 }).toHaveLength(1);
    expect(performance.now() - committedAtMs).toBeLessThan(1000);
    expect(keeper.events[0]).toMatchObject({
      topic: 'chat-events',
      envelope: {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        type: 'turn_completed',
        version: 1,
        organization_id: defaultOrganizationId,
        conversation_id: conversationId,
        data: { n: 1 },
      },
    });
    await expect.poll(unpublished, { timeout: 5000 }).toBe(0);
  });

  it('of a transaction that is rolled back reach nobody', async () => {
    const keeper = keeping('keeper');
    relay([keeper]);
    await expect(
      test.database.inOrganization(defaultOrganizationId, async (orm) => {
        await appendEvents(orm, [event(undefined, 1)]);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await append(undefined, 2);
    await expect.poll(() => keeper.numbers(), { timeout: 5000 }).toEqual([2]);
  });

  it('are not skipped when a transaction that began earlier commits later', async () => {
    const keeper = keeping('keeper');
    relay([keeper], { idleMs: 50 });
    const early = Promise.withResolvers<number>();
    const letCommit = Promise.withResolvers<void>();
    const slow = test.database.inOrganization(defaultOrganizationId, async (orm) => {
      const [row] = await orm
        .insert(outbox)
        .values({
          organizationId: defaultOrganizationId,
          topic: 'chat-events',
          type: 'turn_completed',
          payload: { n: 1 },
        })
        .returning({ position: outbox.position });
      early.resolve(row?.position ?? 0);
      await letCommit.promise;
    });
    const lowPosition = await early.promise;
    for (let n = 2; n <= 5; n += 1) await append(randomUUID(), n);
    // Later positions are out already, and marked as such.
    await expect.poll(() => keeper.numbers().length, { timeout: 5000 }).toBe(4);
    await expect.poll(unpublished, { timeout: 5000 }).toBe(0);
    expect(Math.min(...keeper.events.map(({ position }) => position))).toBeGreaterThan(lowPosition);
    letCommit.resolve();
    await slow;
    await expect.poll(() => keeper.numbers(), { timeout: 5000 }).toContain(1);
    expect(keeper.numbers().toSorted()).toEqual([1, 2, 3, 4, 5]);
  });

  it('of each conversation come in order, none lost, with three replicas and subscribers that fail by chance', async () => {
    const random = seeded(7);
    const keeper = keeping('flaky', () => random() < 0.3);
    const steady = keeping('steady');
    for (let i = 0; i < 3; i += 1) relay([keeper, steady], { batch: 7, gatherMs: 1 });
    const conversations = Array.from({ length: 12 }, () => randomUUID());
    const counts = new Map<string, number>();
    // Writers of different conversations beside one another, of one conversation one after another, as turns are.
    await Promise.all(
      conversations.map(async (id) => {
        const count = 5 + Math.floor(random() * 15);
        counts.set(id, count);
        for (let n = 1; n <= count; n += 1) await append(id, n);
      }),
    );
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    await expect.poll(() => keeper.ids().size, { timeout: 20_000 }).toBe(total);
    await expect.poll(unpublished, { timeout: 5000 }).toBe(0);
    await expect.poll(held, { timeout: 5000 }).toBe(0);
    for (const [id, count] of counts) {
      const expected = Array.from({ length: count }, (_, i) => i + 1);
      expect(keeper.firstOfEach(id)).toEqual(expected);
      expect(steady.firstOfEach(id)).toEqual(expected);
    }
    expect(errors.length).toBeGreaterThan(0);
    // What failed was told again under the same id.
    expect(keeper.refused.every((eventId) => keeper.ids().has(eventId))).toBe(true);
  });

  it('are not held up by a subscriber that fails or hangs', async () => {
    const keeper = keeping('keeper');
    const broken: EventSubscriber = { name: 'broken', take: () => Promise.reject(new Error('it is broken')) };
    const hanging: EventSubscriber = {
      name: 'hanging',
      take: async (_events, signal) => void (await once(signal, 'abort')),
    };
    relay([broken, hanging, keeper], { takeTimeoutMs: 60 });
    for (let n = 1; n <= 20; n += 1) await append(randomUUID(), n);
    await expect.poll(() => keeper.ids().size, { timeout: 5000 }).toBe(20);
    await expect.poll(unpublished, { timeout: 5000 }).toBe(0);
    const { rows } = await test.pool.query(
      'select subscriber, count(*)::int as n from outbox_retries group by subscriber order by subscriber',
    );
    expect(rows).toContainEqual({ subscriber: 'broken', n: 20 });
    expect(errors).toContain('Error: it is broken');
  });

  it('that cannot be taken hold back their own conversation alone', async () => {
    const [bad, good] = [randomUUID(), randomUUID()];
    const taken = keeping('picky', (events) =>
      events.some(({ envelope }) => envelope.conversation_id === bad && envelope.data.n === 1),
    );
    relay([taken]);
    for (let n = 1; n <= 3; n += 1) {
      await append(bad, n);
      await append(good, n);
    }
    await expect.poll(() => taken.firstOfEach(good), { timeout: 15_000 }).toEqual([1, 2, 3]);
    expect(taken.firstOfEach(bad)).toEqual([]);
    // Those of the other conversation shared a batch with what failed: they were held too, until they were taken.
    await expect.poll(held, { timeout: 5000 }).toBe(3);
    expect(taken.firstOfEach(bad)).toEqual([]);
  });

  it('that were under way when the process stopped come again with the same id, to whoever comes next', async () => {
    const stuck = Promise.withResolvers<readonly HandedEvent[]>();
    const first = relay([
      {
        name: 'keeper',
        take: async (events, signal) => {
          stuck.resolve(events);
          await once(signal, 'abort');
          throw signal.reason;
        },
      },
    ]);
    await append(randomUUID(), 1);
    const [interrupted] = await stuck.promise;
    await first.close();
    const keeper = keeping('keeper');
    relay([keeper]);
    await expect.poll(() => [...keeper.ids()], { timeout: 5000 }).toEqual([interrupted?.envelope.id]);
  });
});

interface Keeper extends EventSubscriber {
  readonly events: HandedEvent[];
  readonly refused: string[];
  numbers(): unknown[];
  ids(): Set<string>;
  /** The numbers of a conversation's events as they came, those that came again left out. */
  firstOfEach(conversationId: string): unknown[];
}

function keeping(name: string, refuses: (events: readonly HandedEvent[]) => boolean = () => false): Keeper {
  const events: HandedEvent[] = [];
  const refused: string[] = [];
  return {
    name,
    events,
    refused,
    take: async (batch) => {
      if (refuses(batch)) {
        refused.push(...batch.map(({ envelope }) => envelope.id));
        throw new Error('not now');
      }
      events.push(...batch);
    },
    numbers: () => events.map(({ envelope }) => envelope.data.n),
    ids: () => new Set(events.map(({ envelope }) => envelope.id)),
    firstOfEach: (conversationId) => {
      const seen = new Map(events.toReversed().map((one) => [one.envelope.id, one]));
      return events
        .filter((one) => one.envelope.conversation_id === conversationId && seen.get(one.envelope.id) === one)
        .map(({ envelope }) => envelope.data.n);
    },
  };
}

function event(conversationId: string | undefined, n: number) {
  return {
    organizationId: defaultOrganizationId,
    conversationId,
    topic: 'chat-events',
    type: 'turn_completed',
    payload: { n },
  } as const;
}

/** The same numbers in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
