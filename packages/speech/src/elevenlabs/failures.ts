import { z } from 'zod';
import { type ProviderFailure, type ProviderFailureCode, shortened } from '../provider/provider-failure.ts';
import { parseJson } from '../wire/parse-json.ts';

/**
 * What an answer's body adds to its status. Statuses alone mislead here: a quota that is used up comes as 401, and an unknown voice as
 * 400 or 404.
 */
export function explainRefusal(failure: ProviderFailure, body: string): ProviderFailure {
  const parsed = refusalSchema.safeParse(parseJson(body));
  if (!parsed.success) return failure;
  const { detail } = parsed.data;
  if (Array.isArray(detail)) {
    // What the framework of their server says of a request that does not fit.
    const message = detail.map(({ loc, msg }) => `${(loc ?? []).join('.')}: ${msg}`).join('; ');
    return { ...failure, code: 'provider_refused', message: shortened(`422 ${message}`) };
  }
  const { code, status, type, message } = typeof detail === 'string' ? { message: detail } : detail;
  const known = [code, status, type].map(codeOf).find((one) => one !== undefined);
  return {
    ...failure,
    ...(known !== undefined && { code: known }),
    message: shortened([code ?? status ?? type, message].filter((part) => part !== undefined).join(': ')),
  };
}

/** What a message of an error in a socket means. */
export function socketFailure(error: string, message: string): ProviderFailure {
  return { code: codeOf(error) ?? 'provider_failed', message: shortened(`${error}: ${message}`) };
}

const detailSchema = z.object({
  type: z.string().optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  /** Older answers have this one only. */
  status: z.string().optional(),
});
const validationSchema = z.object({
  loc: z.array(z.union([z.string(), z.number()])).optional(),
  msg: z.string(),
});
const refusalSchema = z.object({ detail: z.union([z.array(validationSchema), z.string(), detailSchema]) });

/** Their codes by what they come to: of both generations of the API, and of the sockets. */
const theirCodes: readonly (readonly [ProviderFailureCode, string])[] = [
  [
    'provider_unauthorized',
    'invalid_api_key missing_api_key needs_authorization unauthorized authentication_error missing_permissions sign_in_required',
  ],
  [
    'provider_rate_limited',
    'rate_limit_exceeded rate_limit_error concurrent_limit_exceeded too_many_concurrent_requests system_busy max_active_conversations',
  ],
  // An account without credit takes no more requests either; only its owner can change that.
  ['provider_rate_limited', 'quota_exceeded insufficient_credits'],
  ['voice_unknown', 'voice_not_found voice_id_does_not_exist voice_does_not_exist invalid_voice_id'],
  ['text_too_long', 'max_character_limit_exceeded text_too_long'],
  ['language_not_supported', 'unsupported_language language_not_supported invalid_language_code'],
  [
    'provider_refused',
    'model_not_found invalid_model_id model_can_not_do_text_to_speech invalid_input_message invalid_parameters validation_error output_format_not_allowed',
  ],
  ['provider_timed_out', 'input_timeout_exceeded'],
];
const codes: ReadonlyMap<string, ProviderFailureCode> = new Map(
  theirCodes.flatMap(([code, theirs]) => theirs.split(' ').map((one): [string, ProviderFailureCode] => [one, code])),
);

function codeOf(theirs: string | undefined): ProviderFailureCode | undefined {
  return theirs === undefined ? undefined : codes.get(theirs.toLowerCase());
}
