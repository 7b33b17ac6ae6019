import { agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { IntentClassifier } from '../../nlu/intent-classifier.ts';
import { createTextCall } from '../../testing/text-call.ts';
import type { AnyTool } from '../../tools/tool.ts';
import { createFlowAgent } from './flow-agent.ts';

const form = (slot: string, ask: string, next: string) => ({ type: 'form', slots: [{ slot, ask }], next });

/** Pays somebody of a list that a tool gives, after a word of its own flow; hours and codes on the way. */
const definition = agentDefinitionSchema.parse({
  format: 1,
  id: 'payer',
  name: 'Payer',
  languages: ['en-GB'],
  intents: { pay: { flow: 'paying' }, knock: { flow: 'door' } },
  slots: {
    payee: { type: 'list', entries: 'results.payees.entries', title: 'payee' },
    door: { type: 'account', length: { min: 8, max: 8 }, privacy: 'secret' },
  },
  flows: {
    main: {
      nodes: { start: { type: 'start', next: 'listen' }, listen: { type: 'route', text: 'Yes?', again: 'Else?' } },
    },
    door: {
      nodes: {
        start: { type: 'start', next: 'ask' },
        ask: form('door', 'The code?', 'done'),
        done: { type: 'return' },
      },
    },
    paying: {
      nodes: {
        start: { type: 'start', next: 'door' },
        door: { type: 'flow', flow: 'door', next: 'look' },
        look: { type: 'call', tool: 'list_payees', result: 'payees', next: 'ask', failed: 'done' },
        ask: form('payee', 'To whom?', 'confirm'),
        confirm: {
          type: 'confirm',
          text: 'To {{ conversation.names.payee }}?',
          corrects: 'ask',
          yes: 'done',
          no: 'done',
        },
        done: { type: 'return' },
      },
    },
  },
});

const payees: AnyTool = {
  name: 'list_payees',
  description: 'Whom the caller may pay.',
  input: z.object({}),
  effect: 'reads',
  run: async () => ({
    entries: [
      { value: 'p1', names: ['Anna Novák'] },
      { value: 'p2', names: ['Anna Keane'] },
      { value: 'p3', names: ['Tom Becker'] },
    ],
  }),
};

/** Knows two words. */
const words: IntentClassifier = {
  name: 'words',
  async classify(text) {
    const intent = /pay/.test(text) ? 'pay' : /knock/.test(text) ? 'knock' : undefined;
    const confidence = intent === undefined ? 0 : 0.9;
    return { intent, confidence, ranking: intent === undefined ? [] : [{ intent, confidence }] };
  },
};

function call() {
  return createTextCall(createFlowAgent(definition, { tools: [payees], classifiers: new Map([['en', words]]) }));
}

test('a list may come from a tool: its entries are heard, and corrected at the read-back', async () => {
  const caller = call();
  await caller.greet();
  await caller.say('pay');
  expect((await caller.say('10482736')).said).toBe('To whom?');
  expect((await caller.say('to tom becker')).said).toBe('To Tom Becker?');
  expect((await caller.say('no, anna keane')).said).toBe('To Anna Keane?');
});

test('where the words fit two entries, the caller is asked which, and not for ever', async () => {
  const caller = call();
  await caller.greet();
  await caller.say('pay');
  await caller.say('10482736');
  expect((await caller.say('anna')).said).toBe('Which one do you mean: Anna Novák or Anna Keane?');
  expect((await caller.say('keane')).said).toBe('To Anna Keane?');
  await caller.say('no, the payee');
  for (let time = 0; time < 3; time += 1) await caller.say('anna');
  expect(caller.actions).toEqual(['handoff_requested']);
});

test('a correction that fits two entries is asked about, and a yes chooses neither', async () => {
  const caller = call();
  await caller.greet();
  await caller.say('pay');
  await caller.say('12345678');
  expect((await caller.say('tom becker')).said).toBe('To Tom Becker?');
  expect((await caller.say('no, anna')).said).toMatch(/^Which one .*Anna Novák or Anna Keane/);
  expect((await caller.say('yes')).said).toBe('To Tom Becker?');
  await caller.say('anna');
  expect((await caller.say('keane')).said).toBe('To Anna Keane?');
});

test('what is told in pieces is said back, unless it is a secret', async () => {
  const caller = call();
  await caller.greet();
  await caller.say('pay');
  expect((await caller.say('1048')).said).toBe('Go on.');
  expect((await caller.say('2736')).said).toBe('To whom?');
});

test('a wish that is under way goes on, though it was in the middle of another flow', async () => {
  const caller = call();
  await caller.greet();
  await caller.say('pay');
  expect((await caller.say('i want to pay')).said).toBe('The code?');
});

test('a form that waited asks for nothing that was told meanwhile', async () => {
  const caller = call();
  await caller.greet();
  await caller.say('knock');
  // Paying asks for the same code, and then is over.
  await caller.say('pay');
  await caller.say('10482736');
  await caller.say('tom');
  expect((await caller.say('yes')).said).toBe('Else?');
});
