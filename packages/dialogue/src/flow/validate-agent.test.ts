import { describe, expect, test } from 'vitest';
import { largeAgent, largeAgentTools } from '../testing/large-agent.ts';
import { type SmallAgent, smallAgent } from '../testing/small-agent.ts';
import { validateAgent } from './validate-agent.ts';
import type { Problem } from './validation/problem.ts';

const known = { tools: ['book_table'], hasModel: false };

/** What is said of the small agent once it was changed. */
function problemsAfter(change: (agent: SmallAgent) => void, parts = known): readonly Problem[] {
  const agent = smallAgent();
  change(agent);
  const checked = validateAgent(agent, parts);
  return checked.kind === 'valid' ? checked.warnings : checked.problems;
}

/** The same, as `error slot_unknown booking/check text.en`. */
function linesAfter(change: (agent: SmallAgent) => void, parts = known): readonly string[] {
  return problemsAfter(change, parts).map(({ severity, code, flow, node, field }) =>
    [severity, code, [flow, node].filter((part) => part !== undefined).join('/'), field]
      .filter((part) => part !== '')
      .join(' '),
  );
}

function setNode(flow: string, node: string, value: unknown): (agent: SmallAgent) => void {
  return (agent) => {
    const found = agent.flows[flow];
    if (found === undefined) agent.flows[flow] = { nodes: { [node]: value } };
    else found.nodes[node] = value;
  };
}

const text = (en: string) => ({ en, vi: 'vâng' });

test('an agent with nothing wrong is valid, with the defaults filled in', () => {
  const checked = validateAgent(smallAgent(), known);
  expect(checked).toMatchObject({ kind: 'valid', warnings: [] });
  if (checked.kind === 'valid') {
    expect(checked.definition.flows.booking?.nodes.details).toMatchObject({ type: 'form', attempts: 3 });
  }
});

test('every problem says what is wrong, where, and what to do', () => {
  expect(problemsAfter(setNode('main', 'hello', { type: 'say', text: text('Hi'), next: 'lsiten' }))).toContainEqual({
    code: 'node_unknown',
    severity: 'error',
    flow: 'main',
    node: 'hello',
    field: 'next',
    message: 'There is no node "lsiten" in this flow. Lead it to a node of the same flow.',
  });
});

describe('what has the wrong form is shown at its node and field', () => {
  test.each<[string, unknown, string]>([
    ['a type that is none', { type: 'speak', text: 'Hi', next: 'listen' }, 'error schema_invalid main/hello type'],
    ['a field that is none', { type: 'say', text: 'Hi', nxt: 'x', next: 'listen' }, 'error schema_invalid main/hello'],
    ['a missing field', { type: 'say', text: 'Hi' }, 'error schema_invalid main/hello next'],
    [
      'a language that is none',
      { type: 'say', text: { English: 'Hi' }, next: 'listen' },
      'error schema_invalid main/hello text.English',
    ],
    [
      'a comparison that is none',
      {
        type: 'condition',
        branches: [{ when: { value: 'slots.date', is: 'after', to: 1 }, next: 'listen' }],
        otherwise: 'listen',
      },
      'error schema_invalid main/hello branches.0.when.is',
    ],
    [
      'a weight of nothing',
      {
        type: 'split',
        name: 'x',
        branches: [
          { name: 'a', weight: 0, next: 'listen' },
          { name: 'b', weight: 1, next: 'listen' },
        ],
      },
      'error schema_invalid main/hello branches.0.weight',
    ],
  ])('%s', (_name, node, line) => {
    expect(linesAfter(setNode('main', 'hello', node))).toEqual([line]);
  });

  test('anything at all can be given', () => {
    let deep: unknown = {};
    for (let depth = 0; depth < 5000; depth += 1) deep = { not: deep };
    for (const input of [undefined, null, 1, 'x', [], {}, { flows: 3 }, deep]) {
      expect(validateAgent(input, known).kind).toBe('invalid');
    }
  });
});

