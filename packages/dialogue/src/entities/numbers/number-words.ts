import type { Token } from '../entity.ts';
import { readEnglishNumber } from './english-number.ts';
import { readVietnameseNumber } from './vietnamese-number.ts';

/** Languages whose numbers, names and values are understood. */
export type EntityLanguage = 'en' | 'vi';

/** A whole number made of words and digits. */
export interface NumberWords {
  /** 0 to 999,999,999,999,999. */
  readonly value: number;
  /** Tokens that it takes. */
  readonly length: number;
  /** It names a place in an order: `second`, `2nd`, `thứ hai`. */
  readonly ordinal: boolean;
}

/**
 * The longest whole number that starts at the token: `twenty-three`, `two hundred and five`, `a dozen`, `500k`, `2nd`; `hai mươi
 * lăm`, `một trăm linh năm`, `hai triệu rưỡi`, `2tr5`, `hai muoi lam`. Words with a second meaning (`second`, `ba`, `không`, `năm`) count
 * as numbers here; whether one is meant is for the caller of this function, who sees what stands around it.
 */
export function readNumber(tokens: readonly Token[], at: number, language: EntityLanguage): NumberWords | undefined {
  const number = language === 'vi' ? readVietnameseNumber(tokens, at) : readEnglishNumber(tokens, at);
  return number !== undefined && number.value <= MAX_VALUE ? number : undefined;
}

/** Larger ones are no numbers that are said, and could not be added exactly. */
const MAX_VALUE = 999_999_999_999_999;
