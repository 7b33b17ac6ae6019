import { type Entity, entityOf, type Token, tokenize } from './entity.ts';
import { digitOf, readCardinal } from './numbers.ts';

/** The fewest and the most digits of a telephone number (E.164 allows 15). */
export const PHONE_DIGITS = { min: 7, max: 15 } as const;

/**
 * Runs of dictated digits: `four one five`, `double five`, `oh`, `415-555`, `fifty five`. Fillers within a run are
 * skipped. The value is the digits; a run may be a piece of a number.
 */
export function findDigitStrings(text: string): Entity<string>[] {
  const tokens = tokenize(text);
  const found: Entity<string>[] = [];
  let at = 0;
  while (at < tokens.length) {
    let digits = '';
    let end = at;
    for (let next = readDigits(tokens, at); next !== undefined; ) {
      digits += next.digits;
      end = next.next;
      next = readDigits(tokens, skipFillers(tokens, end));
    }
    if (digits === '') at += 1;
    else {
      found.push(entityOf(text, tokens, at, end, digits));
      at = end;
    }
  }
  return found;
}

/** The last whole telephone number of the utterance (7 to 15 digits), as digits. A corrected number comes last. */
export function findPhoneNumber(text: string): Entity<string> | undefined {
  return findDigitStrings(text).findLast(
    ({ value }) => value.length >= PHONE_DIGITS.min && value.length <= PHONE_DIGITS.max,
  );
}

/** Digits in the groups people read them in: `4155551234` gives `415`, `555`, `1234`. */
export function phoneGroups(digits: string): string[] {
  if (digits.length <= 4) return [digits];
  const tail = digits.slice(-4);
  const head = digits.slice(0, -4);
  const first = head.length % 3;
  const groups = first === 0 ? [] : [head.slice(0, first)];
  for (let at = first; at < head.length; at += 3) groups.push(head.slice(at, at + 3));
  return [...groups, tail];
}

function readDigits(tokens: readonly Token[], at: number): { digits: string; next: number } | undefined {
  const word = tokens[at]?.text ?? '';
  if (/^\d+$/.test(word)) return { digits: word, next: at + 1 };
  const times = word === 'double' ? 2 : word === 'triple' || word === 'treble' ? 3 : 1;
  if (times > 1) {
    const repeated = tokens[at + 1]?.text ?? '';
    const digit = /^\d$/.test(repeated) ? Number(repeated) : digitOf(repeated);
    return digit === undefined ? undefined : { digits: String(digit).repeat(times), next: at + 2 };
  }
  const digit = digitOf(word);
  if (digit !== undefined) {
    return tokens[at + 1]?.text === 'hundred'
      ? { digits: `${digit}00`, next: at + 2 }
      : { digits: String(digit), next: at + 1 };
  }
  const pair = readCardinal(tokens, at);
  return pair === undefined ? undefined : { digits: String(pair.value), next: pair.next };
}

function skipFillers(tokens: readonly Token[], at: number): number {
  let next = at;
  while (FILLERS.has(tokens[next]?.text ?? '')) next += 1;
  return next;
}

const FILLERS = new Set(['and', 'uh', 'um', 'er', 'dash', 'then', 'space', 'dot']);
