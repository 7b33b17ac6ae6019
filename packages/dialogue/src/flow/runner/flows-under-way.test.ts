import { agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import { expect, test } from 'vitest';
import type { IntentClassifier } from '../../nlu/intent-classifier.ts';
import { createTextCall } from '../../testing/text-call.ts';
import { createFlowAgent } from './flow-agent.ts';

const start = (next: string) => ({ type: 'start' as const, next });

/** A booking, and a question about prices in which callers may change what they book. */
const inn = agentDefinitionSchema.parse({
  format: 1,
  id: 'inn',
  name: 'The inn',
  languages: ['en-US'],
  intents: { book: { title: 'book', flow: 'booking' }, price: { title: 'hear prices', flow: 'price' } },
  slots: { room: { type: 'list', list: 'rooms', title: 'room' } },
  lists: {
    rooms: [
      { value: 'single', names: ['single'] },
      { value: 'double', names: ['double'] },
    ],
  },
  flows: {
    main: { nodes: { start: start('listen'), listen: { type: 'route', text: 'Yes?', again: 'What else?' } } },
    booking: {
      nodes: {
        start: start('ask'),
        ask: { type: 'form', slots: [{ slot: 'room', ask: 'Which room?' }], next: 'total' },
        total: { type: 'set', results: { total: '{{ slots.room }} total' }, next: 'confirm' },
        confirm: { type: 'confirm', text: '{{ results.total }}, right?', corrects: 'ask', yes: 'booked', no: 'done' },
        booked: { type: 'say', text: 'Booked.', next: 'done' },
        done: { type: 'return' },
      },
    },
    price: {
      nodes: {
        start: start('ask'),
        ask: { type: 'form', slots: [{ slot: 'room', ask: 'Of which room?' }], next: 'where' },
        where: {
          type: 'condition',
          branches: [{ when: { value: 'conversation.flows', is: 'contains', to: 'booking' }, next: 'done' }],
          otherwise: 'begin',
        },
        begin: { type: 'flow', flow: 'booking', next: 'done' },
        done: { type: 'return' },
      },
    },
  },
});

const agent = () => createFlowAgent(inn, { tools: [], classifiers: new Map([['en', words]]) });
const words: IntentClassifier = {
  name: 'by word',
  async classify(text) {
    const intent = ['book', 'price'].find((name) => text.includes(name));
    if (intent === undefined) return { intent, confidence: 0, ranking: [] };
    return { intent, confidence: 1, ranking: [{ intent, confidence: 1 }] };
  },
};

test('a flow knows whether it was begun in the middle of another, and does not begin that a second time', async () => {
  const asked = createTextCall(agent());
  await asked.greet();
  await asked.say('price');
  expect((await asked.say('double')).said).toBe('double total, right?');

  const booking = createTextCall(agent());
  await booking.greet();
  await booking.say('book');
  await booking.say('price');
  expect((await booking.say('double')).said).toBe('double total, right?');
  expect((await booking.say('yes')).said).toBe('Booked. What else?');
});

test('what was read back and changed on the way is read back as it is now', async () => {
  const call = createTextCall(agent());
  await call.greet();
  expect((await call.say('book a double')).said).toBe('double total, right?');
  expect((await call.say('what is the price of a single')).said).toBe('single total, right?');
});
