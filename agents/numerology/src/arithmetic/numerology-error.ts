export type NumerologyErrorCode =
  | 'date_impossible'
  | 'date_in_future'
  | 'name_without_letters'
  | 'name_letters_unknown'
  | 'name_too_long'
  | 'name_without_vowels'
  | 'name_without_consonants';

/** Why there is no number. The message is for engineers and says what to ask for next; agents have their own words by code. */
export class NumerologyError extends Error {
  override readonly name = 'NumerologyError';
  readonly code: NumerologyErrorCode;
  constructor(code: NumerologyErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
