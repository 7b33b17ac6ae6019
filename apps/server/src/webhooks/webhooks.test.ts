import { createHmac, randomUUID } from 'node:crypto';
import type { EventType } from '@parley/contract/events.ts';
import {
  createdWebhookSchema,
  deliveryListSchema,
  type WebhookView,
  webhookSchema,
} from '@parley/contract/webhooks.ts';
import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { everyPermission } from '../api/authenticate.ts';
import { installErrorHandling } from '../api/errors.ts';
import { installRoutes } from '../api/install-routes.ts';
import { createGuardedFetch, type GuardedFetch } from '../edge/guarded-fetch.ts';
import { appendEvents } from '../events/outbox.ts';
import { createOutboxRelay, type OutboxRelay } from '../events/outbox-relay.ts';
import { createJobs, type Jobs } from '../jobs/jobs.ts';
import { createDataKeyStore } from '../privacy/data-key-store.ts';
import { createEnvelopeSealer } from '../privacy/envelope-sealer.ts';
import { eraseConversations } from '../privacy/erasure-repository.ts';
import { openKeyRing } from '../privacy/key-ring.ts';
import { createLocalMasterKey } from '../privacy/master-key.ts';
import { createIdempotencyStore } from '../storage/idempotency-store.ts';
import { defaultOrganizationId } from '../storage/schema/organizations.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { type Receiver, startReceiver } from '../testing/webhook-receiver.ts';
import { createWebhooks, type Webhooks } from './create-webhooks.ts';
import type { WebhookSenderOptions } from './webhook-sender.ts';

