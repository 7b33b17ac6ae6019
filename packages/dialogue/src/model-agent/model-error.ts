import { APICallError, ToolChoiceViolationError } from 'ai';

/** What can go wrong between us and a language model, and what to do about it. */
export const modelErrors = {
  model_silent:
    'The language model began no answer in time. Choose a faster model or region, or raise limits.firstTokenMs.',
  model_stalled: 'The language model stopped in the middle of its answer. If it happens often, ask its provider.',
  model_busy:
    "The language model's provider has too much to do or the quota is spent. Raise the quota or add a fallback.",
  model_refused: 'The provider refused the request. Check the key, the name of the model and the address.',
  model_unreachable: 'The provider cannot be reached. Check the address and the network.',
  model_malformed: 'The provider sent something that is no answer. Check that the address speaks the chosen protocol.',
  model_empty: 'The language model answered with nothing, twice.',
  model_disobeyed: 'The language model used tools where it may not, or did not where it must. Choose a better model.',
  model_failed: 'The language model failed.',
  extraction_failed: 'The language model gave no values that fit the schema.',
  definition_invalid: 'The definition of the language-model agent cannot work.',
} as const;

export type ModelErrorCode = keyof typeof modelErrors;

/** An `Agent` that throws it is answered for by the engine, in words. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly code: ModelErrorCode;

  constructor(code: ModelErrorCode, detail = '', options?: ErrorOptions) {
    super(detail === '' ? modelErrors[code] : `${modelErrors[code]} ${detail}`, options);
    this.code = code;
  }
}

/** The coded error for whatever the SDK threw. */
export function toModelError(error: unknown): ModelError {
  if (error instanceof ModelError) return error;
  const options = { cause: error };
  if (ToolChoiceViolationError.isInstance(error)) return new ModelError('model_disobeyed', '', options);
  if (!APICallError.isInstance(error)) {
    // Its message holds what could not be read: words of the conversation.
    if (isMalformed(error)) return new ModelError('model_malformed', '', options);
    const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return new ModelError('model_failed', detail.slice(0, 200), options);
  }
  const { statusCode } = error;
  // Not the body: it may repeat what the caller said.
  const detail = statusCode === undefined ? error.message.slice(0, 200) : `Status ${statusCode}.`;
  if (statusCode === undefined) return new ModelError('model_unreachable', detail, options);
  if (statusCode === 429 || statusCode === 503 || statusCode === 529)
    return new ModelError('model_busy', detail, options);
  if (statusCode >= 500) return new ModelError('model_failed', detail, options);
  if (statusCode >= 400) return new ModelError('model_refused', detail, options);
  // The answer had begun well: either the connection broke or what came was no answer.
  return new ModelError(isBreak(error.cause) ? 'model_unreachable' : 'model_malformed', detail, options);
}

/**
 * How long to wait before the same request may go again; undefined when it will not get better.
 *
 * @returns milliseconds
 */
export function retryDelayMs(error: unknown): number | undefined {
  if (!APICallError.isInstance(error) || !error.isRetryable) return undefined;
  const asked = Number(error.responseHeaders?.['retry-after']) * 1000;
  return Number.isFinite(asked) && asked >= 0 ? asked : defaultRetryMs;
}

/** Long enough for a load balancer to choose another machine, short enough not to be heard. */
const defaultRetryMs = 250;

/** As `fetch` tells of a connection that broke in the middle of a body. */
function isBreak(cause: unknown): boolean {
  return cause instanceof TypeError && cause.message === 'terminated';
}

function isMalformed(error: unknown): boolean {
  return error instanceof Error && /JSONParse|TypeValidation|InvalidResponse|InvalidStreamPart/.test(error.name);
}
