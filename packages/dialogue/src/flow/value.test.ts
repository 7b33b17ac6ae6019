import { describe, expect, test } from 'vitest';
import { scopeWith } from '../testing/scope.ts';
import { evaluateValue, readPath } from './value.ts';

const scope = scopeWith(
  { date: '2026-11-27', guests: 2, price: { amount: 20.5, currency: 'USD' } },
  { results: { rooms: [{ name: 'Blue', price: 90 }, { name: 'Red' }] }, text: 'two of us' },
);

describe('a value', () => {
  test('that begins with = keeps its type', () => {
    expect(evaluateValue('=slots.guests', scope)).toBe(2);
    expect(evaluateValue('=slots.price', scope)).toEqual({ amount: 20.5, currency: 'USD' });
    expect(evaluateValue('=results.rooms.0.price', scope)).toBe(90);
    expect(evaluateValue('=results.rooms.length', scope)).toBe(2);
    expect(evaluateValue('=slots.nothing', scope)).toBeNull();
  });

  test('that is text is a template, and the rest stays as it is', () => {
    expect(
      evaluateValue(
        { note: 'for {{ slots.guests }}', list: ['=turn.text', 1, true, null], deep: { at: '=now.hour' } },
        scope,
      ),
    ).toEqual({ note: 'for 2', list: ['two of us', 1, true, null], deep: { at: 10 } });
  });

  test('that begins with = and is no path is refused', () => {
    expect(() => evaluateValue('=1 + 1', scope)).toThrow(/value_invalid/);
    expect(() => evaluateValue('=process.env', scope)).toThrow(/value_invalid/);
  });

  test('may be named like what JavaScript keeps for itself, and changes nothing', () => {
    const made = evaluateValue(JSON.parse('{"__proto__": {"polluted": "yes"}}'), scope);
    expect(Object.keys(Object(made))).toEqual(['__proto__']);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

test('paths lead to own values only', () => {
  expect(readPath(scope, 'slots.__proto__')).toBeUndefined();
  expect(readPath(scope, 'slots.constructor')).toBeUndefined();
  expect(readPath(scope, 'results.rooms.map')).toBeUndefined();
  expect(readPath(scope, 'slots.date.length')).toBeUndefined();
  expect(readPath(scope, 'elsewhere.x')).toBeUndefined();
  expect(readPath(scope, 'conversation.facts.address')).toBe('1 High Street');
});