describe.each(databaseKinds)('webhooks over the %s database', (databaseKind) => {
  let test: TestDatabase;
  let receiver: Receiver;
  let replica: Replica;

  beforeAll(async () => {
    test = await openTestDatabase(databaseKind);
  });
  afterAll(() => test?.close());
  beforeEach(async () => {
    receiver = await startReceiver();
    replica = await startReplica(test);
  });
  afterEach(async () => {
    await replica.stop();
    await receiver.close();
    await test.pool.query('truncate outbox, outbox_retries, webhook_deliveries, webhooks');
    expect(faults.splice(0)).toEqual([]);
  });

  const happen = (conversationId: string | undefined, n: number, type: EventType = 'turn_completed') =>
    test.database.inOrganization(defaultOrganizationId, (orm) =>
      appendEvents(orm, [
        { organizationId: defaultOrganizationId, conversationId, topic: 'chat-events', type, payload: { n } },
      ]),
    );
  const create = async (body: object = {}) => {
    const answer = await replica.send('POST', '/v1/webhooks', { url: receiver.url, ...body });
    expect(answer.statusCode).toBe(201);
    return createdWebhookSchema.parse(answer.json());
  };
  const view = async (webhook: Pick<WebhookView, 'webhook_id'>) =>
    webhookSchema.parse((await replica.send('GET', `/v1/webhooks/${webhook.webhook_id}`)).json());
  const deliveriesOf = async (webhook: Pick<WebhookView, 'webhook_id'>) =>
    deliveryListSchema.parse(
      (await replica.send('GET', `/v1/webhooks/${webhook.webhook_id}/deliveries?limit=100`)).json(),
    ).deliveries;

  it('are sent what happened, signed with the secret that was shown once', async () => {
    const webhook = await create();
    const conversationId = randomUUID();
    await happen(conversationId, 1);
    await expect.poll(() => receiver.accepted, { timeout: 5000 }).toHaveLength(1);
    const [one] = receiver.accepted;
    if (one === undefined) throw new Error('Nothing came.');
    expect(JSON.parse(one.body)).toMatchObject({
      type: 'turn_completed',
      version: 1,
      organization_id: defaultOrganizationId,
      conversation_id: conversationId,
      data: { n: 1 },
    });
    expect(one.headers['parley-event-id']).toBe(one.event.id);
    const { t, v1 } = Object.fromEntries(
      String(one.headers['parley-signature'])
        .split(',')
        .map((part) => part.split('=')),
    );
    expect(v1).toBe(createHmac('sha256', webhook.secret).update(`${t}.${one.body}`).digest('hex'));
    expect(Math.abs(Date.now() / 1000 - Number(t))).toBeLessThan(60);
    await expect.poll(async () => (await deliveriesOf(webhook))[0]?.status, { timeout: 5000 }).toBe('delivered');
    const list = await replica.send('GET', '/v1/webhooks');
    expect(list.body).not.toContain(webhook.secret);
    expect((await test.pool.query('select * from webhooks')).rows[0].sealed_secret).not.toContain(webhook.secret);
  });

  it('are sent only the types that they asked for', async () => {
    await create({ event_types: ['conversation_ended'] });
    await happen(randomUUID(), 1);
    await happen(randomUUID(), 2, 'conversation_ended');
    await expect.poll(() => receiver.accepted.map(({ event }) => event.n), { timeout: 5000 }).toEqual([2]);
    expect(
      (await replica.send('POST', '/v1/webhooks', { url: receiver.url, event_types: ['nonsense'] })).statusCode,
    ).toBe(400);
  });

  it('of each conversation get events in order and miss none, though the receiver fails by chance and replicas compete', async () => {
    const other = await startReplica(test);
    await create();
    let calls = 0;
    // Every third answer is a failure.
    receiver.answer = () => (++calls % 3 === 0 ? 503 : 200);
    const conversations = Array.from({ length: 8 }, () => randomUUID());
    await Promise.all(
      conversations.map(async (id) => {
        for (let n = 1; n <= 6; n += 1) await happen(id, n);
      }),
    );
    await expect.poll(() => new Set(receiver.accepted.map(({ event }) => event.id)).size, { timeout: 25_000 }).toBe(48);
    for (const id of conversations) {
      const numbers = receiver.accepted.filter(({ event }) => event.conversationId === id).map(({ event }) => event.n);
      expect(numbers).toEqual([1, 2, 3, 4, 5, 6]);
    }
    await other.stop();
  });

  it('that cannot take one conversation’s event still get those of others', async () => {
    const [stuck, free] = [randomUUID(), randomUUID()];
    receiver.answer = ({ event }) => (event.conversationId === stuck && event.n === 1 ? 500 : 200);
    const webhook = await create();
    for (let n = 1; n <= 3; n += 1) {
      await happen(stuck, n);
      await happen(free, n);
    }
    await expect
      .poll(() => receiver.accepted.filter(({ event }) => event.conversationId === free).map(({ event }) => event.n), {
        timeout: 5000,
      })
      .toEqual([1, 2, 3]);
    expect(receiver.accepted.some(({ event }) => event.conversationId === stuck)).toBe(false);
    expect((await view(webhook)).failing_since === null || receiver.received.length > 3).toBe(true);
  });

  it('that hang hold up no other webhook', async () => {
    const slow = await startReceiver();
    slow.answer = () => 'never';
    await create({ url: slow.url });
    await create();
    for (let n = 1; n <= 40; n += 1) await happen(randomUUID(), n);
    await expect.poll(() => receiver.accepted.length, { timeout: 10_000 }).toBe(40);
    // The bulkhead: no more than its share was on its way to the slow one.
    expect(slow.received.length).toBeLessThanOrEqual(8);
    await replica.stop();
    await slow.close();
    replica = await startReplica(test);
  });

  it('that answer 410 are switched off, told in the audit log, and go on when they are switched on again', async () => {
    receiver.answer = () => 410;
    const webhook = await create({ url: `${receiver.url}?key=planted` });
    await happen(randomUUID(), 1);
    await expect.poll(async () => (await view(webhook)).disabled_reason, { timeout: 5000 }).toBe('gone');
    // To some receivers the address is the password.
    const { rows: log } = await test.pool.query('select from audit_logs where audit_logs::text ~ $1', ['planted']);
    expect(log).toHaveLength(0);
    const { rows } = await test.pool.query(
      `select actor_kind, after->>'disabled_reason' as reason from audit_logs where resource_id = $1 order by audit_id desc limit 1`,
      [webhook.webhook_id],
    );
    expect(rows).toEqual([{ actor_kind: 'server', reason: 'gone' }]);
    const [delivery] = await deliveriesOf(webhook);
    expect(delivery).toMatchObject({ status: 'given_up', last_status: 410, attempts: 1 });
    const replayPath = `/v1/webhooks/${webhook.webhook_id}/deliveries/${delivery?.delivery_id}/replay`;
    expect((await replica.send('POST', replayPath)).json()).toMatchObject({ code: 'webhook_disabled' });

    receiver.answer = () => 200;
    const { version } = await view(webhook);
    const patch = await replica.send(
      'PATCH',
      `/v1/webhooks/${webhook.webhook_id}`,
      { is_active: true },
      { 'if-match': `"${version}"` },
    );
    expect(patch.json()).toMatchObject({ is_active: true, disabled_reason: null });
    expect((await replica.send('POST', replayPath)).statusCode).toBe(202);
    await expect.poll(() => receiver.accepted, { timeout: 5000 }).toHaveLength(1);
    expect(receiver.accepted[0]?.event.id).toBe(receiver.received[0]?.event.id);
  });

  it('show what became of a delivery whose content was erased, and send nothing of it again', async () => {
    const conversationId = randomUUID();
    const webhook = await create();
    await happen(conversationId, 1);
    await expect.poll(async () => (await deliveriesOf(webhook))[0]?.status, { timeout: 5000 }).toBe('delivered');
    await test.database.inOrganization(defaultOrganizationId, (tx) => eraseConversations(tx, [conversationId]));
    const [delivery] = await deliveriesOf(webhook);
    const path = `/v1/webhooks/${webhook.webhook_id}/deliveries/${delivery?.delivery_id}`;
    const shown = await replica.send('GET', path);
    expect(shown.statusCode).toBe(200);
    expect(shown.json()).toMatchObject({ event: null, status: 'delivered' });
    expect((await replica.send('POST', `${path}/replay`)).json()).toMatchObject({ code: 'delivery_erased' });
    expect((await deliveriesOf(webhook))[0]).toMatchObject({ status: 'delivered' });
    expect(receiver.received).toHaveLength(1);
  });

  it('that nothing reaches are given up after the attempts, and say why', async () => {
    await replica.stop();
    replica = await startReplica(test, { maxAttempts: 2 });
    receiver.answer = () => 500;
    const webhook = await create();
    await happen(randomUUID(), 1);
    await expect
      .poll(async () => (await deliveriesOf(webhook))[0], { timeout: 5000 })
      .toMatchObject({ status: 'given_up', attempts: 2, last_status: 500, last_error: 'The answer was 500.' });
    expect((await view(webhook)).failing_since).not.toBeNull();
    await test.pool.query(`update webhooks set failing_since = now() - interval '4 days'`);
    await test.pool.query(`update jobs set run_at = now() where kind = 'disable_failing_webhooks'`);
    await replica.stop();
    replica = await startReplica(test);
    await expect.poll(async () => (await view(webhook)).disabled_reason, { timeout: 10_000 }).toBe('failing');
  });

  it('on private addresses are refused, in words for whoever asks', async () => {
    await replica.stop();
    replica = await startReplica(test, {}, []);
    const webhook = await create();
    await replica.send('POST', `/v1/webhooks/${webhook.webhook_id}/test`);
    await expect
      .poll(async () => (await deliveriesOf(webhook))[0]?.last_error, { timeout: 5000 })
      .toMatch(/Port \d+ is none of|not a public address/);
    expect(receiver.received).toEqual([]);
  });

  it('sign with both secrets while one replaces the other', async () => {
    const webhook = await create();
    const rotated = createdWebhookSchema.parse(
      (await replica.send('POST', `/v1/webhooks/${webhook.webhook_id}/secret`, { overlap_hours: 1 })).json(),
    );
    expect(rotated.secret).not.toBe(webhook.secret);
    await replica.send('POST', `/v1/webhooks/${webhook.webhook_id}/test`);
    await expect.poll(() => receiver.accepted, { timeout: 5000 }).toHaveLength(1);
    const [one] = receiver.accepted;
    const [time, ...signatures] = String(one?.headers['parley-signature']).split(',');
    const expected = [rotated, webhook].map(
      ({ secret }) =>
        `v1=${createHmac('sha256', secret)
          .update(`${time?.slice(2)}.${one?.body}`)
          .digest('hex')}`,
    );
    expect(signatures).toEqual(expected);
    // One that leaked signs no more.
    await replica.send('POST', `/v1/webhooks/${webhook.webhook_id}/secret`, { overlap_hours: 0 });
    await replica.send('POST', `/v1/webhooks/${webhook.webhook_id}/test`);
    await expect.poll(() => receiver.accepted, { timeout: 5000 }).toHaveLength(2);
    expect(String(receiver.accepted[1]?.headers['parley-signature']).split(',')).toHaveLength(2);
  });

  it('are changed only by who knows their state, page by page, and are gone when deleted', async () => {
    const webhook = await create({ description: 'first' });
    const path = `/v1/webhooks/${webhook.webhook_id}`;
    expect((await replica.send('PATCH', path, { description: 'x' })).statusCode).toBe(428);
    const changed = await replica.send('PATCH', path, { description: 'x' }, { 'if-match': '"1"' });
    expect(changed.headers.etag).toBe('"2"');
    expect((await replica.send('PATCH', path, { description: 'y' }, { 'if-match': '"1"' })).statusCode).toBe(412);
    for (let i = 0; i < 3; i += 1) await replica.send('POST', `${path}/test`);
    const first = deliveryListSchema.parse((await replica.send('GET', `${path}/deliveries?limit=2`)).json());
    const second = deliveryListSchema.parse(
      (await replica.send('GET', `${path}/deliveries?limit=2&cursor=${first.next_cursor}`)).json(),
    );
    expect([first.deliveries.length, second.deliveries.length, second.next_cursor]).toEqual([2, 1, null]);
    const [delivery] = first.deliveries;
    const detail = await replica.send('GET', `${path}/deliveries/${delivery?.delivery_id}`);
    expect(detail.json().event).toMatchObject({ type: 'webhook_test', id: delivery?.event_id });
    expect((await replica.send('DELETE', path)).statusCode).toBe(204);
    expect((await replica.send('GET', path)).statusCode).toBe(404);
    for (let i = 0; i < 20; i += 1) await create();
    expect((await replica.send('POST', '/v1/webhooks', { url: receiver.url })).json()).toMatchObject({
      code: 'too_many_webhooks',
    });
  });

  it('get what was committed before the process died, once more if need be, under the same id', async () => {
    const webhook = await create();
    // It dies while the first try is on its way.
    receiver.answer = () => 'never';
    await happen(randomUUID(), 1);
    await expect.poll(() => receiver.received, { timeout: 5000 }).toHaveLength(1);
    await replica.stop();
    receiver.answer = () => 200;
    // And this was committed while nobody ran.
    await happen(randomUUID(), 2);
    replica = await startReplica(test);
    await expect
      .poll(() => receiver.accepted.map(({ event }) => event.n).toSorted(), { timeout: 10_000 })
      .toEqual([1, 2]);
    expect(receiver.accepted.find(({ event }) => event.n === 1)?.event.id).toBe(receiver.received[0]?.event.id);
    await expect
      .poll(async () => (await deliveriesOf(webhook)).map(({ status }) => status), { timeout: 5000 })
      .toEqual(['delivered', 'delivered']);
  });
});

