import { TokenRefused } from '@parley/agent-worlds/client-credentials.ts';
import { type HttpAnswer, HttpFailure } from '@parley/agent-worlds/http-call.ts';
import type { z } from 'zod';
import { PropertyError } from './property-error.ts';

/** Say a failed exchange with a property system as a `PropertyError`; the signal's own reason passes as it is. */
export async function asPropertyErrors<T>(exchange: () => Promise<T>): Promise<T> {
  try {
    return await exchange();
  } catch (error) {
    if (error instanceof TokenRefused) throw new PropertyError('not_authorized', error.message, { cause: error });
    if (error instanceof HttpFailure) throw new PropertyError('unavailable', error.message, { cause: error });
    throw error;
  }
}

/** What a refusal means in any HTTP API when the vendor's own words say no more. */
export function refusalByStatus(status: number, words: string): PropertyError {
  if (status === 401 || status === 403) {
    return new PropertyError('not_authorized', `The property system refused the credentials (${status}): ${words}`);
  }
  if (status === 429)
    return new PropertyError('rate_limited', 'Too many requests to the property system: try again later');
  if (status === 408 || status >= 500) {
    return new PropertyError('unavailable', `The property system failed (${status}): try again with the same key`);
  }
  return new PropertyError('refused', `The property system refused the request (${status}): ${words}`);
}

/** The answer as it must be, or `unavailable`: an answer of another shape is as good as none. */
export function readAnswer<T>(schema: z.ZodType<T>, answer: HttpAnswer): T {
  const parsed = schema.safeParse(answer.json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new PropertyError(
    'unavailable',
    `The property system's answer is not what it documents: ${issue?.path.map(String).join('.')} ${issue?.message}`,
  );
}
