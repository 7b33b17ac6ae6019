import { randomUUID } from 'node:crypto';
import { createGuardedFetch } from '@parley/server/edge/guarded-fetch.ts';
import type { EventSubscriber } from '@parley/server/events/event-subscriber.ts';
import { appendEvents, type NewEvent } from '@parley/server/events/outbox.ts';
import { createOutboxRelay } from '@parley/server/events/outbox-relay.ts';
import { createJobs } from '@parley/server/jobs/jobs.ts';
import { createDataKeyStore } from '@parley/server/privacy/data-key-store.ts';
import { createEnvelopeSealer } from '@parley/server/privacy/envelope-sealer.ts';
import { openKeyRing } from '@parley/server/privacy/key-ring.ts';
import { createLocalMasterKey } from '@parley/server/privacy/master-key.ts';
import { defaultOrganizationId } from '@parley/server/storage/schema/organizations.ts';
import { openTestDatabase, type TestDatabase } from '@parley/server/testing/databases.ts';
import { startReceiver } from '@parley/server/testing/webhook-receiver.ts';
import { createWebhooks } from '@parley/server/webhooks/create-webhooks.ts';
import { newWebhookSecret, secretPurpose } from '@parley/server/webhooks/webhook-signature.ts';
import { percentile, print } from './statistics.ts';

/** What the platform promises, and what a turn tells: that it is complete and what was understood. */
const turnsPerSecond = 800;
const eventsPerTurn = 2;
const pacedMs = 10_000;
const tickMs = 10;
const writers = 8;
const conversations = Array.from({ length: 500 }, () => randomUUID());
const backlogEvents = 20_000;
const webhookEvents = 3000;
const idleMs = 10_000;
const limitMs = 120_000;

/** The relay of events by itself, on a PostgreSQL of its own: the embedded one, or `TEST_DATABASE_URL`. */
export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const test = await openTestDatabase(process.env.TEST_DATABASE_URL === undefined ? 'embedded' : 'postgres');
  const onError = (error: unknown, what: string) => process.stderr.write(`${what}: ${String(error)}\n`);
  const jobs = createJobs({ database: test.database, onError });
  const seen = createCounter();
  const parts = { database: test.database, jobs: { ...jobs, every: () => {} }, onError };
  try {
    let relay = createOutboxRelay({ ...parts, subscribers: [seen.subscriber] });
    const paced = await writePaced(test, seen);
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, idleMs));
    const idle = process.cpuUsage(before);
    await relay.close();

    await writeBacklog(test);
    const drainFromMs = performance.now();
    const target = seen.count() + backlogEvents;
    relay = createOutboxRelay({ ...parts, subscribers: [seen.subscriber] });
    await append(test, [event(0)]);
    await seen.reaches(target + 1);
    const drainMs = performance.now() - drainFromMs;
    await relay.close();

    print(json, {
      'turns a second asked for': turnsPerSecond,
      'turns a second written': Math.round(paced.turnsPerSecond),
      'events a second handed on': Math.round(paced.turnsPerSecond * eventsPerTurn),
      'from the commit to the subscriber, median (ms)': percentile(paced.lagsMs, 0.5),
      'from the commit to the subscriber, 99th percentile (ms)': percentile(paced.lagsMs, 0.99),
      'still waiting when the writing ended (events)': paced.behind,
      'events a second from a backlog': Math.round((backlogEvents / drainMs) * 1000),
      'processor time when idle (ms a second)': (idle.user + idle.system) / 1000 / (idleMs / 1000),
      'webhook deliveries a second': Math.round(await deliveriesPerSecond(test, onError)),
    });
  } finally {
    await jobs.close();
    await test.close();
  }
}