/** What went wrong on our side; what goes wrong on the receivers' is no fault of ours. */
const faults: string[] = [];

interface Replica {
  send(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    body?: object,
    headers?: Record<string, string>,
  ): ReturnType<typeof inject>;
  stop(): Promise<void>;
}

const defaultIdentity = { organizationId: defaultOrganizationId, permissions: everyPermission };

const inject = (app: FastifyInstance, options: InjectOptions) => app.inject(options);

/** The rooms of a server that webhooks need, wired as it wires them. */
async function startReplica(
  test: TestDatabase,
  options: Partial<WebhookSenderOptions> = {},
  allowedHosts: readonly string[] = ['127.0.0.1'],
): Promise<Replica> {
  const onError = (error: unknown, what: string) => void faults.push(`${what}: ${String(error)}`);
  const keys = await openKeyRing(createDataKeyStore(test.database), [createLocalMasterKey(Buffer.alloc(32, 7))]);
  const sealer = createEnvelopeSealer(keys, onError);
  const fetch: GuardedFetch = createGuardedFetch({ allowedHosts });
  const jobs: Jobs = createJobs({ database: test.database, onError });
  const webhooks: Webhooks = createWebhooks({
    database: test.database,
    jobs,
    fetch,
    sealer,
    onError,
    options: { backoff: { firstMs: 20, longestMs: 60 }, idleMs: 500, ...options },
  });
  const relay: OutboxRelay = createOutboxRelay({
    database: test.database,
    subscribers: [webhooks.subscriber],
    jobs,
    onError,
    options: { idleMs: 200 },
  });
  const app = Fastify();
  installErrorHandling(app);
  installRoutes(app, webhooks.routes, {
    gate: {
      schemes: [{ identify: async () => ({ actor: { kind: 'operator' }, ...defaultIdentity }) }],
      openConversation: () => Promise.reject(new Error('There are no conversations here.')),
      defaultOrganizationId,
    },
    idempotency: createIdempotencyStore(test.database, sealer),
    admit: async () => {},
  });
  await app.ready();
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    await app.close();
    await relay.close();
    await webhooks.close();
    await jobs.close();
    await fetch.close();
  };
  return {
    send: (method, url, body, headers) =>
      inject(app, {
        method,
        url,
        headers: { ...headers },
        ...(body !== undefined && { payload: body }),
      }),
    stop: () => (stopping ??= stop()),
  };
}
