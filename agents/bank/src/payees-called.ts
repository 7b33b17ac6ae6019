import type { Payee } from './bank/bank.ts';

/**
 * The payees who are meant by what was said: an id, a whole name, or words that begin the name's words, without regard to case
 * and accents. A whole name beats a part: with `Anna` and `Anna Keane` in the list, `Anna` is one.
 */
export function payeesCalled(payees: readonly Payee[], said: string): readonly Payee[] {
  const byId = payees.filter((one) => one.payeeId === said);
  if (byId.length > 0) return byId;
  const words = wordsOf(said);
  if (words.length === 0) return [];
  const whole = payees.filter((one) => wordsOf(one.name).join(' ') === words.join(' '));
  if (whole.length > 0) return whole;
  return payees.filter((one) => {
    const names = wordsOf(one.name);
    return words.every((word) => names.some((name) => name.startsWith(word)));
  });
}

function wordsOf(text: string): string[] {
  return text
    .replace(/[đĐ]/gu, 'd')
    .normalize('NFD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .split(/[^\p{Letter}\p{Number}]+/u)
    .filter((word) => word !== '');
}
