import { z } from 'zod';
import { parseJson } from '../wire/parse-json.ts';

/**
 * Why a provider did not do what it was asked, in the codes that all of them share: of a recogniser's `failed` event, of a
 * synthesizer's `failed`, of `verify`.
 */
export interface ProviderFailure {
  readonly code: ProviderFailureCode;
  /** One sentence for a log: the provider's own words shortened, never a key, never what was said. */
  readonly message: string;
  /** How long it asks to be left alone. */
  readonly retryAfterMs?: number;
}

export const providerFailures = {
  provider_unauthorized: 'It refuses the key. Check the key, its permissions and the region it is of.',
  provider_rate_limited: 'It takes no more requests for a while. Raise the limit of the account or lower ours.',
  provider_refused: 'It refuses the request as it is. Check model, voice and options.',
  provider_unreachable: 'It cannot be reached. Check address, DNS and network.',
  provider_timed_out: 'It accepts and does not answer in time.',
  provider_failed: 'It broke off or says that something is wrong on its side.',
  provider_protocol: 'It sent what it never should. Check that the address is of such a provider.',
  language_not_supported: 'It does not know the language.',
  voice_unknown: 'It does not know the voice.',
  text_too_long: 'The text is longer than it takes.',
} as const;

export type ProviderFailureCode = keyof typeof providerFailures;

/** A failure where an exception is the way: in what returns a promise. */
export class ProviderError extends Error {
  readonly failure: ProviderFailure;

  constructor(failure: ProviderFailure) {
    super(failure.message);
    this.name = 'ProviderError';
    this.failure = failure;
  }
}

/** What an HTTP status comes to, of an answer or of a refused WebSocket handshake. */
export function failureOfStatus(
  status: number,
  detail: string,
  retryAfter?: string | undefined,
  nowEpochMs: number = Date.now(),
): ProviderFailure {
  const waitMs = retryAfter === undefined ? undefined : retryAfterMs(retryAfter, nowEpochMs);
  return {
    code: codeOfStatus(status),
    message: `${status} ${shortened(sentenceOf(detail))}`.trim(),
    ...(waitMs !== undefined && { retryAfterMs: waitMs }),
  };
}

/** What a refusal says, without the JSON around it; of a body that is none of the usual ones all. */
function sentenceOf(body: string): string {
  const { error, message, err_msg, request_id } = bodySchema.safeParse(parseJson(body)).data ?? {};
  const said = (typeof error === 'object' ? error.message : error) ?? message ?? err_msg;
  if (said === undefined) return body;
  // Whoever writes to the vendor's support is asked for it.
  return request_id === undefined ? said : `${said} (request ${request_id})`;
}

const text = z.string().trim().min(1).optional();
const bodySchema = z.looseObject({
  error: z.union([z.string().trim().min(1), z.looseObject({ message: text })]).optional(),
  message: text,
  err_msg: text,
  request_id: text,
});

function codeOfStatus(status: number): ProviderFailureCode {
  if (status === 401 || status === 403) return 'provider_unauthorized';
  if (status === 429) return 'provider_rate_limited';
  if (status === 408 || status === 504) return 'provider_timed_out';
  return status >= 500 ? 'provider_failed' : 'provider_refused';
}

/** RFC 9110, 10.2.3: seconds or a date. Bounded to an hour: nobody is left alone for longer by a header. */
function retryAfterMs(header: string, nowEpochMs: number): number | undefined {
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - nowEpochMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), 3_600_000);
}

/** Vendors answer with pages at times. */
export function shortened(text: string, maxLength = 300): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  return flat.length <= maxLength ? flat : `${flat.slice(0, maxLength - 1)}…`;
}
