import type { Comparison, Condition, ValueTemplate } from '@parley/contract/flow/parts.ts';
import { describe, expect, test } from 'vitest';
import { scopeWith } from '../testing/scope.ts';
import type { Json } from '../tools/tool.ts';
import { holds } from './condition.ts';

function compare(value: Json, is: Comparison, to?: ValueTemplate): boolean {
  return holds({ value: 'slots.x', is, to }, scopeWith({ x: value, limit: 10, day: '2026-11-30' }));
}

describe('comparisons', () => {
  test.each<[Json, Comparison, ValueTemplate, boolean]>([
    ['haircut', 'equals', 'haircut', true],
    ['haircut', 'equals', 'Haircut', false],
    [3, 'equals', '3', true],
    [true, 'equals', 'true', true],
    [{ amount: 5, currency: 'USD' }, 'equals', { amount: 5, currency: 'USD' }, true],
    [[1, 2], 'equals', [1, 2], true],
    ['a', 'notEquals', 'b', true],
    ['2026-11-27', 'lessThan', '=slots.day', true],
    ['2026-11-30', 'atMost', '=slots.day', true],
    ['2026-12-01', 'moreThan', '=slots.day', true],
    ['09:00', 'lessThan', '15:00', true],
    [11, 'moreThan', '=slots.limit', true],
    [9, 'moreThan', '{{ slots.limit }}', false],
    ['9', 'lessThan', 10, true],
    ['PT90M', 'lessThan', 'PT2H', true],
    [{ amount: 500, currency: 'USD' }, 'moreThan', 300, true],
    [{ amount: 500, currency: 'USD' }, 'moreThan', { amount: 300, currency: 'USD' }, true],
    [{ amount: 500, currency: 'USD' }, 'moreThan', { amount: 300, currency: 'EUR' }, false],
    ['I want a Refund now', 'contains', 'refund', true],
    [['a', 'b'], 'contains', 'b', true],
    ['b', 'oneOf', ['a', 'b'], true],
    ['c', 'oneOf', ['a', 'b'], false],
    ['BK-1234', 'matches', '^BK-\\d{4}$', true],
    ['BK-12', 'matches', '^BK-\\d{4}$', false],
    ['=slots.day', 'matches', '^=slots', true],
  ])('%j %s %j: %s', (value, is, to, expected) => {
    expect(compare(value, is, to)).toBe(expected);
  });

  test('what is not set equals nothing and is neither less nor more', () => {
    const scope = scopeWith();
    for (const is of ['equals', 'lessThan', 'atMost', 'moreThan', 'atLeast', 'contains'] as const) {
      expect(holds({ value: 'slots.x', is, to: 1 }, scope), is).toBe(false);
    }
    expect(holds({ value: 'slots.x', is: 'notEquals', to: 1 }, scope)).toBe(true);
    expect(holds({ value: 'slots.x', is: 'isNotSet' }, scope)).toBe(true);
    expect(compare('', 'isSet')).toBe(false);
    expect(compare(0, 'isSet')).toBe(true);
    expect(compare(false, 'isSet')).toBe(true);
  });
});

test('conditions nest', () => {
  const scope = scopeWith({ a: 1, b: 2 });
  const is = (value: string, to: number): Condition => ({ value, is: 'equals', to });
  expect(holds({ all: [is('slots.a', 1), { not: is('slots.b', 1) }] }, scope)).toBe(true);
  expect(holds({ any: [is('slots.a', 2), is('slots.b', 1)] }, scope)).toBe(false);
});

test('a condition nested deeper than twenty is refused', () => {
  let condition: Condition = { value: 'slots.a', is: 'isSet' };
  for (let depth = 1; depth < 20; depth += 1) condition = { not: condition };
  expect(holds(condition, scopeWith())).toBe(true);
  expect(() => holds({ not: condition }, scopeWith())).toThrow(/condition_too_deep/);
});

test('an expression that would hang other engines takes no time', () => {
  const text = 'a'.repeat(50_000);
  const started = performance.now();
  expect(compare(text, 'matches', '^(a+)+b$')).toBe(false);
  expect(compare(text, 'matches', '(x+x+)+y|(a|aa)+$')).toBe(true);
  // Milliseconds when measured; a backtracking engine would take longer than the universe is old.
  expect(performance.now() - started).toBeLessThan(10_000);
});

test('expressions that cannot be run safely are refused by name', () => {
  for (const pattern of ['(?=a)b', '(a)\\1', '[', 'a'.repeat(501), '(a{900})(b{900})(c{900})']) {
    expect(() => compare('abc', 'matches', pattern), pattern).toThrow(/pattern_invalid/);
  }
});
