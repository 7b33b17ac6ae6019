import type { Json, JsonObject } from '@parley/dialogue/tools/tool.ts';
import type { Parameter } from './values/parameters.ts';

/** In place of what is personal. */
export const personalMark = '[personal]';
const maxTextLength = 200;

/** The input as it may be kept: personal parameters marked, long texts cut, and what looks personal in the others hidden. */
export function recordableInput(parameters: readonly Parameter[], input: JsonObject): JsonObject {
  const personal = new Set(parameters.filter((parameter) => parameter.personal).map(({ name }) => name));
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [name, personal.has(name) ? personalMark : recordable(value)]),
  );
}

/** A reason as it may be kept. */
export function recordableText(text: string): string {
  // More is cut off in any case.
  const hidden = text
    .slice(0, maxTextLength * 10)
    .replace(/[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8}/gu, '[e-mail]')
    // Seven digits and more, however they are grouped: phones, cards, accounts. Dates such as 2026-03-01 have eight and stay.
    .replace(/\+?\d(?:[ .()-]?\d){6,30}/g, (digits) => (/^\d{4}-\d\d-\d\d$/.test(digits) ? digits : '[number]'));
  return hidden.length > maxTextLength ? `${hidden.slice(0, maxTextLength)}…` : hidden;
}

function recordable(value: Json): Json {
  if (typeof value === 'string') return recordableText(value);
  if (Array.isArray(value)) return value.map(recordable);
  return value;
}
