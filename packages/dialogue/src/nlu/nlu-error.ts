/** What can go wrong when intents are learnt, kept or asked for, and what to do about it. Names are stable. */
export const nluErrors = {
  examples_missing: 'Give at least one example with an intent.',
  too_many_intents: 'Give at most 2,000 intents: split the agent into several.',
  too_many_examples: 'Give at most 100,000 examples of at most 2,000 characters.',
  file_unreadable: 'Name a file that exists and may be read.',
  file_unwritable: 'Name a file in a folder that exists and may be written to.',
  file_too_large: 'Give a file of at most 64 MB.',
  file_invalid: 'Write a JSON array of {"text": "...", "intent": "..."}.',
  model_invalid: 'Train the model again: the bytes are no model of this version.',
  arguments_invalid: 'See --help.',
  service_failed: 'Check the address, the key and the name of the model.',
  service_slow: 'Choose a faster model or region, or raise timeoutMs.',
  embedder_unusable: 'Name a folder with a sentence model, or a server of embeddings.',
  answer_invalid: 'Choose a model that answers in the form that it is asked for.',
} as const satisfies Record<string, string>;

export type NluErrorCode = keyof typeof nluErrors;

/** The message says what is wrong and what to do; for engineers and designers, not for callers. */
export class NluError extends Error {
  override readonly name = 'NluError';
  readonly code: NluErrorCode;

  constructor(code: NluErrorCode, reason: string, options?: ErrorOptions) {
    super(`${/[.!?]$/.test(reason) ? reason : `${reason}.`} ${nluErrors[code]} (${code})`, options);
    this.code = code;
  }
}
