import { CURRENCY_WORDS, SYMBOLS } from '../money/currencies.ts';

/** Is the run of digits a sum of money: written with its cents, or beside a currency? */
export function isSum(text: string, start: number, end: number): boolean {
  if (/^\d+[.,]\d{1,2}$/.test(text.slice(start, end))) return true;
  const after = text.slice(end).trimStart().toLowerCase();
  const [word = ''] = /^[\p{L}\p{M}]+/u.exec(after) ?? [];
  const before = text.slice(0, start).trimEnd();
  return CURRENCY_WORDS.has(word) || SYMBOLS.has(after.slice(0, 1)) || SYMBOLS.has(before.slice(-1));
}
