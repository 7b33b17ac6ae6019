import { digitByDigit, type English } from './english-numbers.ts';
import { type Rule, rule } from './rule.ts';

/** Fewer digits are scores, years, prices; a telephone number has 15 at most. */
const minDigits = 7;
const maxDigits = 15;

const grouped =
  /(?:\+\d{1,3}[ .-]?)?(?:\(\d{1,5}\)[ .-]?)?\d{1,15}(?:[ .-]\d{2,6}){0,5}(?:\s?(?:x|ext\.?|extension)\s?(\d{1,6}))?/;

export function telephoneRules(english: English): {
  readonly digits: readonly Rule[];
  readonly signs: readonly Rule[];
} {
  const numbers = rule(grouped, ([all, extension], { before }) => {
    const main = all.replace(/\s?(?:x|ext\.?|extension)\s?\d+$/, '');
    const groups = main.match(/\d+/g) ?? [];
    const length = groups.join('').length;
    if (length < minDigits || length > maxDigits) return undefined;
    const sign = main.startsWith('+') ? 'plus ' : '';
    if (groups.length === 1) {
      const said = sign === '' ? lone(main, before, english) : threes(main.slice(1), english);
      return said === undefined ? undefined : sign + said;
    }
    // "1 234 567" is a number with blanks, "2024 2025 2026" are years; a telephone number's groups are of unequal length
    // or begin with a nought or a bracket.
    if (
      sign === '' &&
      !/[(-]/.test(main) &&
      !main.startsWith('0') &&
      /^\d{1,3}(?: \d{3})+$/.test(main) &&
      length < 10
    ) {
      return undefined;
    }
    const said = groups.map((group) => digitByDigit(group, english)).join(', ');
    return `${sign}${said}${extension === undefined ? '' : `, extension ${digitByDigit(extension, english)}`}`;
  });
  return {
    digits: [
      // A code, a PIN or an emergency number has no more meaning as a quantity.
      rule(/\d{3,8}/, ([all], { before }) => (readOut.has(before) ? digitByDigit(all, english) : undefined)),
      // "Room 204" is "two oh four".
      // The number on a card.
      rule(/\d{4}(?:[ -]\d{4}){2,3}/, ([all]) =>
        (all.match(/\d{4}/g) ?? []).map((group) => digitByDigit(group, english)).join(', '),
      ),
      rule(/\d{3}/, ([all], { before }) => (rooms.has(before) ? room(all) : undefined)),
      numbers,
    ],
    signs: [numbers],
  };
}

const readOut = new Set('call dial code pin otp passcode password zip postcode cvv ending extension ext id'.split(' '));
const rooms = new Set('room flight suite apartment gate route highway'.split(' '));

function room(digits: string): string {
  return digitByDigit(digits, 'us').replaceAll('zero', 'oh');
}

function lone(digits: string, before: string, english: English): string | undefined {
  // 1,500,000 without its commas is a quantity; anything less round is somebody's number.
  if (digits.length < 10 && /000$/.test(digits) && before !== 'number') return undefined;
  const groups =
    digits.length === 10
      ? [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6)]
      : digits.length === 7
        ? [digits.slice(0, 3), digits.slice(3)]
        : undefined;
  if (groups === undefined) return threes(digits, english);
  return groups.map((group) => digitByDigit(group, english)).join(', ');
}

/** A number written without its groups. */
function threes(digits: string, english: English): string {
  return (digits.match(/\d{1,3}/g) ?? []).map((group) => digitByDigit(group, english)).join(', ');
}
