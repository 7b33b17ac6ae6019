import type { ModelAgentDefinition, ModelAgentParts } from '@parley/dialogue/model-agent/definition.ts';
import { createModelAgent } from '@parley/dialogue/model-agent/model-agent.ts';
import { askAgent } from '@parley/dialogue/testing/agent-turns.ts';
import type { AnyTool } from '@parley/dialogue/tools/tool.ts';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { listEngines } from '../registry.ts';
import { type ChatAnswer, type ChatServer, startChatServer } from '../testing/chat-completions-server.ts';
import { createLanguageModel, type LanguageModel } from './language-models.ts';

const servers: ChatServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(...answers: readonly ChatAnswer[]): Promise<ChatServer> {
  const server = await startChatServer(...answers);
  servers.push(server);
  return server;
}

const compatible = ({ baseUrl }: ChatServer, more: object = {}) =>
  createLanguageModel('openai-compatible', { model: 'small', baseUrl, ...more });

const table: AnyTool = {
  name: 'book_table',
  description: 'Books a table.',
  input: z.object({ guests: z.int().describe('How many come.'), time: z.string() }),
  effect: 'changes',
  run: async () => ({ reference: 'T9' }),
};

function waiter(
  model: LanguageModel,
  definition: Partial<ModelAgentDefinition> = {},
  parts: Partial<ModelAgentParts> = {},
) {
  return createModelAgent(
    {
      id: 'waiter',
      description: 'A restaurant.',
      language: 'en-GB',
      instructions: 'You answer for a restaurant.',
      tools: [table],
      ...definition,
    },
    { model, clock: createSystemClock(), ...parts },
  );
}

