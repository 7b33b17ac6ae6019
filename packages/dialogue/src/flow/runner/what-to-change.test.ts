import { agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import { expect, test } from 'vitest';
import type { IntentClassifier } from '../../nlu/intent-classifier.ts';
import { createTextCall } from '../../testing/text-call.ts';
import { createFlowAgent } from './flow-agent.ts';

const start = (next: string) => ({ type: 'start' as const, next });
const inn = agentDefinitionSchema.parse({
  format: 1,
  id: 'inn',
  name: 'The inn',
  languages: ['en-US'],
  intents: { change: { title: 'change a booking', flow: 'change' } },
  slots: { name: { type: 'person', title: 'name' } },
  flows: {
    main: {
      nodes: {
        start: start('ask'),
        ask: { type: 'form', slots: [{ slot: 'name', ask: 'What name?' }], next: 'confirm' },
        confirm: {
          type: 'confirm',
          text: 'Under {{ slots.name }}?',
          corrects: 'ask',
          whatElse: 'What should I change?',
          yes: 'bye',
          no: 'bye',
        },
        bye: { type: 'end', text: 'Bye.' },
      },
    },
    change: {
      nodes: {
        start: start('say'),
        say: { type: 'say', text: 'Your other booking.', next: 'done' },
        done: { type: 'return' },
      },
    },
  },
});

/** Takes whatever has "change" or "name" in it for the wish to change what was booked before. */
const eager: IntentClassifier = {
  name: 'eager',
  async classify(text) {
    if (!/change|name/.test(text)) return { intent: undefined, confidence: 0, ranking: [] };
    return { intent: 'change', confidence: 0.95, ranking: [{ intent: 'change', confidence: 0.95 }] };
  },
};

async function called(...lines: readonly string[]): Promise<string> {
  const call = createTextCall(createFlowAgent(inn, { tools: [], classifiers: new Map([['en', eager]]) }));
  let said = (await call.greet()).said;
  for (const line of lines) said = (await call.say(line)).said;
  return said;
}

test('what was read back is asked for again when the caller names it, though it sounds like another wish', async () => {
  expect(await called('anna keane', 'change the name')).toBe('What name?');
  expect(await called('anna keane', 'no', 'the name please')).toBe('What name?');
  expect(await called('anna keane', 'no', 'the name please', 'jane doe')).toBe('Under Jane Doe?');
});

test('a wish that only mentions it is followed', async () => {
  expect(await called('anna keane', 'i want to change a booking under another name')).toBe(
    'Your other booking. Under Anna Keane?',
  );
});
