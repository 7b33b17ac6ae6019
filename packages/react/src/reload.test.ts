import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type ConversationClient, createConversationClient } from './conversation-client.ts';
import { createFakeWire, errorAnswer, type FakeSocket, type FakeWire, turnOf, viewBody } from './fake-wire.ts';

let wire: FakeWire;
/** The page before and after the reload. */
let clients: ConversationClient[];

beforeEach(() => {
  vi.useFakeTimers();
  wire = createFakeWire();
  clients = [];
});

afterEach(() => {
  for (const client of clients) client.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test('a reloaded page goes on with the conversation of its tab, with all that was said', async () => {
  await chat(load());
  wire.answers.view = { status: 200, body: viewBody([turnOf({ turnNumber: 1, replyText: 'Hello.' })]) };
  const page = await reload();
  expect(page.getSnapshot()).toMatchObject({
    connection: 'connected',
    medium: 'chat',
    agent: { name: 'Front desk' },
    transcript: { turns: [{ turnNumber: 1 }] },
  });
  expect(wire.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  expect(newestSocket().protocols).toContain('parley.token.token-1');
});

test('after a reload in a call the microphone stays closed until the person touches the button', async () => {
  const page = load();
  page.startVoice();
  await settle();
  wire.peers.at(-1)?.channel.open();
  await settle();
  wire.peers.at(-1)?.channel.hello();
  const after = await reload();
  expect(wire.microphones).toHaveLength(1);
  expect(after.getSnapshot()).toMatchObject({ connection: 'connected', medium: 'chat' });
  after.startVoice();
  await settle();
  expect(wire.microphones).toHaveLength(2);
  expect(wire.requests.filter(({ path }) => path.endsWith('/v1/conversations'))).toHaveLength(1);
});

test('after hanging up a reload begins anew', async () => {
  const page = load();
  await chat(page);
  page.hangUp();
  expect((await reload()).getSnapshot().connection).toBe('idle');
  expect(wire.stored.size).toBe(0);
});

test('a conversation that ended while the page was away is shown with its end', async () => {
  await chat(load());
  wire.answers.view = { status: 200, body: viewBody([turnOf({ turnNumber: 1 })], 'silence') };
  const page = await reload();
  expect(page.getSnapshot()).toMatchObject({ connection: 'ended', endReason: 'silence' });
  expect(wire.stored.size).toBe(0);
  await vi.advanceTimersByTimeAsync(1_000);
});

test('a conversation that the server does not know any more leaves a fresh page', async () => {
  await chat(load());
  wire.answers.view = errorAnswer('conversation_not_found');
  const page = await reload();
  expect(page.getSnapshot()).toMatchObject({ connection: 'idle', notices: [] });
  expect(wire.stored.size).toBe(0);
});

test('a server that is just restarting is tried again', async () => {
  await chat(load());
  wire.answers.view = 'unreachable';
  const page = await reload();
  expect(page.getSnapshot().connection).toBe('reconnecting');
  wire.answers.view = { status: 200, body: viewBody([]) };
  await vi.advanceTimersByTimeAsync(500);
  newestSocket().open();
  await settle();
  newestSocket().hello();
  expect(page.getSnapshot().connection).toBe('connected');
});

test('what somebody else left in the storage is no conversation', () => {
  wire.stored.set('parley.conversation', '{"opened":');
  expect(load().getSnapshot().connection).toBe('idle');
});

function load(): ConversationClient {
  const client = createConversationClient({
    baseUrl: 'https://parley.test',
    timeZone: 'Europe/London',
    environment: wire.environment,
  });
  clients.push(client);
  client.rejoin();
  return client;
}

/** The page goes away without a word, as browsers do it, and another one comes. */
async function reload(): Promise<ConversationClient> {
  clients.at(-1)?.close();
  const sockets = wire.sockets.length;
  const client = load();
  await settle();
  if (wire.sockets.length > sockets) {
    newestSocket().open();
    await settle();
    newestSocket().hello();
  }
  return client;
}

async function chat(client: ConversationClient): Promise<void> {
  client.startChat();
  await settle();
  newestSocket().open();
  await settle();
  newestSocket().hello();
}

function newestSocket(): FakeSocket {
  const socket = wire.sockets.at(-1);
  if (socket === undefined) throw new Error('no socket was opened');
  return socket;
}

async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}
