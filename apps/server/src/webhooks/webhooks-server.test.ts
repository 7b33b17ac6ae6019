import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventDataSchemas, eventEnvelopeSchema, isEventType } from '@parley/contract/events.ts';
import { createdWebhookSchema } from '@parley/contract/webhooks.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type ServerProcess, startServerProcess, typedOnly } from '../testing/server-process.ts';
import { type Receiver, startReceiver } from '../testing/webhook-receiver.ts';

const email = 'admin@webhooks.example';
const password = 'correct horse battery staple 9';
const env = {
  ...typedOnly,
  PARLEY_ADMIN_EMAIL: email,
  PARLEY_ADMIN_PASSWORD: password,
  OUTGOING_ALLOWED_HOSTS: '127.0.0.1',
};

let dataDir: string;
let receiver: Receiver;
let server: ServerProcess;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'parley-webhooks-'));
  receiver = await startReceiver();
  server = await startServerProcess({ dataDir, env });
}, 120_000);

afterAll(async () => {
  await server?.stop();
  await receiver?.close();
  await rm(dataDir, { recursive: true, force: true });
}, 60_000);

describe('a real server that is killed', () => {
  it('tells webhooks of every conversation all the same, in order, the same event under the same id', async () => {
    const { access_token: token } = z
      .object({ access_token: z.string() })
      .parse(await post('/v1/auth/sign-in', { email, password }));
    createdWebhookSchema.parse(await post('/v1/webhooks', { url: receiver.url }, token));

    // Whatever is sent first gets no answer; the rest waits behind it or is not even handed on when the process dies.
    receiver.answer = () => 'never';
    const sessionIds: string[] = [];
    for (let i = 0; i < 4; i += 1) sessionIds.push(await talk(token));
    await expect.poll(() => receiver.received.length, { timeout: 15_000 }).toBeGreaterThan(0);
    await server.kill();
    expect(receiver.accepted).toEqual([]);
    const interrupted = receiver.received.map(({ event }) => event.id);

    receiver.answer = () => 200;
    server = await startServerProcess({ dataDir, env });
    const ends = () => receiver.accepted.filter(({ event }) => event.type === 'conversation_ended').length;
    // A request that was on its way when the process died is sent again when its lease has run out.
    await expect.poll(ends, { timeout: 60_000 }).toBe(sessionIds.length);

    const accepted = receiver.accepted.map(({ body }) => eventEnvelopeSchema.parse(JSON.parse(body)));
    for (const { type, data } of accepted) {
      if (!isEventType(type)) throw new Error(`${type} is not in the contract.`);
      eventDataSchemas[type].parse(data);
    }
    for (const id of sessionIds) {
      const types = accepted.filter((event) => event.conversation_id === id).map(({ type }) => type);
      expect(types[0]).toBe('conversation_started');
      expect(types.filter((type) => type === 'turn_completed').length).toBeGreaterThanOrEqual(1);
      expect(types.at(-1)).toBe('conversation_ended');
    }
    const ids = new Set(accepted.map(({ id }) => id));
    expect(ids.size).toBe(accepted.length);
    for (const id of interrupted) expect(ids).toContain(id);
  }, 150_000);
});

/** A conversation from its first word to its end, each step acknowledged. */
async function talk(token: string): Promise<string> {
  const { session_id: id } = z
    .object({ session_id: z.string() })
    .parse(await post('/v1/conversations/start', { channel_type: 'chat' }, token));
  await post(`/v1/conversations/${id}/process`, { input_type: 'text', text: 'I want to book a haircut' }, token);
  await post(`/v1/conversations/${id}/end`, { reason: 'completed' }, token);
  return id;
}

async function post(path: string, body: object, token?: string): Promise<unknown> {
  const answer = await fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text}`);
  return JSON.parse(text);
}