async function writePaced(test: TestDatabase, seen: Counter) {
  const fromMs = performance.now();
  let written = 0;
  /** Takes the next turn that is due, until the time is over: as many at once as the pool has connections. */
  const write = async () => {
    for (let atMs = 0; atMs < pacedMs; atMs = performance.now() - fromMs) {
      if (written >= (atMs / 1000) * turnsPerSecond) {
        await new Promise((resolve) => setTimeout(resolve, tickMs));
        continue;
      }
      const turn = written;
      written += 1;
      await append(
        test,
        Array.from({ length: eventsPerTurn }, () => event(turn)),
      );
      seen.committed(turn + 1);
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  const tookMs = performance.now() - fromMs;
  const behind = written * eventsPerTurn - seen.count();
  await seen.reaches(written * eventsPerTurn);
  return { turnsPerSecond: (written / tookMs) * 1000, behind, lagsMs: seen.lagsMs() };
}

async function writeBacklog(test: TestDatabase): Promise<void> {
  const size = 500;
  for (let from = 0; from < backlogEvents; from += size) {
    await append(
      test,
      Array.from({ length: size }, (_, i) => event(from + i)),
    );
  }
}

async function deliveriesPerSecond(test: TestDatabase, onError: (error: unknown, what: string) => void) {
  const receiver = await startReceiver();
  const jobs = createJobs({ database: test.database, onError });
  const keys = await openKeyRing(createDataKeyStore(test.database), [createLocalMasterKey(Buffer.alloc(32, 1))]);
  const sealer = createEnvelopeSealer(keys, onError);
  const fetch = createGuardedFetch({ allowedHosts: ['127.0.0.1'] });
  const webhookId = randomUUID();
  const sealed = await sealer.seal(newWebhookSecret(), secretPurpose(webhookId));
  await test.pool.query(
    'insert into webhooks (webhook_id, organization_id, url, sealed_secret) values ($1, $2, $3, $4)',
    [webhookId, defaultOrganizationId, receiver.url, sealed],
  );
  const webhooks = createWebhooks({ database: test.database, jobs, fetch, sealer, onError });
  const relay = createOutboxRelay({ database: test.database, jobs, onError, subscribers: [webhooks.subscriber] });
  const fromMs = performance.now();
  try {
    await append(
      test,
      Array.from({ length: webhookEvents }, (_, i) => event(i)),
    );
    while (receiver.accepted.length < webhookEvents) {
      if (performance.now() - fromMs > limitMs) throw new Error(`Only ${receiver.accepted.length} were delivered.`);
      await new Promise((resolve) => setTimeout(resolve, tickMs));
    }
    return (webhookEvents / (performance.now() - fromMs)) * 1000;
  } finally {
    await relay.close();
    await webhooks.close();
    await jobs.close();
    await fetch.close();
    await receiver.close();
  }
}

const append = (test: TestDatabase, events: readonly NewEvent[]): Promise<void> =>
  test.database.inOrganization(defaultOrganizationId, (orm) => appendEvents(orm, events));

/** As large as that of a turn: a question, an answer, and where the time went. */
function event(n: number): NewEvent {
  return {
    organizationId: defaultOrganizationId,
    conversationId: conversations[n % conversations.length],
    topic: 'chat-events',
    type: 'turn_completed',
    payload: {
      turn_number: n + 1,
      cause: 'turn',
      user: { text: 'I would like a table for four on Friday evening, please.', confidence: 0.93 },
      reply: { text: 'Certainly. A table for four on Friday evening; at what time would you like to come?' },
    },
  };
}

interface Counter {
  readonly subscriber: EventSubscriber;
  count(): number;
  committed(turnNumber: number): void;
  /** Of those whose commit was told; 0 when they came before their writer knew. */
  lagsMs(): readonly number[];
  reaches(count: number): Promise<void>;
}

function createCounter(): Counter {
  const takenAtMs = new Map<unknown, number>();
  const committedAtMs = new Map<unknown, number>();
  let count = 0;
  return {
    subscriber: {
      name: 'bench',
      take: async (events) => {
        const nowMs = performance.now();
        count += events.length;
        for (const { envelope } of events) takenAtMs.set(envelope.data.turn_number, nowMs);
      },
    },
    count: () => count,
    committed: (turnNumber) => void committedAtMs.set(turnNumber, performance.now()),
    lagsMs: () => [...committedAtMs].map(([turn, atMs]) => Math.max(0, (takenAtMs.get(turn) ?? Number.NaN) - atMs)),
    async reaches(target) {
      const fromMs = performance.now();
      while (count < target) {
        if (performance.now() - fromMs > limitMs) throw new Error(`Only ${count} of ${target} events came.`);
        await new Promise((resolve) => setTimeout(resolve, tickMs));
      }
    },
  };
}
