import { once } from 'node:events';
import { type ServerMessage, serverMessageSchema } from '@parley/contract/app-messages.ts';
import { conversationOpenedSchema } from '@parley/contract/conversations.ts';
import { type ChatServer, startChatServer } from '@parley/speech/testing/chat-completions-server.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type ServerProcess, startServerProcess, typedOnly } from '../testing/server-process.ts';

const twins = ['receptionist-model', 'hotel-model', 'bank-model', 'numerology-model', 'numerology-model-en'];
const answer = 'My answer is forty two.';
/** A reply may ask the model more than once: for the words, and for what it makes of the turn. */
const answersATurn = 4;

let model: ChatServer;
let server: ServerProcess;
beforeAll(async () => {
  model = await startChatServer(...Array.from({ length: twins.length * answersATurn }, () => [{ text: answer }]));
  server = await startServerProcess({
    env: { ...typedOnly, LANGUAGE_MODEL: 'openai-compatible:mock', LANGUAGE_MODEL_URL: model.baseUrl },
  });
}, 60_000);
afterAll(async () => {
  await server?.stop();
  await model?.close();
});

describe('where a language model is configured, each agent answers by it as well', () => {
  test.each(twins)(
    '%s',
    async (agentId) => {
      const asked = model.requests.length;
      const response = await fetch(`${server.url}/v1/conversations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ agent_id: agentId, channel_type: 'chat', time_zone: 'UTC' }),
      });
      const opened = conversationOpenedSchema.parse(await response.json());
      expect(opened.agent.name).toMatch(/\(AI\)$/);
      const said = await answerTo('good day to you', opened.conversation_id, opened.token);
      expect(said).toContain(answer);
      expect(model.requests.slice(asked).every(({ body }) => body.model === 'mock')).toBe(true);
      expect(model.requests.length).toBeGreaterThan(asked);
    },
    20_000,
  );
});

/** All that the agent said from its greeting to its answer to the one message. */
async function answerTo(text: string, conversationId: string, token: string): Promise<string> {
  const url = `${server.url.replace('http', 'ws')}/v1/conversations/${conversationId}/chat`;
  const socket = new WebSocket(url, ['parley.v1', `parley.token.${token}`]);
  const said: string[] = [];
  try {
    const isAnswered = new Promise<void>((resolve) => {
      socket.on('message', (data) => {
        const message: ServerMessage = serverMessageSchema.parse(JSON.parse(data.toString()));
        if (message.type === 'assistant_response') said.push(message.data.text);
        if (message.type !== 'turn_recorded') return;
        if (message.data.turn.user?.message_id === 'one') return resolve();
        socket.send(JSON.stringify({ type: 'user_text', data: { conversationId, messageId: 'one', text } }));
      });
    });
    await once(socket, 'open', { signal: AbortSignal.timeout(10_000) });
    await isAnswered;
  } finally {
    socket.close();
  }
  return said.join(' ');
}
