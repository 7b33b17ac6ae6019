import { type AgentDefinition, agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import { describe, expect, test } from 'vitest';
import { createTextCall } from '../../../testing/text-call.ts';
import { createFlowAgent } from '../flow-agent.ts';
import type { CodeRunner, FlowParts, HandOff, HandOffRequest, ModelStep, ModelStepRequest } from '../parts.ts';

/** An agent with the nodes as its main flow. */
function agentOf(nodes: Record<string, object>, more: Record<string, unknown> = {}): AgentDefinition {
  const { flows = {}, ...rest } = more;
  return agentDefinitionSchema.parse({
    format: 1,
    id: 'small',
    name: 'Small',
    languages: ['en-US'],
    ...rest,
    flows: {
      main: {
        nodes: { start: { type: 'start', next: Object.keys(nodes)[0] }, bye: { type: 'end', text: 'Bye.' }, ...nodes },
      },
      ...Object(flows),
    },
  });
}

function call(
  definition: AgentDefinition,
  parts: Partial<FlowParts> = {},
  options: { callerId?: string; conversationId?: string } = {},
) {
  return createTextCall(createFlowAgent(definition, { tools: [], classifiers: new Map(), ...parts }), options);
}

describe('a menu', () => {
  const definition = agentOf(
    {
      menu: {
        type: 'menu',
        text: 'Sales or support?',
        options: [
          { digit: '1', names: ['sales', 'buy something'], set: { team: 'sales' }, next: 'chosen' },
          { digit: '2', names: ['support'], set: { team: 'support' }, next: 'chosen' },
        ],
      },
      chosen: { type: 'say', text: 'To {{ slots.team }}.', next: 'bye' },
    },
    { slots: { team: { type: 'text' } } },
  );

  test.each([
    ['2', 'To support. Bye.'],
    ['sales please', 'To sales. Bye.'],
    ['I want to buy something', 'To sales. Bye.'],
  ])('is answered by key or by word: %s', async (answer, reply) => {
    const caller = call(definition);
    await caller.greet();
    expect((await caller.say(answer, answer.length === 1 ? { modality: 'digits' } : {})).said).toBe(reply);
  });

  test('asks again when two options were named', async () => {
    const caller = call(definition);
    await caller.greet();
    expect((await caller.say('sales or support')).said).toMatch(/Sales or support\?$/);
  });
});

describe('a split', () => {
  const definition = agentOf({
    split: {
      type: 'split',
      name: 'greeting_test',
      branches: [
        { name: 'short', weight: 30, next: 'short' },
        { name: 'long', weight: 70, next: 'long' },
      ],
    },
    short: { type: 'say', text: 'Hi.', next: 'bye' },
    long: { type: 'say', text: 'Good morning.', next: 'bye' },
  });

  test('sends the same caller the same way each time, and callers by the weights', async () => {
    let short = 0;
    for (let caller = 0; caller < 1000; caller += 1) {
      const callerId = `+4420794${caller}`;
      const first = await call(definition, {}, { callerId, conversationId: `a${caller}` }).greet();
      const again = await call(definition, {}, { callerId, conversationId: `b${caller}` }).greet();
      expect(again.said).toBe(first.said);
      if (first.said.startsWith('Hi.')) short += 1;
    }
    expect(short).toBeGreaterThan(250);
    expect(short).toBeLessThan(350);
  });
});

describe('a flow within a flow', () => {
  test('runs and comes back; what it keeps for itself is empty the next time', async () => {
    const definition = agentOf(
      { first: { type: 'flow', flow: 'name', next: 'second' }, second: { type: 'flow', flow: 'name', next: 'bye' } },
      {
        slots: { who: { type: 'person', scope: 'flow' } },
        flows: {
          name: {
            nodes: {
              start: { type: 'start', next: 'ask' },
              ask: { type: 'form', slots: [{ slot: 'who', ask: 'Who?' }], next: 'told' },
              told: { type: 'say', text: 'Thanks {{ slots.who }}.', next: 'done' },
              done: { type: 'return' },
            },
          },
        },
      },
    );
    const caller = call(definition);
    expect((await caller.greet()).said).toBe('Who?');
    expect((await caller.say('alice')).said).toBe('Thanks Alice. Who?');
    expect((await caller.say('bob')).said).toBe('Thanks Bob. Bye.');
  });
});

describe('conditions', () => {
  test('nest, compare times as times, and go the first way that holds', async () => {
    const definition = agentOf({
      check: {
        type: 'condition',
        branches: [
          {
            when: {
              all: [
                { value: 'now.weekday', is: 'atMost', to: 5 },
                {
                  any: [
                    { value: 'now.time', is: 'lessThan', to: '08:00' },
                    { not: { value: 'now.hour', is: 'atLeast', to: 18 } },
                  ],
                },
              ],
            },
            next: 'open',
          },
        ],
        otherwise: 'closed',
      },
      open: { type: 'say', text: 'Open.', next: 'bye' },
      closed: { type: 'say', text: 'Closed.', next: 'bye' },
    });
    const agent = createFlowAgent(definition, { tools: [], classifiers: new Map() });
    const at = (nowEpochMs: number) => createTextCall(agent, { nowEpochMs, timeZone: 'Europe/London' });
    expect((await at(Date.UTC(2026, 10, 23, 12)).greet()).said).toBe('Open. Bye.');
    expect((await at(Date.UTC(2026, 10, 23, 19)).greet()).said).toBe('Closed. Bye.');
    expect((await at(Date.UTC(2026, 10, 22, 12)).greet()).said).toBe('Closed. Bye.');
  });
});

describe('code', () => {
  const definition = agentOf({
    add: {
      type: 'code',
      source: 'return input.a + 1',
      input: { a: '=now.weekday' },
      result: 'sum',
      next: 'tell',
      failed: 'sorry',
    },
    tell: { type: 'say', text: '{{ results.sum }}.', next: 'bye' },
    sorry: { type: 'say', text: 'No: {{ results.sum.error }}.', next: 'bye' },
  });

  test('gives a result, or goes another way with the reason', async () => {
    const adding: CodeRunner = { run: (_, { a }) => ({ kind: 'done', value: Number(a) + 1 }) };
    expect((await call(definition, { code: adding }).greet()).said).toBe('2. Bye.');
    const failing: CodeRunner = { run: () => ({ kind: 'failed', code: 'deadline' }) };
    expect((await call(definition, { code: failing }).greet()).said).toBe('No: deadline. Bye.');
  });
});

describe('a language model in a flow', () => {
  const definition = agentOf(
    {
      talk: {
        type: 'model',
        instructions: 'Be kind to {{ slots.who }}.',
        extract: ['wish'],
        converses: true,
        next: 'tell',
        failed: 'sorry',
      },
      tell: { type: 'say', text: 'You wish: {{ slots.wish }}.', next: 'bye' },
      sorry: { type: 'say', text: 'Let us do it another way.', next: 'bye' },
    },
    { slots: { wish: { type: 'text' }, who: { type: 'person' } } },
  );

  test('talks until it is done, and its slots are the flow’s', async () => {
    const requests: ModelStepRequest[] = [];
    const model: ModelStep = async function* (request) {
      requests.push(request);
      yield { type: 'say', text: request.text === '' ? 'What do you wish? ' : 'I see. ' };
      yield { type: 'done', slots: request.text === '' ? {} : { wish: request.text }, finished: request.text !== '' };
    };
    const caller = call(definition, { model });
    expect((await caller.greet()).said).toBe('What do you wish?');
    expect((await caller.say('a pony')).said).toBe('I see. You wish: a pony. Bye.');
    expect(requests.map(({ instructions }) => instructions)).toEqual(['Be kind to .', 'Be kind to .']);
  });

  test('that fails leads another way', async () => {
    const model: ModelStep = async function* () {
      yield { type: 'failed', code: 'model_timed_out' };
    };
    expect((await call(definition, { model }).greet()).said).toBe('Let us do it another way. Bye.');
  });
});

describe('a transfer', () => {
  const definition = agentOf({
    transfer: {
      type: 'transfer',
      to: { kind: 'number', number: '+442079460000' },
      summary: 'On {{ now.date }} they asked for you.',
      text: 'Putting you through.',
      failed: 'later',
    },
    later: { type: 'say', text: 'Nobody is there.', next: 'bye' },
  });

  test('says that it is made only once it is', async () => {
    const asked: unknown[] = [];
    const caller = call(definition, {
      handOff: async (request) => {
        asked.push(request);
        return 'accepted';
      },
    });
    const reply = await caller.greet();
    expect(reply).toMatchObject({ said: 'Putting you through.', ended: true });
    expect(reply.outputs.at(-1)).toMatchObject({ type: 'finished', handedOver: true });
    expect(asked).toMatchObject([
      { to: { kind: 'number' }, summary: 'On 2026-11-23 they asked for you.', reason: 'flow' },
    ]);
  });

  test('for which somebody is rung tells the caller so, is waited for as long as it says, and tells the person in short', async () => {
    const asked: HandOffRequest[] = [];
    const ring: HandOff = Object.assign(
      async (request: HandOffRequest) => {
        asked.push(request);
        return 'accepted' as const;
      },
      { takesUpToMs: () => 40_000 },
    );
    const cold = agentOf({
      transfer: { type: 'transfer', to: { kind: 'sip', address: 'sip:a@b.example' }, mode: 'cold', failed: 'bye' },
    });
    const reply = await call(cold, { handOff: ring }).greet();
    expect(reply.outputs.map(({ type }) => type)).toEqual(['say', 'waiting', 'acted', 'say', 'finished']);
    expect(reply.outputs[1]).toEqual({ type: 'waiting', upToMs: 45_000 });
    expect(reply.said).toBe("One moment, I'll see who is free. One moment, I'll put you through to a colleague.");
    expect(asked).toMatchObject([{ mode: 'cold', language: 'en-US', brief: '' }]);
    const vietnamese = call({ ...cold, languages: ['vi-VN'] }, { handOff: ring });
    expect((await vietnamese.greet()).said).toContain('tôi xem ai có thể nhận máy');
  });

  test.each([
    ['busy', 'the line is busy'],
    ['no_answer', 'nobody is answering'],
    ['refused', 'nobody can take over'],
    ['unavailable', 'nobody can take over'],
  ] as const)('that came to nothing (%s) says why, and the record says so', async (outcome, words) => {
    const asks = agentOf(
      { ask: { type: 'route', text: 'Hello?', choices: [{ intent: 'thanks', next: 'bye' }] } },
      { intents: { human: { does: 'human' }, thanks: {} } },
    );
    const guess = { intent: 'human', confidence: 0.99, ranking: [{ intent: 'human', confidence: 0.99 }] };
    const caller = call(asks, {
      handOff: async () => outcome,
      classifiers: new Map([['en', { name: 'fixed', classify: () => Promise.resolve(guess) }]]),
    });
    await caller.greet();
    const reply = await caller.say('human');
    expect(reply.said).toContain(words);
    expect(reply.outputs.find(({ type }) => type === 'acted')).toMatchObject({ data: { why: outcome } });
  });

  test('that nobody takes goes another way, and the wish is in the record', async () => {
    const caller = call(definition, { handOff: () => Promise.reject(new Error('line down')) });
    expect((await caller.greet()).said).toBe('Nobody is there. Bye.');
    expect(caller.actions).toEqual(['handoff_requested']);
  });
});

test('a number is told in pieces', async () => {
  const definition = agentOf(
    {
      ask: { type: 'form', slots: [{ slot: 'phone', ask: 'Your number?' }], next: 'tell' },
      tell: { type: 'say', text: '{{ slots.phone }}.', next: 'bye' },
    },
    { slots: { phone: { type: 'phone' } } },
  );
  const caller = call(definition);
  await caller.greet();
  expect((await caller.say('four one five')).said).toMatch(/Go on\.$/);
  expect((await caller.say('five five five two six seven one')).said).toMatch(/4155552671\. Bye\.$/);
});

test('a caller who types another of the agent’s languages is answered in it', async () => {
  const definition = agentOf(
    {
      ask: { type: 'route', text: { en: 'Hello?', vi: 'Xin chào?' }, choices: [{ intent: 'thanks', next: 'tell' }] },
      tell: { type: 'say', text: { en: 'Fine.', vi: 'Vâng ạ.' }, next: 'done' },
      done: { type: 'end', text: { en: 'Bye.', vi: 'Chào bạn.' } },
    },
    { languages: ['en-US', 'vi-VN'], intents: { thanks: {} } },
  );
  const sure = (word: string) => ({
    name: word,
    classify: async (text: string) =>
      text.includes(word)
        ? { intent: 'thanks', confidence: 0.9, ranking: [{ intent: 'thanks', confidence: 0.9 }] }
        : { intent: undefined, confidence: 0.1, ranking: [] },
  });
  const classifiers = new Map([
    ['en', sure('thanks')],
    ['vi', sure('cảm ơn')],
  ]);
  const caller = call(definition, { classifiers });
  expect((await caller.greet()).said).toBe('Hello?');
  expect((await caller.say('cảm ơn nhé', { modality: 'text' })).said).toBe('Vâng ạ. Chào bạn.');
});

describe('a route', () => {
  test('takes values that came along to the flow that its choice leads to', async () => {
    const definition = agentOf(
      {
        listen: { type: 'route', text: 'Yes?', choices: [{ intent: 'change', next: 'change' }] },
        change: { type: 'flow', flow: 'move', next: 'bye' },
      },
      {
        intents: { change: {} },
        slots: { time: { type: 'time' } },
        flows: {
          move: {
            nodes: {
              start: { type: 'start', next: 'ask' },
              ask: { type: 'form', slots: [{ slot: 'time', ask: 'To when?' }], next: 'told' },
              told: { type: 'say', text: 'To {{ slots.time }}.', next: 'done' },
              done: { type: 'return' },
            },
          },
        },
      },
    );
    const guess = { intent: 'change', confidence: 0.9, ranking: [{ intent: 'change', confidence: 0.9 }] };
    const caller = call(definition, {
      classifiers: new Map([['en', { name: 'fixed', classify: () => Promise.resolve(guess) }]]),
    });
    await caller.greet();
    expect((await caller.say('actually make it half past four pm')).said).toBe('To 16:30. Bye.');
  });
});