describe('the graph', () => {
  test.each<[string, (agent: SmallAgent) => void, readonly string[]]>([
    [
      'a flow without a start',
      (agent) => {
        delete agent.flows.booking?.nodes.start;
      },
      ['error start_missing booking nodes'],
    ],
    ['two starts', setNode('main', 'begin', { type: 'start', next: 'listen' }), ['error start_twice main/begin']],
    [
      'a way to nowhere',
      setNode('main', 'start', { type: 'start', next: 'nowhere' }),
      ['error node_unknown main/start next', 'error node_unreachable main/hello', 'error node_unreachable main/listen'],
    ],
    [
      'a node that nothing leads to',
      setNode('main', 'lonely', { type: 'end' }),
      ['error node_unreachable main/lonely'],
    ],
    [
      'a circle in which the caller is never waited for',
      setNode('main', 'hello', {
        type: 'condition',
        branches: [{ when: { value: 'slots.date', is: 'isSet' }, next: 'listen' }],
        otherwise: 'hello',
      }),
      ['error cycle_without_waiting main/hello'],
    ],
    [
      'a flow that listens for ever and leads nowhere',
      (agent) => {
        setNode('booking', 'check', { type: 'confirm', text: text('Yes?'), yes: 'details', no: 'details' })(agent);
        for (const node of ['book', 'booked', 'sorry', 'done']) delete agent.flows.booking?.nodes[node];
      },
      ['error no_way_on booking/details'],
    ],
    [
      'a correction of something that is no form',
      setNode('booking', 'check', { type: 'confirm', text: text('Yes?'), corrects: 'sorry', yes: 'book', no: 'done' }),
      ['error node_unknown booking/check corrects'],
    ],
    [
      'flows that start each other',
      (agent) => {
        setNode('main', 'hello', { type: 'flow', flow: 'other', next: 'listen' })(agent);
        agent.flows.other = {
          nodes: {
            start: { type: 'start', next: 'back' },
            back: { type: 'flow', flow: 'main', next: 'done' },
            done: { type: 'return' },
          },
        };
      },
      ['error flow_recursion main/hello flow'],
    ],
    [
      'a beginning that is not there',
      (agent) => Object.assign(agent, { start: 'begin' }),
      ['error start_flow_missing start', 'warning flow_unused main'],
    ],
  ])('%s', (_name, change, lines) => {
    expect(linesAfter(change)).toEqual(lines);
  });

  test('going back to a form, to a menu or through a flow that asks is no endless circle', () => {
    expect(linesAfter(setNode('booking', 'sorry', { type: 'say', text: text('Again.'), next: 'details' }))).toEqual([]);
    const throughFlow = (agent: SmallAgent) => {
      setNode('main', 'hello', { type: 'flow', flow: 'booking', next: 'more' })(agent);
      setNode('main', 'more', {
        type: 'condition',
        branches: [{ when: { value: 'slots.date', is: 'isSet' }, next: 'listen' }],
        otherwise: 'hello',
      })(agent);
    };
    expect(linesAfter(throughFlow)).toEqual([]);
  });

  test('a circle through a flow that asks nothing is one', () => {
    const change = (agent: SmallAgent) => {
      agent.flows.quick = { nodes: { start: { type: 'start', next: 'done' }, done: { type: 'return' } } };
      setNode('main', 'hello', { type: 'flow', flow: 'quick', next: 'more' })(agent);
      setNode('main', 'more', {
        type: 'condition',
        branches: [{ when: { value: 'slots.date', is: 'isSet' }, next: 'listen' }],
        otherwise: 'hello',
      })(agent);
    };
    expect(linesAfter(change)).toEqual(['error cycle_without_waiting main/hello']);
  });
});

