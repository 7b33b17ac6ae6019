import { tokenize } from '../entity.ts';
import type { AccountForm, EntityRequest, FoundEntity } from '../found-entity.ts';
import type { EntityLanguage } from '../numbers/number-words.ts';
import { ibanLength, isIbanValid, isLuhnValid } from './account-checks.ts';
import { findDigitRuns, readDigitPiece, wordsOf } from './digit-runs.ts';
import { isSum } from './sums.ts';

/**
 * Numbers of accounts and cards, digits only, and IBANs in capitals. Those of wrong length or checksum are not reported; where an
 * account was asked for, one that is too short is reported as `partial`.
 */
export function findAccounts(text: string, { language, account = DEFAULT_FORM, asked }: EntityRequest): FoundEntity[] {
  const ibans = account.checksum === 'luhn' ? [] : findIbans(text, language, account);
  if (account.checksum === 'iban' || ibans.length > 0) return ibans;
  return findDigitRuns(text, language).flatMap(({ readings, start, end }): FoundEntity[] => {
    if (isSum(text, start, end)) return [];
    const place = { text: text.slice(start, end), start, end };
    const fitting = readings.find((digits) => fits(digits, account));
    if (fitting !== undefined) return [{ kind: 'account', value: fitting, ...place }];
    const begun = asked === 'account' ? readings.find(({ length }) => length < account.minLength) : undefined;
    return begun === undefined ? [] : [{ kind: 'partial', of: 'account', value: begun, ...place }];
  });
}

/** From the shortest accounts of banks to the longest numbers of cards. */
const DEFAULT_FORM: AccountForm = { minLength: 6, maxLength: 19, checksum: 'none' };

function fits(digits: string, { minLength, maxLength, checksum }: AccountForm): boolean {
  const long = digits.length >= minLength && digits.length <= maxLength;
  return long && (checksum !== 'luhn' || isLuhnValid(digits));
}

function findIbans(text: string, language: EntityLanguage, form: AccountForm): FoundEntity[] {
  const pieces = alphanumericPieces(text, language);
  const found: FoundEntity[] = [];
  for (let at = 0; at < pieces.length; at += 1) {
    let account = '';
    const first = pieces[at];
    for (let next = at; next < pieces.length && account.length < MAX_IBAN; next += 1) {
      const piece = pieces[next];
      if (piece === undefined || piece.value === '') break;
      account += piece.value;
      if (first === undefined || account.length !== ibanLength(account) || !isIbanValid(account)) continue;
      const given = form.checksum === 'iban' && (account.length < form.minLength || account.length > form.maxLength);
      if (given) continue;
      const [start, end] = [first.start, piece.end];
      found.push({ kind: 'account', value: account, text: text.slice(start, end), start, end });
      at = next;
      break;
    }
  }
  return found;
}

const MAX_IBAN = 34;

interface Piece {
  /** Letters and digits; empty for a word that is neither. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

function alphanumericPieces(text: string, language: EntityLanguage): Piece[] {
  const tokens = tokenize(text);
  const words = wordsOf(tokens, language);
  const pieces: Piece[] = [];
  let at = 0;
  while (at < tokens.length) {
    const digits = readDigitPiece(tokens, words, at, language);
    const [first, last] = [tokens[at], tokens[at + (digits?.length ?? 1) - 1]];
    if (first === undefined || last === undefined) break;
    const said = text.slice(first.start, first.end);
    const glued = pieces.at(-1)?.end === first.start && pieces.at(-1)?.value !== '';
    const letters = /^[A-Z]{1,6}$/.test(said) || /^[a-z]$/i.test(said) || (glued && /^[a-z]+$/i.test(said));
    const beginsOne = /^[a-z]{2}$/i.test(said) && tokens[at + 1]?.start === first.end;
    const value = digits?.readings[0] ?? (letters || beginsOne ? said.toUpperCase() : '');
    pieces.push({ value, start: first.start, end: last.end });
    at += digits?.length ?? 1;
  }
  return pieces;
}
