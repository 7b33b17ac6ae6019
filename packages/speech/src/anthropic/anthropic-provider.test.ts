import type { ModelAgentDefinition } from '@parley/dialogue/model-agent/definition.ts';
import { createModelAgent } from '@parley/dialogue/model-agent/model-agent.ts';
import { askAgent } from '@parley/dialogue/testing/agent-turns.ts';
import type { AnyTool } from '@parley/dialogue/tools/tool.ts';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { anthropicFake } from '@parley/fakes/anthropic/anthropic-fake.ts';
import { createToneBrain } from '@parley/fakes/brains/tone-brain.ts';
import { fakeKey, type RunningFake } from '@parley/fakes/fake-vendor.ts';
import { withFault } from '@parley/fakes/faults.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { anthropicProvider } from './anthropic-provider.ts';

const engine = anthropicProvider.languageModels.anthropic;
const clock = createSystemClock();
let fake: RunningFake;

beforeEach(async () => {
  const brain = createToneBrain((prompt) =>
    prompt.includes('T9')
      ? 'I have booked a table for two at seven.'
      : 'One moment.\n→ book_table {"guests": 2, "time": "19:00"}',
  );
  fake = await anthropicFake.start({ port: 0, brain });
});
afterEach(() => fake.close());

function create(options: object, account: object) {
  const made = engine?.create(account, options, { clock, onError: () => {} });
  if (made === undefined) throw new Error('There is no such engine.');
  return made;
}

const table: AnyTool = {
  name: 'book_table',
  description: 'Books a table.',
  input: z.object({ guests: z.int().describe('How many come.'), time: z.string() }),
  effect: 'changes',
  run: async () => ({ reference: 'T9' }),
};

function waiter(account: object) {
  const definition: ModelAgentDefinition = {
    id: 'waiter',
    description: 'A restaurant.',
    language: 'en-GB',
    instructions: 'You answer for a restaurant.',
    tools: [table],
  };
  return createModelAgent(definition, { model: create({ model: 'claude-fake-small' }, account), clock });
}

it('speaks and uses tools, and tells the two sides by turns', async () => {
  const history = [{ speaker: 'agent', text: 'Good evening!' }] as const;
  const answer = await askAgent(waiter({ apiKey: fakeKey, baseUrl: fake.url }), 'Two at seven, please', { history });
  expect(answer.said).toBe('One moment. I have booked a table for two at seven.');
  expect(answer.acted).toMatchObject([{ name: 'book_table', data: { reference: 'T9' } }]);
  expect(answer.memory.spent).toMatchObject({ steps: 2, toolCalls: 1, inputTokens: expect.any(Number) });
  expect(answer.memory.spent).not.toMatchObject({ inputTokens: 0 });
  const [first, second] = fake.journal.requests;
  expect(first).toMatchObject({
    path: '/v1/messages',
    headers: { 'x-api-key': fakeKey, 'anthropic-version': '2023-06-01' },
    body: { model: 'claude-fake-small', stream: true },
  });
  expect(JSON.stringify(first?.body)).toMatch(/You answer for a restaurant\..*How many come\./);
  const { messages } = z.object({ messages: z.array(z.object({ role: z.string() })) }).parse(second?.body);
  expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant', 'user']);
});

it('takes the address with and without its version', async () => {
  await askAgent(waiter({ apiKey: fakeKey, baseUrl: `${fake.url}/v1` }), 'Two at seven, please');
  expect(fake.journal.requests.map(({ path }) => path)).toEqual(['/v1/messages', '/v1/messages']);
});

it.each([
  ['a wrong key', 'model_refused', { apiKey: 'wrong' }, ''],
  ['a connection that breaks off', 'model_unreachable', {}, 'break-after:4'],
  ['events that are no JSON', 'model_malformed', {}, 'garble-after:4'],
])('fails with a code for %s', async (_, code, account, fault) => {
  const agent = waiter({ apiKey: fakeKey, baseUrl: withFault(fake.url, fault), ...account });
  await expect(askAgent(agent, 'Two at seven, please')).rejects.toMatchObject({ code });
});

it('asks once more when the vendor is too busy', async () => {
  const agent = waiter({ apiKey: fakeKey, baseUrl: withFault(fake.url, 'status:429,retry-after:0,times:1') });
  expect((await askAgent(agent, 'Two at seven, please')).said).toContain('I have booked');
});

it('takes its account from the environment, and says what is wrong with what it is given', () => {
  expect(anthropicProvider.accountOf(fake.environment)).toEqual({ apiKey: fakeKey, baseUrl: fake.url });
  expect(anthropicProvider.accountOf({})).toBeUndefined();
  expect(() => create({}, { apiKey: fakeKey })).toThrow('model');
  expect(() => create({ model: 'small' }, {})).toThrow('apiKey');
  expect(() => create({ model: 'small' }, { apiKey: fakeKey, baseUrl: 'file:///etc' })).toThrow('baseUrl');
});
