import type { JSONValue } from 'ai';
import type { Json } from '../tools/tool.ts';

/** The SDK's JSON is the same with lists that can be written to. */
export function toJsonValue(value: Json): JSONValue {
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map(toJsonValue);
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, toJsonValue(field)]));
}

export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
