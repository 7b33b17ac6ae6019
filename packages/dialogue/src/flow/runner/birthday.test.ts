import { agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import { expect, test } from 'vitest';
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
