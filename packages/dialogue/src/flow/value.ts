import type { ValueTemplate } from '@parley/contract/flow/parts.ts';
import type { Json } from '../tools/tool.ts';
import { FlowError } from './flow-error.ts';
import type { Scope } from './scope.ts';
import { renderTemplate } from './template.ts';

/** Deeper values come from no designer; the limit keeps recursion from the end of the stack. */
const maxDepth = 20;

/** The same as the contract's schema of paths, with its root and the names below it. */
const pathPattern = /^(?:slots|results|turn|conversation|now)(?:\.[A-Za-z0-9_-]+)+$/;

/**
 * What a value of a flow comes to: `=path` the value that is there (null where there is none), other strings rendered as
 * templates, the rest as it is.
 *
 * @throws FlowError `value_invalid`, `value_too_deep`, or what the template throws
 */
export function evaluateValue(value: ValueTemplate, scope: Scope): Json {
  return evaluate(value, scope, 0);
}

/** What is at the path; own properties only, undefined where there is nothing. Lists are entered by index and have a `length`. */
export function readPath(scope: Partial<Scope>, path: string): Json | undefined {
  const [root = '', ...names] = path.split('.');
  return names.reduce<Json | undefined>(property, rootOf(scope, root));
}

/** Whether the text is a path as values and conditions take it. */
export function isPath(text: string): boolean {
  return text.length <= 200 && pathPattern.test(text);
}

/** The path of a value that is one (`=slots.date`), else undefined. */
export function pathOf(value: ValueTemplate): string | undefined {
  return typeof value === 'string' && value.startsWith('=') ? value.slice(1).trim() : undefined;
}

function evaluate(value: ValueTemplate, scope: Scope, depth: number): Json {
  if (depth > maxDepth)
    throw new FlowError('value_too_deep', { reason: `the value is nested deeper than ${maxDepth}` });
  if (typeof value === 'string') return evaluateText(value, scope);
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map((item) => evaluate(item, scope, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, evaluate(item, scope, depth + 1)]));
}

function evaluateText(value: string, scope: Scope): Json {
  const path = pathOf(value);
  if (path === undefined) return renderTemplate(value, scope);
  if (!isPath(path)) throw new FlowError('value_invalid', { reason: `"${path.slice(0, 200)}" is no path` });
  return readPath(scope, path) ?? null;
}

function rootOf(scope: Partial<Scope>, name: string): Json | undefined {
  switch (name) {
    case 'slots':
      return scope.slots;
    case 'results':
      return scope.results;
    case 'turn':
      return scope.turn;
    case 'conversation':
      return scope.conversation;
    case 'now':
      return scope.now;
    default:
      return undefined;
  }
}

function property(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || name === '__proto__') return undefined;
  if (isList(value)) {
    if (name === 'length') return value.length;
    return /^\d{1,6}$/.test(name) ? value[Number(name)] : undefined;
  }
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

/** `Array.isArray` does not know read-only lists. */
function isList<Item>(value: readonly Item[] | object): value is readonly Item[] {
  return Array.isArray(value);
}
