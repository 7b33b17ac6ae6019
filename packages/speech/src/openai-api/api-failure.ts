import { z } from 'zod';
import {
  ProviderError,
  type ProviderFailure,
  type ProviderFailureCode,
  shortened,
} from '../provider/provider-failure.ts';

/** An error as the API tells it: in an answer's body, in an event of a stream, in one of a socket. */
export const apiErrorSchema = z.looseObject({
  type: z.string().nullish(),
  code: z.union([z.string(), z.number()]).nullish(),
  message: z.string().nullish(),
});

/** What an error inside of a stream comes to; there is no status then. */
export function failureOfApiError({ type, code, message }: z.infer<typeof apiErrorSchema>): ProviderFailure {
  return {
    code: codeOf(`${code ?? ''} ${type ?? ''}`),
    message: withoutKeys(shortened(`${code ?? type ?? 'error'}: ${message ?? ''}`)),
  };
}

function codeOf(marks: string): ProviderFailureCode {
  if (/invalid_api_key|authentication|permission/i.test(marks)) return 'provider_unauthorized';
  if (/rate_limit|insufficient_quota|too_many/i.test(marks)) return 'provider_rate_limited';
  if (/session_expired/.test(marks)) return 'provider_failed';
  if (/invalid|not_found|unsupported|unknown/i.test(marks)) return 'provider_refused';
  return 'provider_failed';
}

/** A refusal in its own words, out of the body `{"error": {"message", …}}`; Azure's and compatible servers' have the same form, mostly. */
export function explainRefusal(failure: ProviderFailure, body: string): ProviderFailure {
  const status = failure.message.split(' ', 1)[0] ?? '';
  const { code, message } = readError(body);
  // Some repeat the status as the code.
  const sign = String(code ?? '') === status ? '' : (code ?? '');
  const told = message == null ? failure.message : `${status} ${sign} ${message}`;
  return { ...failure, message: withoutKeys(shortened(told)) };
}

const refusalSchema = z.looseObject({ error: apiErrorSchema });

function readError(body: string): z.infer<typeof apiErrorSchema> {
  try {
    return refusalSchema.parse(JSON.parse(body)).error;
  } catch {
    // Proxies answer with pages.
    return {};
  }
}

/** The failure of anything that a request threw; what is no failure of the provider is one of ours and told as `provider_failed`. */
export function toFailure(error: unknown): ProviderFailure {
  if (error instanceof ProviderError) return { ...error.failure, message: withoutKeys(error.failure.message) };
  return { code: 'provider_failed', message: shortened(error instanceof Error ? error.message : String(error)) };
}

/** Refusals of a key quote the beginning and the end of it. */
export function withoutKeys(message: string): string {
  return message.replace(/\b(sk|pk|key)-[\w*.-]{6,}/gi, '$1-…').replace(/\w{2,}\*{4,}\w*/g, '…');
}
