import { agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import { expect, test } from 'vitest';
import type { Json } from '../../tools/tool.ts';
import { hearSlots } from './hear-slots.ts';

const definition = agentDefinitionSchema.parse({
  format: 1,
  id: 'orders',
  name: 'Orders',
  languages: ['en-US', 'vi-VN'],
  slots: {
    day: { type: 'date' },
    guests: { type: 'number' },
    size: { type: 'list', list: 'sizes' },
    breakfast: { type: 'yesNo' },
    phone: { type: 'phone' },
    pin: { type: 'account', length: { min: 4, max: 4 } },
    code: { type: 'digits', length: { min: 4, max: 6 } },
    sum: { type: 'money' },
  },
  lists: {
    sizes: [
      { value: 's', names: ['small'] },
      { value: 'l', names: ['large'] },
    ],
  },
  flows: { main: { nodes: { start: { type: 'start', next: 'end' }, end: { type: 'end' } } } },
});

/** On Monday, 23 November 2026. */
function hear(text: string, asked: string, language = 'en-US', filled: Readonly<Record<string, Json>> = {}) {
  const heard = hearSlots({
    definition,
    text,
    language,
    nowEpochMs: Date.UTC(2026, 10, 23, 9),
    timeZone: 'UTC',
    filled,
    results: {},
    recent: [],
    partial: undefined,
  }).forSlots(Object.keys(definition.slots), asked);
  return Object.fromEntries([...heard].map(([name, { value }]) => [name, value]));
}

test.each([
  ['no not thursday, friday', '2026-11-27'],
  ['not on thursday but on friday', '2026-11-27'],
  ['friday instead of thursday', '2026-11-27'],
  ['friday not thursday', '2026-11-27'],
  ['instead of thursday friday', '2026-11-27'],
  ['why not friday', '2026-11-27'],
  ['friday, no wait, saturday', '2026-11-28'],
  ['no, friday', '2026-11-27'],
])('what is said not to be meant is not taken: %s', (text, day) => {
  expect(hear(text, 'day')).toEqual({ day });
});

test('what is only refused is nothing', () => {
  expect(hear('not friday', 'day')).toEqual({});
  expect(hear('not small, large', 'size')).toEqual({ size: 'l' });
  expect(hear('not two, three', 'guests')).toEqual({ guests: 3 });
});

test.each([
  "Friday doesn't work",
  'Friday does not suit me',
  "sorry, Friday won't do",
  'not before Friday',
  'not until next Friday',
  'anything but Friday',
  'any day but Friday',
  'any day except Friday',
  "I can't do Friday",
  "I can't come on Friday",
  'Friday is no good',
  "Friday isn't possible",
  "Friday I'm busy",
  "Friday's not good for me",
])('a day that will not do is no day: %s', (text) => {
  expect(hear(text, 'day')).toEqual({});
});

test.each([
  ["Friday doesn't work, Saturday", '2026-11-28'],
  ['any day but Friday, say Saturday', '2026-11-28'],
  ["I can't do Thursday but I can do Friday", '2026-11-27'],
  ["would Friday work? I can't Thursday", '2026-11-27'],
  ["Friday is good, isn't it", '2026-11-27'],
  ['Friday is not bad', '2026-11-27'],
])('the one that will is: %s', (text, day) => {
  expect(hear(text, 'day')).toEqual({ day });
});

test.each(['no 12.50', 'no, 1250 euros', 'twelve fifty euros'])('a sum is no PIN: %s', (text) => {
  expect(hear(text, 'pin')).not.toHaveProperty('pin');
  expect(hear(text, 'code')).not.toHaveProperty('code');
});

test('a no with digits is no code where a sum may be corrected with it', () => {
  const told = { sum: { amount: 40, currency: 'USD' } };
  expect(hear('no 1250', 'code', 'en-US', told)).not.toHaveProperty('code');
  expect(hear("no, it's 4821", 'code', 'en-US', told)).toEqual({ code: '4821' });
  expect(hear('no, 4821', 'code')).toEqual({ code: '4821' });
});

test('in Vietnamese too', () => {
  expect(hear('thứ sáu không được', 'day', 'vi-VN')).toEqual({});
  expect(hear('thứ sáu tôi bận', 'day', 'vi-VN')).toEqual({});
  expect(hear('trừ thứ sáu', 'day', 'vi-VN')).toEqual({});
  expect(hear('thứ năm không được, thứ sáu', 'day', 'vi-VN')).toEqual({ day: '2026-11-27' });
  expect(hear('thứ sáu được không', 'day', 'vi-VN')).toEqual({ day: '2026-11-27' });
  expect(hear('không phải thứ năm, thứ sáu', 'day', 'vi-VN')).toEqual({ day: '2026-11-27' });
  expect(hear('không phải, thứ sáu', 'day', 'vi-VN')).toEqual({ day: '2026-11-27' });
  expect(hear('không phải thứ sáu', 'day', 'vi-VN')).toEqual({ day: '2026-11-27' });
});

test('digits are one thing only: what was asked for', () => {
  expect(hear('415 555 2671', 'phone')).toEqual({ phone: '+14155552671' });
  expect(hear('1234', 'pin')).toEqual({ pin: '1234' });
  expect(hear('two', 'guests')).toEqual({ guests: 2 });
});
