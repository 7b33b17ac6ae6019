/** "and" before the tens ("one hundred and five") is British; Americans leave it out. */
export type English = 'us' | 'gb';

const small = (
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen ' +
  'eighteen nineteen'
).split(' ');
const tens = ' ten twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const scales = ['', 'thousand', 'million', 'billion', 'trillion', 'quadrillion'];

/** The greatest number that has a name here; longer ones are said digit by digit. */
const maxDigits = 18;

/** @param digits digits only, no sign, no separators */
export function cardinal(digits: string, english: English): string {
  const plain = digits.replace(/^0+(?=\d)/, '');
  if (plain.length > maxDigits) return digitByDigit(digits, english);
  const groups: string[] = [];
  for (let end = plain.length; end > 0; end -= 3) groups.push(plain.slice(Math.max(0, end - 3), end));
  const parts: string[] = [];
  for (const [index, group] of [...groups.entries()].toReversed()) {
    const value = Number(group);
    if (value === 0) continue;
    const and = english === 'gb' && index === 0 && value < 100 && parts.length > 0 ? 'and ' : '';
    parts.push(`${and}${belowThousand(value, english)}${index === 0 ? '' : ` ${scales[index]}`}`);
  }
  return parts.length === 0 ? 'zero' : parts.join(' ');
}

export function ordinal(digits: string, english: English): string {
  const words = cardinal(digits, english);
  const [, head = '', last = ''] = /^(.*?)([a-z]+)$/.exec(words) ?? [];
  const irregular = irregularOrdinals.get(last);
  return head + (irregular ?? (last.endsWith('y') ? `${last.slice(0, -1)}ieth` : `${last}th`));
}

/** "2026" as people say it: "twenty twenty-six". */
export function year(digits: string, english: English): string {
  const value = Number(digits);
  if (digits.length !== 4 || value < 1000) return cardinal(digits, english);
  const [century, rest] = [Math.floor(value / 100), value % 100];
  if (century % 10 === 0 && rest < 10) return cardinal(digits, english);
  if (rest === 0) return `${belowThousand(century, english)} hundred`;
  return `${belowThousand(century, english)} ${rest < 10 ? `oh ${small[rest]}` : belowThousand(rest, english)}`;
}

/** "3.05": "three point zero five". */
export function decimal(whole: string, fraction: string, english: English): string {
  return `${cardinal(whole === '' ? '0' : whole, english)} point ${digitByDigit(fraction, 'us')}`;
}

export function digitByDigit(digits: string, english: English): string {
  const zero = english === 'gb' ? 'oh' : 'zero';
  return [...digits].map((digit) => (digit === '0' ? zero : (small[Number(digit)] ?? ''))).join(' ');
}

/** "3/4": "three quarters"; undefined when nobody says it so. */
export function fraction(numerator: number, denominator: number, english: English): string | undefined {
  if (denominator < 2 || denominator > 100 || numerator < 1) return undefined;
  const one = numerator === 1;
  const part =
    denominator === 2
      ? one
        ? 'half'
        : 'halves'
      : denominator === 4
        ? `quarter${one ? '' : 's'}`
        : `${ordinal(String(denominator), english)}${one ? '' : 's'}`;
  return `${one ? (denominator === 2 ? 'a' : 'one') : cardinal(String(numerator), english)} ${part}`;
}

/** "twenties", "nineteen nineties". */
export function decade(digits: string, english: English): string {
  const words = digits.length === 4 ? year(digits, english) : cardinal(digits, english);
  return words.endsWith('y') ? `${words.slice(0, -1)}ies` : `${words}s`;
}

const irregularOrdinals = new Map([
  ['one', 'first'],
  ['two', 'second'],
  ['three', 'third'],
  ['five', 'fifth'],
  ['eight', 'eighth'],
  ['nine', 'ninth'],
  ['twelve', 'twelfth'],
]);

function belowThousand(value: number, english: English): string {
  if (value >= 100) {
    const rest = value % 100;
    const hundreds = `${small[Math.floor(value / 100)]} hundred`;
    return rest === 0 ? hundreds : `${hundreds}${english === 'gb' ? ' and' : ''} ${belowThousand(rest, english)}`;
  }
  if (value < 20) return small[value] ?? '';
  const unit = value % 10;
  return `${tens[Math.floor(value / 10)]}${unit === 0 ? '' : `-${small[unit]}`}`;
}
