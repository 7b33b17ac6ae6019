import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createRecordingConversation, type RecordingConversation, until } from '../testing/recording-conversation.ts';
import { attachChat, type ChatOptions } from './chat-channel.ts';

const ends: (() => void)[] = [];

afterEach(() => {
  for (const end of ends.splice(0).reverse()) end();
});

async function chat(conversation: RecordingConversation, options: Partial<ChatOptions> = {}, client = {}) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', maxPayload: 256 * 1024 });
  ends.push(() => server.close());
  server.on('connection', (socket) =>
    attachChat({ socket, conversation, hello: { agent: 'Receptionist', language: 'en-US' } }, options),
  );
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  const socket = new WebSocket(`ws://127.0.0.1:${address.port}`, client);
  ends.push(() => socket.terminate());
  const received: string[] = [];
  socket.on('message', (data) => received.push(String(data)));
  const closed = once(socket, 'close');
  await once(socket, 'open');
  await until('the first messages came', () => received.length >= 2);
  return {
    server,
    socket,
    closed,
    received: (): { type: string; data: { code?: string } }[] => received.map((text) => JSON.parse(text)),
  };
}

test('a typed conversation goes both ways', async () => {
  const conversation = createRecordingConversation();
  const { socket, received } = await chat(conversation);
  expect(received().map(({ type }) => type)).toEqual(['conversation', 'state']);
  const conversationId = conversation.id;
  socket.send(JSON.stringify({ type: 'user_text', data: { conversationId, messageId: 'm1', text: ' hi ' } }));
  await until('it was understood', () => conversation.asked.length === 1);
  expect(conversation.asked).toEqual(['text hi m1']);
  conversation.tell({ type: 'said', turnNumber: 1, sentence: 0, text: 'Hello!', tone: 'warm' });
  await until('the reply came', () => received().length === 3);
  expect(received()[2]).toEqual({
    type: 'assistant_response',
    data: { turnNumber: 1, sentence: 0, text: 'Hello!', emotionalTone: 'warm' },
  });
});

test('keys of the telephone are passed on in order, and nothing else is a key', async () => {
  const conversation = createRecordingConversation();
  const { socket, received } = await chat(conversation);
  const conversationId = conversation.id;
  for (const digit of ['1', '#', 'A', '12']) {
    socket.send(JSON.stringify({ type: 'digit_pressed', data: { conversationId, digit } }));
  }
  await until('the wrong ones were refused', () => received().length === 4);
  expect(conversation.asked).toEqual(['digit 1', 'digit #']);
  expect(received()[3]?.data.code).toBe('invalid_request');
});

test('binary data, noise and 100 kB of text are answered with codes, and the conversation goes on', async () => {
  const conversation = createRecordingConversation();
  const { socket, received } = await chat(conversation);
  socket.send(Buffer.of(1, 2, 3));
  socket.send('not json');
  socket.send('[]');
  socket.send('a'.repeat(100_000));
  await until('all were answered', () => received().length === 6);
  expect(
    received()
      .slice(2)
      .map(({ data }) => data.code),
  ).toEqual(['binary_not_expected', 'invalid_json', 'unknown_message_type', 'message_too_large']);
  expect(socket.readyState).toBe(WebSocket.OPEN);
});

test('the end of the conversation is told and then the connection is closed in order', async () => {
  const conversation = createRecordingConversation();
  const { closed, received } = await chat(conversation);
  conversation.tell({ type: 'ended', reason: 'completed' });
  const [code] = await closed;
  expect(code).toBe(1000);
  expect(received().at(-1)).toEqual({ type: 'conversation_ended', data: { reason: 'completed' } });
  expect(conversation.clients.size).toBe(0);
});

test('a client that leaves is forgotten; one that no longer answers is let go', async () => {
  const conversation = createRecordingConversation();
  const { socket } = await chat(conversation);
  socket.close();
  await until('it is forgotten', () => conversation.clients.size === 0);
  // autoPong off: a client whose process hangs.
  const { closed } = await chat(conversation, { pingIntervalMs: 50 }, { autoPong: false });
  await closed;
  await until('it is let go', () => conversation.clients.size === 0);
});

test('a client that does not read is let go and does not fill the memory', async () => {
  const conversation = createRecordingConversation();
  const { socket } = await chat(conversation, { maxBufferedBytes: 64 * 1024, closeTimeoutMs: 100 });
  socket.pause();
  for (let n = 0; n < 20_000 && conversation.clients.size > 0; n++) {
    conversation.tell({ type: 'said', turnNumber: n, sentence: 0, text: 'x'.repeat(3000), tone: 'neutral' });
    if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await until('it is let go', () => conversation.clients.size === 0);
});