describe('names that lead nowhere', () => {
  const say = (en: string) => setNode('main', 'hello', { type: 'say', text: text(en), next: 'listen' });
  test.each<[string, (agent: SmallAgent) => void, string]>([
    [
      'a slot in a form',
      setNode('booking', 'details', { type: 'form', slots: [{ slot: 'day', ask: text('?') }], next: 'check' }),
      'error slot_unknown booking/details slots.0.slot',
    ],
    ['a slot in a sentence', say('On {{ slots.day | say_date }}.'), 'error slot_unknown main/hello text.en'],
    ['a slot in a tag', say('{% if slots.day == "x" %}On it.{% endif %}'), 'error slot_unknown main/hello text.en'],
    ['a result', say('{{ results.order.id }}'), 'error result_unknown main/hello text.en'],
    ['a fact', say('{{ conversation.facts.phone }}'), 'error template_variable_unknown main/hello text.en'],
    ['a variable', say('{{ slot.date }}'), 'error template_variable_unknown main/hello text.en'],
    ['a bare variable', say('{{ date }}'), 'error template_variable_unknown main/hello text.en'],
    ['a filter', say('{{ slots.date | say_day }}'), 'error template_filter_unknown main/hello text.en'],
    ['a template that is not closed', say('{% if slots.date %}On it.'), 'error template_invalid main/hello text.en'],
    [
      'a value',
      setNode('booking', 'book', {
        type: 'call',
        tool: 'book_table',
        input: { at: { day: '=slots.day' } },
        result: 'booking',
        next: 'booked',
        failed: 'sorry',
      }),
      'error slot_unknown booking/book input.at.day',
    ],
    [
      'a path that is none',
      setNode('booking', 'book', {
        type: 'call',
        tool: 'book_table',
        input: { day: '= 1 + 1' },
        result: 'booking',
        next: 'booked',
        failed: 'sorry',
      }),
      'error value_invalid booking/book input.day',
    ],
    [
      'a tool',
      setNode('booking', 'book', {
        type: 'call',
        tool: 'order_table',
        result: 'booking',
        next: 'booked',
        failed: 'sorry',
      }),
      'error tool_unknown booking/book tool',
    ],
    [
      'a flow',
      setNode('main', 'hello', { type: 'flow', flow: 'nothing', next: 'listen' }),
      'error flow_unknown main/hello flow',
    ],
    [
      'a flow of an intent',
      (agent) =>
        Object.assign(agent.intents, {
          human: { flow: 'nothing', examples: { en: ['a person'], vi: ['người'] } },
        }),
      'error flow_unknown intents.human.flow',
    ],
    [
      'an intent',
      setNode('main', 'listen', { type: 'route', choices: [{ intent: 'fly', next: 'listen' }] }),
      'error intent_unknown main/listen choices.0.intent',
    ],
    [
      'a list',
      (agent) => Object.assign(agent.slots, { area: { type: 'list', list: 'places' } }),
      'error list_unknown slots.area.list',
    ],
    [
      'a slot in an example',
      (agent) =>
        Object.assign(agent.intents, { book: { flow: 'booking', examples: { en: ['on {day}'], vi: ['bàn'] } } }),
      'error slot_unknown intents.book.examples.en.0',
    ],
    [
      'a slot in a nested condition',
      setNode('main', 'hello', {
        type: 'condition',
        branches: [{ when: { all: [{ not: { value: 'slots.day', is: 'isSet' } }] }, next: 'listen' }],
        otherwise: 'listen',
      }),
      'error slot_unknown main/hello branches.0.when.all.0.not.value',
    ],
  ])('%s', (_name, change, line) => {
    expect(linesAfter(change)).toEqual([line]);
  });

  test('names that templates give themselves, and results of any flow, are known', () => {
    const en =
      '{% assign x = slots.date %}{% for r in results.booking.rooms %}{{ r.name }} {{ forloop.index }} {{ x }}{% endfor %}';
    expect(linesAfter(say(en))).toEqual([]);
  });
});

describe('slots, lists, intents and languages', () => {
  test.each<[string, (agent: SmallAgent) => void, string]>([
    [
      'a list slot without a list',
      (agent) => Object.assign(agent.slots, { area: { type: 'list' } }),
      'error list_missing slots.area.list',
    ],
    ['an empty list', (agent) => Object.assign(agent.lists, { areas: [] }), 'error list_empty lists.areas'],
    [
      'a pattern slot without a pattern',
      (agent) => Object.assign(agent.slots, { code: { type: 'pattern' } }),
      'error pattern_missing slots.code.pattern',
    ],
    [
      'a pattern with a look-ahead',
      (agent) => Object.assign(agent.slots, { code: { type: 'pattern', pattern: '(?=x)y' } }),
      'error pattern_invalid slots.code.pattern',
    ],
    [
      'a pattern with a back-reference',
      (agent) => Object.assign(agent.slots, { code: { type: 'pattern', pattern: '(a)\\1' } }),
      'error pattern_invalid slots.code.pattern',
    ],
    [
      'lengths the wrong way round',
      (agent) => Object.assign(agent.slots, { guests: { type: 'digits', length: { min: 9, max: 4 } } }),
      'error limits_invalid slots.guests.length',
    ],
    [
      'an intent without examples',
      (agent) => Object.assign(agent.intents, { book: { flow: 'booking' } }),
      'error examples_missing intents.book.examples',
    ],
    [
      'an intent without examples in one language',
      (agent) => Object.assign(agent.intents, { book: { flow: 'booking', examples: { en: ['a table'] } } }),
      'warning examples_missing intents.book.examples',
    ],
    [
      'a sentence in one language of two',
      setNode('main', 'hello', { type: 'say', text: { en: 'Hello.' }, next: 'listen' }),
      'error translation_missing main/hello text',
    ],
    [
      'a sentence in no language of two',
      setNode('main', 'hello', { type: 'say', text: ['Hello.', 'Hi.'], next: 'listen' }),
      'error translation_missing main/hello text',
    ],
    [
      'a time zone that is none',
      (agent) => Object.assign(agent, { timeZone: 'Mars/North' }),
      'error time_zone_unknown timeZone',
    ],
    [
      'a sentence of the platform that it has not',
      (agent) => Object.assign(agent.wordings, { godbye: { en: 'Bye', vi: 'Chào' } }),
      'warning wording_unknown wordings.godbye',
    ],
  ])('%s', (_name, change, line) => {
    expect(linesAfter(change)).toEqual([line]);
  });

  test('a model needs no examples, and a model step needs a model', () => {
    const bare = (agent: SmallAgent) => Object.assign(agent.intents, { book: { flow: 'booking' } });
    expect(linesAfter(bare, { ...known, hasModel: true })).toEqual([]);
    const model = setNode('main', 'hello', { type: 'model', instructions: 'Greet.', next: 'listen', failed: 'listen' });
    expect(linesAfter(model)).toEqual(['error model_unavailable main/hello type']);
    expect(linesAfter(model, { ...known, hasModel: true })).toEqual([]);
  });

  test('what is written for English serves British English', () => {
    expect(linesAfter((agent) => Object.assign(agent, { languages: ['en-GB', 'vi-VN'] }))).toEqual([]);
  });
});

