import type { JsonValue } from 'jsonpath-rfc9535';
import type { Fail } from '../errors.ts';
import type { HttpAnswer } from '../http/exchange.ts';

/** No API nests so deep; those who walk values by recursion are spared. */
const maxDepth = 100;

/** @throws IntegrationError `response_type_unexpected`, `response_malformed` */
export function readJson({ text, contentType, status }: HttpAnswer, fail: Fail): JsonValue {
  if (contentType !== '' && !/^(?:application|text)\/(?:[a-z0-9.+-]+\+)?json$/.test(contentType))
    throw fail('response_type_unexpected', `The answer is ${contentType.slice(0, 60)}, not JSON.`, { status });
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw fail('response_malformed', 'The answer is no JSON.', { status, cause: error });
  }
  if (isDeeper(value, maxDepth))
    throw fail('response_malformed', `The answer is nested more than ${maxDepth} deep.`, { status });
  return value;
}

export function isDeeper(value: JsonValue, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((item) => isDeeper(item, depth - 1));
}