describe('an agent on a server that speaks chat completions', () => {
  it.each([
    ['openai-compatible', (baseUrl: string) => ({ model: 'small', baseUrl, apiKey: 'secret' })],
    ['openai', (baseUrl: string) => ({ model: 'small', baseUrl, apiKey: 'secret' })],
    ['azure', (baseUrl: string) => ({ model: 'small', baseUrl, apiKey: 'secret' })],
  ])('speaks and uses tools by %s', async (name, options) => {
    const server = await serve(
      [{ text: 'One moment. ' }, { tool: 'book_table', input: { guests: 2, time: '19:00' } }],
      [{ text: 'I have booked a table for two at seven.' }],
    );
    const answer = await askAgent(waiter(createLanguageModel(name, options(server.baseUrl))), 'Two at seven, please');
    expect(answer.said).toBe('One moment. I have booked a table for two at seven.');
    expect(answer.acted).toMatchObject([{ name: 'book_table', data: { reference: 'T9' } }]);
    const [first, second] = server.requests;
    expect(first?.path).toContain('/chat/completions');
    expect(JSON.stringify(first?.headers)).toContain('secret');
    expect(JSON.stringify(first?.body.tools)).toMatch(/book_table.*How many come\..*end_conversation/);
    expect(second?.body.messages.map(({ role }) => role).slice(-3)).toEqual(['user', 'assistant', 'tool']);
    expect(answer.memory.spent).toMatchObject({ steps: 2, toolCalls: 1, inputTokens: 200, outputTokens: 12 });
  });

  it('says the first sentence before the model is done', async () => {
    const rest = Promise.withResolvers<void>();
    const server = await serve([{ text: 'We are open. Come ' }, { waitsFor: rest.promise }, { text: 'at seven.' }]);
    const said = Promise.withResolvers<void>();
    const agent = waiter(compatible(server));
    const asking = askAgent(
      {
        ...agent,
        async *respond(request, signal) {
          for await (const output of agent.respond(request, signal)) {
            if (output.type === 'say') said.resolve();
            yield output;
          }
        },
      },
      'Open?',
    );
    await said.promise;
    rest.resolve();
    expect((await asking).said).toBe('We are open. Come at seven.');
  });

  it('lets go of the connection when the caller interrupts', async () => {
    const server = await serve([{ text: 'It all began when ' }, { waitsFor: new Promise(() => {}) }]);
    const call = new AbortController();
    const asking = askAgent(waiter(compatible(server)), 'Tell me', { signal: call.signal });
    while (server.requests.length === 0) await new Promise(setImmediate);
    call.abort(new Error('interrupted'));
    await expect(asking).rejects.toThrow('interrupted');
    await server.abandoned;
  });

  it('asks once more when the server is too busy', async () => {
    const server = await serve({ status: 429, retryAfterS: 0 }, [{ text: 'Now then.' }]);
    expect((await askAgent(waiter(compatible(server)), 'Hello?')).said).toBe('Now then.');
  });

  it.each<[string, string, ChatAnswer]>([
    ['a wrong key', 'model_refused', { status: 401, message: 'no such key' }],
    ['a line that is no JSON', 'model_malformed', [{ text: 'Well ' }, { malformed: '{"choices": [' }]],
    ['an error in the middle', 'model_failed', [{ text: 'Well ' }, { error: 'overloaded' }]],
    ['a connection that breaks off', 'model_unreachable', [{ text: 'Well ' }, { breaksOff: true }]],
  ])('fails with a code for %s', async (_, code, answer) => {
    // Once more, in case that nothing of it came: then it is asked again.
    const server = await serve(answer, answer);
    const failed = askAgent(waiter(compatible(server)), 'Hello?');
    await expect(failed).rejects.toMatchObject({ code });
  });

  it('fails in time when the server is silent', async () => {
    const server = await serve([{ waitsFor: new Promise(() => {}) }]);
    const agent = waiter(compatible(server), { limits: { firstTokenMs: 100 } });
    await expect(askAgent(agent, 'Hello?')).rejects.toMatchObject({ code: 'model_silent' });
    await server.abandoned;
  });

  it('fails with a code when nobody is there', async () => {
    const server = await serve();
    await servers.pop()?.close();
    const agent = waiter(compatible(server));
    await expect(askAgent(agent, 'Hello?')).rejects.toMatchObject({ code: 'model_unreachable' });
  });

  it('does not say what the model thinks to itself', async () => {
    const server = await serve([{ text: '<think>They want food. </think>Good evening.' }]);
    const answer = await askAgent(waiter(compatible(server, { reasoningTag: 'think' })), 'Hello?');
    expect(answer.said).toBe('Good evening.');
  });
});

describe('choosing a language model', () => {
  it('says what there is and what is wrong', () => {
    expect(listEngines('languageModel').map(({ name }) => name)).toEqual(
      expect.arrayContaining(['openai', 'azure', 'azure-openai', 'anthropic', 'openai-compatible']),
    );
    expect(() => createLanguageModel('nobody', {})).toThrow('openai-compatible');
    expect(() => createLanguageModel('openai', { model: 'small' })).toThrow('OPENAI_API_KEY');
    expect(() => createLanguageModel('openai-compatible', { model: 'small', baseUrl: 'file:///etc' })).toThrow(
      'baseUrl',
    );
    expect(() => createLanguageModel('azure', { model: 'small', apiKey: 'k' })).toThrow('endpoint');
    expect(() => createLanguageModel('openai', { model: 'small', apiKey: 'k', typo: true })).toThrow('typo');
  });

  it('takes what is not said with the model from the account with the provider', async () => {
    const server = await serve([{ text: 'Good day.' }], [{ text: 'Good night.' }]);
    const accounts = { openai: { apiKey: 'of-the-account', baseUrl: server.baseUrl } };
    const ofAccount = createLanguageModel('openai', { model: 'small' }, accounts);
    expect((await askAgent(waiter(ofAccount), 'Hello?')).said).toBe('Good day.');
    const ofModel = createLanguageModel('openai', { model: 'small', apiKey: 'of-the-model' }, accounts);
    expect((await askAgent(waiter(ofModel), 'Hello?')).said).toBe('Good night.');
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer of-the-account',
      'Bearer of-the-model',
    ]);
  });
});