describe('choices of which one hides another', () => {
  test('a menu with the same key twice', () => {
    const option = (digit: string) => ({ digit, names: text('x'), next: 'listen' });
    expect(
      linesAfter(setNode('main', 'hello', { type: 'menu', text: text('?'), options: [option('1'), option('1')] })),
    ).toEqual(['error digit_twice main/hello options.1.digit']);
  });

  test('a split with the same branch twice, a route with the same intent twice', () => {
    const branch = { name: 'a', weight: 1, next: 'listen' };
    expect(linesAfter(setNode('main', 'hello', { type: 'split', name: 's', branches: [branch, branch] }))).toEqual([
      'error branch_twice main/hello branches.1.name',
    ]);
    const choice = { intent: 'book', next: 'hello' };
    expect(linesAfter(setNode('main', 'listen', { type: 'route', choices: [choice, choice] }))).toEqual([
      'error choice_twice main/listen choices.1.intent',
    ]);
  });
});

describe('SSML', () => {
  const withSsml = (ssml: string) =>
    linesAfter(setNode('main', 'hello', { type: 'say', text: text('Hi'), ssml: text(ssml), next: 'listen' }));

  test.each([
    'Hi <break time="300ms"/> there, {{ slots.guests }} <emphasis level="strong">guests</emphasis> &amp; you.',
    '{% if slots.date %}<s>{% else %}<s>{% endif %}Hi</s>',
    'Plain words.<br/>',
  ])('%s', (ssml) => {
    expect(withSsml(ssml)).toEqual([]);
  });

  test.each([
    '<emphasis>Hi',
    'Hi</emphasis>',
    '<p><s>Hi</p></s>',
    'Tom & Jerry',
    '1 < 2',
    '<speak>Hi</speak>',
    '<break time=300ms/>',
  ])('%s is refused', (ssml) => {
    expect(withSsml(ssml)).toEqual(['error ssml_invalid main/hello ssml.en']);
  });
});

describe('comparisons', () => {
  test.each<[string, unknown]>([
    ['with nothing', { value: 'slots.guests', is: 'moreThan' }],
    ['of one of something that is no list', { value: 'slots.guests', is: 'oneOf', to: 'many' }],
    ['with an expression that is none', { value: 'slots.guests', is: 'matches', to: 3 }],
  ])('%s', (_name, when) => {
    const node = { type: 'condition', branches: [{ when, next: 'listen' }], otherwise: 'listen' };
    expect(linesAfter(setNode('main', 'hello', node))).toEqual([
      'error condition_invalid main/hello branches.0.when.to',
    ]);
  });
});

// How long it takes is told by `npm run bench -- dialogue`.
test('a hundred flows of two hundred nodes are loaded and found valid', () => {
  const file = JSON.stringify(largeAgent({ flows: 100, nodesPerFlow: 200 }));
  expect(validateAgent(JSON.parse(file), { tools: largeAgentTools, hasModel: false }).kind).toBe('valid');
});

test('a flow of twenty thousand nodes in a row is no trouble', () => {
  const checked = validateAgent(largeAgent({ flows: 1, nodesPerFlow: 20_000 }), {
    tools: largeAgentTools,
    hasModel: false,
  });
  expect(checked.kind).toBe('valid');
});
