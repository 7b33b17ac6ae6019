/** What can go wrong before a word is spoken, and what to do about it. */
export const speechErrors = {
  provider_unknown: 'There is no such speech provider.',
  options_invalid: 'The options of the speech provider do not have the expected form.',
  options_reserved: 'Options of the speech provider are for whoever runs the server.',
  account_invalid: 'The account with the provider does not have the expected form.',
  account_missing: 'The provider needs an account. Set its key, or choose another provider.',
  language_not_supported: 'The speech provider does not know the language.',
  too_many_engines:
    'Too many different engines are in use at once. Let agents share options and accounts, or run more processes.',
  router_closed: 'The server is about to stop.',
  program_missing: 'What the speech provider runs is missing.',
  model_unusable: 'The model of the speech provider cannot be used.',
  silero_missing:
    'Voice detection by Silero needs the optional package onnxruntime-node. Run "npm install" without --omit=optional, or set VOICE_DETECTOR=light.',
  silero_failed: 'Voice detection by Silero does not work here. Set VOICE_DETECTOR=light if that stays so.',
  embeddings_missing:
    'A sentence model on this machine needs the optional package onnxruntime-node. Run "npm install" without --omit=optional, or name a server of embeddings.',
  embeddings_folder:
    'The folder holds no sentence model that can be used. It needs model.onnx and tokenizer.json, as sentence-transformers models have them.',
  embeddings_failed: 'The sentence model does not answer. Choose a smaller one if that stays so.',
} as const;

export type SpeechErrorCode = keyof typeof speechErrors;

export class SpeechError extends Error {
  readonly code: SpeechErrorCode;

  constructor(code: SpeechErrorCode, detail = '') {
    super(detail === '' ? speechErrors[code] : `${speechErrors[code]} ${detail}`);
    this.name = 'SpeechError';
    this.code = code;
  }
}
