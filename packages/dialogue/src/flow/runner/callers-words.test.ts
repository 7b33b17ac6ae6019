import { agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import { expect, test } from 'vitest';
import { createTextCall } from '../../testing/text-call.ts';
import { createFlowAgent } from './flow-agent.ts';
import { hearSlots } from './hear-slots.ts';

const definition = agentDefinitionSchema.parse({
  format: 1,
  id: 'births',
  name: 'Births',
  languages: ['en-US'],
  slots: { birth: { type: 'date', prefer: 'past' }, month: { type: 'dateRange' } },
  flows: { main: { nodes: { start: { type: 'start', next: 'end' }, end: { type: 'end' } } } },
});

const hear = (text: string, asked?: string) => {
  const heard = hearSlots({
    definition,
    text,
    language: 'en-US',
    nowEpochMs: Date.UTC(2026, 10, 23, 9),
    timeZone: 'UTC',
    filled: {},
    results: {},
    recent: [],
    partial: undefined,
  }).forSlots(['birth', 'month'], asked);
  return Object.fromEntries([...heard].map(([name, { value }]) => [name, value]));
};

test('nobody is born in a span of days: "next month" is another slot\'s', () => {
  expect(hear('what about next month')).toEqual({ month: { from: '2026-12-01', to: '2026-12-31' } });
  expect(hear('last weekend', 'birth')).not.toHaveProperty('birth');
  expect(hear('March 12 1990', 'birth')).toEqual({ birth: '1990-03-12' });
});

test('a wish brings its value along, also for a slot that is heard at any time', async () => {
  const register = agentDefinitionSchema.parse({
    ...definition,
    slots: { birth: { type: 'date', prefer: 'past', heard: 'always' } },
    intents: { born: { flow: 'born', examples: { en: ['i was born'] } } },
    flows: {
      main: { nodes: { start: { type: 'start', next: 'listen' }, listen: { type: 'route', text: 'Yes?' } } },
      born: {
        nodes: {
          start: { type: 'start', next: 'ask' },
          ask: { type: 'form', slots: [{ slot: 'birth', ask: 'When?' }], next: 'say' },
          say: { type: 'say', text: 'Born {{ slots.birth }}.', next: 'done' },
          done: { type: 'return' },
        },
      },
    },
  });
  const born = { intent: 'born', confidence: 1, ranking: [{ intent: 'born', confidence: 1 }] };
  const classifier = { name: 'always', classify: async () => born };
  const agent = createFlowAgent(register, { tools: [], classifiers: new Map([['en', classifier]]) });
  const call = createTextCall(agent);
  await call.greet();
  expect((await call.say('I was born on March 12 1990')).said).toContain('Born 1990-03-12.');
  expect((await call.say('no I was born on March 13 1990')).said).toContain('Born 1990-03-13.');
});

test('"my name is Anna" answers the question for the name, though it is also how names are corrected', async () => {
  const guests = agentDefinitionSchema.parse({
    ...definition,
    slots: { name: { type: 'person' } },
    intents: { wrong_name: { flow: 'wrong_name', examples: { en: ['wrong name'] } } },
    flows: {
      main: {
        nodes: {
          start: { type: 'start', next: 'ask' },
          ask: { type: 'form', slots: [{ slot: 'name', ask: 'Your name?' }], next: 'bye' },
          bye: { type: 'end', text: 'Goodbye, {{ slots.name }}.' },
        },
      },
      wrong_name: {
        nodes: {
          start: { type: 'start', next: 'ask' },
          ask: { type: 'form', slots: [{ slot: 'name', ask: 'How is it spelled?' }], next: 'sorry' },
          sorry: { type: 'say', text: 'Sorry.', next: 'done' },
          done: { type: 'return' },
        },
      },
    },
  });
  const wrong = { intent: 'wrong_name', confidence: 1, ranking: [{ intent: 'wrong_name', confidence: 1 }] };
  const classifier = { name: 'always', classify: async () => wrong };
  const call = createTextCall(createFlowAgent(guests, { tools: [], classifiers: new Map([['en', classifier]]) }));
  await call.greet();
  expect((await call.say('my name is Anna')).said).toBe('Goodbye, Anna.');
});

test('what was not understood earlier does not count once something was', async () => {
  const shop = agentDefinitionSchema.parse({
    ...definition,
    intents: { hours: { title: 'hear our hours', flow: 'hours', examples: { en: ['when are you open'] } } },
    flows: {
      main: {
        nodes: { start: { type: 'start', next: 'listen' }, listen: { type: 'route', text: 'Yes?', attempts: 2 } },
      },
      hours: {
        nodes: {
          start: { type: 'start', next: 'say' },
          say: { type: 'say', text: 'Nine to five.', next: 'done' },
          done: { type: 'return' },
        },
      },
    },
  });
  const nothing = { intent: undefined, confidence: 0, ranking: [] };
  const open = { intent: 'hours', confidence: 1, ranking: [{ intent: 'hours', confidence: 1 }] };
  const classifier = {
    name: 'words',
    classify: async (text: string) => (text === 'when are you open' ? open : nothing),
  };
  const call = createTextCall(createFlowAgent(shop, { tools: [], classifiers: new Map([['en', classifier]]) }));
  await call.greet();
  for (const round of [1, 2, 3]) {
    expect((await call.say('mumble')).ended, `round ${round}`).toBe(false);
    expect((await call.say('when are you open')).said).toContain('Nine to five.');
  }
  await call.say('mumble');
  expect((await call.say('mumble')).ended).toBe(true);
});

test('a date in digits does not change over to another language', async () => {
  const two = agentDefinitionSchema.parse({
    ...definition,
    languages: ['en-US', 'vi-VN'],
    slots: { birth: { type: 'date', prefer: 'past' } },
    intents: { born: { examples: { vi: ['12/3/1990'], en: ['born'] } } },
    flows: {
      main: {
        nodes: {
          start: { type: 'start', next: 'ask' },
          ask: { type: 'form', slots: [{ slot: 'birth', ask: 'When?' }], next: 'bye' },
          bye: { type: 'end', text: '{{ conversation.language }} {{ slots.birth }}' },
        },
      },
    },
  });
  const born = { intent: 'born', confidence: 1, ranking: [{ intent: 'born', confidence: 1 }] };
  const classifiers = new Map([['vi', { name: 'always', classify: async () => born }]]);
  const call = createTextCall(createFlowAgent(two, { tools: [], classifiers }));
  await call.greet();
  expect((await call.say('3/12/1990', { modality: 'text' })).said).toBe('en-US 1990-03-12');
});

test('who spells a name wishes nothing, though it sounds like one of the examples', async () => {
  const spelled = agentDefinitionSchema.parse({
    ...definition,
    slots: { name: { type: 'person' } },
    intents: { letters: { flow: 'letters', examples: { en: ['is y a vowel'] } } },
    flows: {
      main: {
        nodes: {
          start: { type: 'start', next: 'ask' },
          ask: { type: 'form', slots: [{ slot: 'name', ask: 'Your name?' }], next: 'bye' },
          bye: { type: 'end', text: 'Goodbye, {{ slots.name }}.' },
        },
      },
      letters: {
        nodes: {
          start: { type: 'start', next: 'say' },
          say: { type: 'say', text: 'It is.', next: 'done' },
          done: { type: 'return' },
        },
      },
    },
  });
  const letters = { intent: 'letters', confidence: 1, ranking: [{ intent: 'letters', confidence: 1 }] };
  const classifier = { name: 'always', classify: async () => letters };
  const call = createTextCall(createFlowAgent(spelled, { tools: [], classifiers: new Map([['en', classifier]]) }));
  await call.greet();
  expect((await call.say('l y n n, s m y t h e')).said).toBe('Goodbye, Lynn Smythe.');
});

test('"okay, bye" to "did you mean …?" is a goodbye and no yes', async () => {
  const shop = agentDefinitionSchema.parse({
    ...definition,
    intents: {
      hours: { title: 'hear our hours', flow: 'hours', examples: { en: ['when are you open'] } },
      goodbye: { does: 'goodbye', examples: { en: ['bye'] } },
    },
    flows: {
      main: { nodes: { start: { type: 'start', next: 'listen' }, listen: { type: 'route', text: 'Yes?' } } },
      hours: {
        nodes: {
          start: { type: 'start', next: 'say' },
          say: { type: 'say', text: 'Nine to five.', next: 'done' },
          done: { type: 'return' },
        },
      },
    },
  });
  const guess = (intent: string, confidence: number) => ({
    intent,
    confidence,
    ranking: [{ intent, confidence }],
  });
  const classifier = {
    name: 'words',
    classify: async (text: string) => (text === 'okay bye' ? guess('goodbye', 0.9) : guess('hours', 0.5)),
  };
  const call = createTextCall(createFlowAgent(shop, { tools: [], classifiers: new Map([['en', classifier]]) }));
  await call.greet();
  expect((await call.say('the hours thing')).said).toContain('Did you mean');
  const bye = await call.say('okay bye');
  expect(bye.said).not.toContain('Nine');
  expect(bye.ended).toBe(true);
});
