import { agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import { describe, expect, test } from 'vitest';
import type { IntentClassifier } from '../../nlu/intent-classifier.ts';
import { createTextCall } from '../../testing/text-call.ts';
import { createFlowAgent } from './flow-agent.ts';

const start = (next: string) => ({ type: 'start' as const, next });

/** A shop that checks who is calling before it takes an order, answers a question, and leaves the rest to colleagues. */
const shop = agentDefinitionSchema.parse({
  format: 1,
  id: 'shop',
  name: 'The shop',
  languages: ['en-US', 'vi-VN'],
  timeZone: 'UTC',
  intents: {
    order: { title: 'order', flow: 'order' },
    hours: { title: 'hear when we are open', flow: 'hours' },
    mortgage: { title: 'ask for something else', flow: 'other' },
    choose: { title: 'choose', flow: 'choose' },
    thanks: { flow: 'thanks' },
  },
  slots: {
    number: { type: 'digits', length: { min: 4, max: 4 }, scope: 'flow' },
    born: { type: 'date', prefer: 'past', scope: 'flow', heard: 'asked' },
    day: { type: 'date', title: 'day', scope: 'flow' },
    cake: { type: 'list', list: 'cakes', title: 'cake', scope: 'flow' },
  },
  lists: {
    cakes: [
      { value: 'a', names: ['apple pie', 'bánh táo'] },
      { value: 'l', names: ['lemon tart', 'bánh chanh'] },
      { value: 'c', names: ['carrot cake', 'bánh cà rốt'] },
    ],
  },
  flows: {
    main: { nodes: { start: start('listen'), listen: { type: 'route', text: 'Yes?', again: 'What else?' } } },
    check: {
      nodes: {
        start: start('ask'),
        ask: {
          type: 'form',
          slots: [
            { slot: 'number', ask: 'Your number?' },
            { slot: 'born', ask: 'Born when?' },
          ],
          next: 'done',
        },
        done: { type: 'return' },
      },
    },
    order: {
      nodes: {
        start: start('who'),
        who: { type: 'flow', flow: 'check', next: 'ask' },
        ask: {
          type: 'form',
          slots: [
            { slot: 'cake', ask: 'Apple pie, carrot cake or lemon tart?' },
            { slot: 'day', ask: 'Which day?', help: ['Any day will do.'] },
          ],
          next: 'made',
        },
        made: {
          type: 'say',
          text: '{{ conversation.names.cake }} on {{ slots.day }}, of {{ slots.number }}: {{ conversation.wish }}.',
          next: 'done',
        },
        done: { type: 'return' },
      },
    },
    hours: {
      nodes: {
        start: start('tell'),
        tell: { type: 'say', text: 'We never close.', next: 'done' },
        done: { type: 'return' },
      },
    },
    thanks: {
      nodes: { start: start('tell'), tell: { type: 'say', text: 'Welcome.', next: 'done' }, done: { type: 'return' } },
    },
    other: {
      nodes: {
        start: start('wish'),
        wish: { type: 'set', results: { asked: '{{ turn.text }}' }, next: 'offer' },
        offer: { type: 'confirm', text: 'Shall I note "{{ results.asked }}"?', yes: 'noted', no: 'done' },
        noted: { type: 'say', text: 'Noted.', next: 'done' },
        done: { type: 'return' },
      },
    },
    choose: {
      nodes: {
        start: start('menu'),
        menu: {
          type: 'menu',
          text: 'For sweet press one, for sour press two.',
          options: [
            { digit: '1', names: ['sweet'], next: 'sweet' },
            { digit: '2', names: ['sour'], next: 'sour' },
          ],
        },
        sweet: { type: 'say', text: 'Sweet!', next: 'done' },
        sour: { type: 'say', text: 'Sour!', next: 'done' },
        done: { type: 'return' },
      },
    },
  },
});

/** Sure of every sentence with one of the words in it. */
const words: IntentClassifier = {
  name: 'by word',
  async classify(text) {
    const intent = { order: 'order', open: 'hours', mortgage: 'mortgage', choose: 'choose', thanks: 'thanks' };
    const found = Object.entries(intent).find(([word]) => text.includes(word))?.[1];
    if (found === undefined) return { intent: undefined, confidence: 0, ranking: [] };
    return { intent: found, confidence: 1, ranking: [{ intent: found, confidence: 1 }] };
  },
};

async function call(language: 'en-US' | 'vi-VN' = 'en-US') {
  const classifiers = new Map([
    ['en', words],
    ['vi', words],
  ]);
  const line = createTextCall(createFlowAgent(shop, { tools: [], classifiers }, { language }), {
    nowEpochMs: Date.UTC(2026, 10, 23, 9),
    timeZone: 'UTC',
  });
  await line.greet();
  return async (...texts: readonly string[]) => {
    let said = '';
    for (const text of texts) said = (await line.say(text)).said;
    return said;
  };
}

describe('a wish that waits for the open question', () => {
  test('is under way: the question is asked again, and what was told is kept', async () => {
    const says = await call();
    await says('order', '4711');
    expect(await says('I said order')).toBe('Born when?');
    expect(await says('order a lemon tart')).toBe('Born when?');
    await says('3 May 1990');
    expect(await says('on Friday')).toMatch(/^lemon tart on 2026-11-27, of 4711: order a lemon tart\./);
  });

  test('is not asked about for ever', async () => {
    const says = await call();
    await says('order', '4711', 'order', 'order');
    expect(await says('order')).not.toContain('Born when?');
  });
});

test('another wish of the kind that was asked about is the one that is asked about', async () => {
  const says = await call();
  await says('a mortgage', 'a cheap mortgage', 'a second mortgage');
  expect(await says('a fourth mortgage')).toBe('Shall I note "a fourth mortgage"?');
  expect(await says('yes')).toBe('Noted. What else?');
});

describe('a day that is asked for', () => {
  test('is not taken from a question on the way', async () => {
    const says = await call();
    await says('order', '4711', '3 May 1990', 'apple pie');
    expect(await says('are you open on Friday?')).toBe('We never close. Which day?');
    expect(await says('thanks, Friday')).toMatch(/^apple pie on 2026-11-27/);
  });

  test.each(["I'd like Friday", 'on Friday at three', 'Friday would be good'])(
    'is taken from an answer: %s',
    async (text) => {
      const says = await call();
      expect(await says('order', '4711', '3 May 1990', 'apple pie', text)).toMatch(/^apple pie on 2026-11-27/);
    },
  );

  test('and will not do is understood, and another asked for, not for ever', async () => {
    const says = await call();
    await says('order', '4711', '3 May 1990', 'apple pie');
    expect(await says("Friday doesn't work")).toBe('All right, not that one. Any day will do. Which day?');
    expect(await says('anything but Friday')).toMatch(/^All right, not that one\./);
    expect(await says('not Friday')).not.toContain('Which day?');
  });
});

describe('what was offered', () => {
  test.each([
    ['the first one', 'apple pie'],
    ['the second please', 'carrot cake'],
    ['the last one', 'lemon tart'],
  ])('can be chosen by its place: %s', async (text, cake) => {
    const says = await call();
    await says('order', '4711', '3 May 1990', text);
    expect(await says('Friday')).toContain(`${cake} on`);
  });

  test.each([
    ['one', 'Sweet!'],
    ['press two', 'Sour!'],
    ['2', 'Sour!'],
    ['the first one', 'Sweet!'],
    ['the last', 'Sour!'],
  ])('of a menu, too: %s', async (text, answer) => {
    const says = await call();
    expect(await says('choose', text)).toContain(answer);
  });

  test.each([
    ['hai', 'Sour!'],
    ['cái đầu tiên', 'Sweet!'],
    ['cái thứ hai', 'Sour!'],
  ])('in Vietnamese: %s', async (text, answer) => {
    const says = await call('vi-VN');
    expect(await says('choose', text)).toContain(answer);
  });
});
