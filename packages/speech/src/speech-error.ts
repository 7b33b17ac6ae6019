/** What can go wrong before a word is spoken, and what to do about it. */
export const speechErrors = {
  provider_unknown: 'There is no such speech provider.',
  options_invalid: 'The options of the speech provider do not have the expected form.',
  espeak_missing: 'espeak-ng is not installed. Install the system package "espeak-ng", or choose another synthesizer.',
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
