import { agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import { expect, test } from 'vitest';
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
function hear(text: string, asked: string, language = 'en-US') {
  const heard = hearSlots({
    definition,
    text,
    language,
    nowEpochMs: Date.UTC(2026, 10, 23, 9),
    timeZone: 'UTC',
    filled: {},
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

test('in Vietnamese too', () => {
  expect(hear('không phải thứ năm, thứ sáu', 'day', 'vi-VN')).toEqual({ day: '2026-11-27' });
  expect(hear('không phải, thứ sáu', 'day', 'vi-VN')).toEqual({ day: '2026-11-27' });
  expect(hear('không phải thứ sáu', 'day', 'vi-VN')).toEqual({ day: '2026-11-27' });
});

test('digits are one thing only: what was asked for', () => {
  expect(hear('415 555 2671', 'phone')).toEqual({ phone: '+14155552671' });
  expect(hear('1234', 'pin')).toEqual({ pin: '1234' });
  expect(hear('two', 'guests')).toEqual({ guests: 2 });
});
