import type { Condition, ValueTemplate } from '@parley/contract/flow/parts.ts';
import type { Json, JsonObject } from '../tools/tool.ts';
import { durationSeconds } from './duration.ts';
import { FlowError } from './flow-error.ts';
import { matchesPattern } from './pattern.ts';
import type { Scope } from './scope.ts';
import { evaluateValue, readPath } from './value.ts';

/** Nobody reads deeper ones. */
export const maxConditionDepth = 20;

/**
 * Whether the condition holds. What is not set equals nothing, is neither less nor more than anything, and contains nothing.
 * A number and a text that is one are compared as numbers; days, times and texts by their order; durations by their length;
 * money of one currency by its amount.
 *
 * @throws FlowError `condition_too_deep`, `condition_invalid`, `pattern_invalid`, or what evaluating its value throws
 */
export function holds(condition: Condition, scope: Scope): boolean {
  return holdsAt(condition, scope, 1);
}

/** What a value must be for `isSet`: neither missing nor empty. */
export function isSet(value: Json | undefined): value is Json {
  return value !== undefined && value !== null && value !== '';
}

function holdsAt(condition: Condition, scope: Scope, depth: number): boolean {
  if (depth > maxConditionDepth) {
    throw new FlowError('condition_too_deep', { reason: `the condition is nested deeper than ${maxConditionDepth}` });
  }
  if ('all' in condition) return condition.all.every((part) => holdsAt(part, scope, depth + 1));
  if ('any' in condition) return condition.any.some((part) => holdsAt(part, scope, depth + 1));
  if ('not' in condition) return !holdsAt(condition.not, scope, depth + 1);
  const value = readPath(scope, condition.value);
  switch (condition.is) {
    case 'isSet':
      return isSet(value);
    case 'isNotSet':
      return !isSet(value);
    case 'equals':
      return equal(value, compared(condition.to, scope));
    case 'notEquals':
      return !equal(value, compared(condition.to, scope));
    case 'lessThan':
      return order(value, compared(condition.to, scope), (difference) => difference < 0);
    case 'atMost':
      return order(value, compared(condition.to, scope), (difference) => difference <= 0);
    case 'moreThan':
      return order(value, compared(condition.to, scope), (difference) => difference > 0);
    case 'atLeast':
      return order(value, compared(condition.to, scope), (difference) => difference >= 0);
    case 'contains':
      return contains(value, compared(condition.to, scope));
    case 'oneOf':
      return isOneOf(value, compared(condition.to, scope));
    case 'matches':
      return matches(value, condition.to);
  }
}

function compared(to: ValueTemplate | undefined, scope: Scope): Json {
  if (to === undefined) {
    throw new FlowError('condition_invalid', { field: 'to', reason: 'there is nothing to compare with' });
  }
  return evaluateValue(to, scope);
}

function equal(value: Json | undefined, other: Json): boolean {
  if (value === undefined || value === null || other === null) return (value ?? null) === other;
  if (isList(value) || isList(other)) return isList(value) && isList(other) && sameItems(value, other);
  if (typeof value === 'object' || typeof other === 'object') {
    return typeof value === 'object' && typeof other === 'object' && sameFields(value, other);
  }
  if (typeof value === typeof other) return value === other;
  const [a, b] = [numberIn(value), numberIn(other)];
  // Templates give text: "true" is meant to equal true.
  return a !== undefined && b !== undefined ? a === b : String(value) === String(other);
}

function sameItems(a: readonly Json[], b: readonly Json[]): boolean {
  return a.length === b.length && a.every((item, index) => equal(item, b[index] ?? null));
}

function sameFields(a: JsonObject, b: JsonObject): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && equal(a[name], b[name] ?? null))
  );
}

function order(value: Json | undefined, other: Json, holdsFor: (difference: number) => boolean): boolean {
  const difference = differenceOf(value, other);
  return difference !== undefined && holdsFor(difference);
}

function differenceOf(value: Json | undefined, other: Json): number | undefined {
  if (!isSet(value) || !isSet(other)) return undefined;
  const [a, b] = [numberIn(value, other), numberIn(other, value)];
  if (a !== undefined && b !== undefined) return a - b;
  if (typeof value !== 'string' || typeof other !== 'string') return undefined;
  const [long, short] = [durationSeconds(value), durationSeconds(other)];
  if (long !== undefined && short !== undefined) return long - short;
  return value < other ? -1 : value > other ? 1 : 0;
}

/** The number that the value is, or that its amount is where the other is no money of another currency. */
function numberIn(value: Json, other?: Json): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return /^[+-]?\d{1,15}(?:\.\d{1,15})?$/.test(value.trim()) ? Number(value) : undefined;
  if (typeof value !== 'object' || value === null || isList(value)) return undefined;
  const { amount, currency } = value;
  const sameCurrency =
    typeof other !== 'object' || other === null || isList(other) || (other.currency ?? currency) === currency;
  return typeof amount === 'number' && sameCurrency ? amount : undefined;
}

function contains(value: Json | undefined, other: Json): boolean {
  if (!isSet(value) || !isSet(other)) return false;
  if (isList(value)) return value.some((item) => equal(item, other));
  if (typeof value === 'object' || typeof other === 'object') return false;
  return fold(String(value)).includes(fold(String(other)));
}

/** What callers say comes in any case. */
function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

function isOneOf(value: Json | undefined, others: Json): boolean {
  if (typeof others !== 'object' || others === null || !isList(others)) {
    throw new FlowError('condition_invalid', {
      field: 'to',
      reason: '`oneOf` compares with something that is no list',
    });
  }
  return isSet(value) && others.some((other) => equal(value, other));
}

function matches(value: Json | undefined, pattern: ValueTemplate | undefined): boolean {
  // The expression is taken as it is written: braces and `=` mean something else in it, and no caller can write one.
  if (typeof pattern !== 'string') {
    throw new FlowError('condition_invalid', { field: 'to', reason: '`matches` has no expression' });
  }
  if (!isSet(value) || typeof value === 'object') return false;
  return matchesPattern(pattern, String(value));
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
