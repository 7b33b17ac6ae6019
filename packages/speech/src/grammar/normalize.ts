/**
 * A phrase as its spoken words in lower case: punctuation gone, digits written out ("3 p.m." is `three pm`). The same
 * form is what the recogniser answers with.
 */
export function spokenWords(phrase: string): string[] {
  return phrase
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[‘’ʼ]/g, "'")
    .replace(/đ/g, 'd')
    .replace(/\b([ap])\.\s?m\b\.?/g, '$1m')
    .replace(/(\d)\s*([ap]m)\b/g, '$1 $2')
    .replace(/\b(\d{1,2}):(\d\d)\b/g, (_all, hour: string, minute: string) => ` ${clock(hour, minute)} `)
    .replace(/\$(\d+)/g, '$1 dollars')
    .replace(/(\d+)(?:st|nd|rd|th)\b/g, (_all, number: string) => ordinal(Number(number)))
    .replace(/\d+/g, (number) => ` ${cardinal(number)} `)
    .replace(/&/g, ' and ')
    .replace(/[^a-z' ]+/g, ' ')
    .split(' ')
    .map((word) => word.replace(/^'+|'+$/g, ''))
    .filter((word) => word !== '');
}

const SMALL = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
  'thirteen',
  'fourteen',
  'fifteen',
  'sixteen',
  'seventeen',
  'eighteen',
  'nineteen',
];
const TENS = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];
const ORDINALS: Readonly<Record<string, string>> = {
  one: 'first',
  two: 'second',
  three: 'third',
  five: 'fifth',
  eight: 'eighth',
  nine: 'ninth',
  twelve: 'twelfth',
};

/** Up to 99 as a number, anything longer digit by digit: telephone numbers, codes, rooms. */
function cardinal(digits: string): string {
  if (digits.length > 2 || (digits.length === 2 && digits.startsWith('0'))) {
    return [...digits].map((digit) => SMALL[Number(digit)]).join(' ');
  }
  return belowHundred(Number(digits));
}

function belowHundred(number: number): string {
  if (number < 20) return SMALL[number] ?? '';
  const unit = number % 10;
  return unit === 0 ? (TENS[number / 10] ?? '') : `${TENS[Math.floor(number / 10)]} ${SMALL[unit]}`;
}

function ordinal(number: number): string {
  if (number > 99) return cardinal(String(number));
  const words = belowHundred(number).split(' ');
  const last = words.pop() ?? '';
  words.push(ORDINALS[last] ?? (last.endsWith('y') ? `${last.slice(0, -1)}ieth` : `${last}th`));
  return words.join(' ');
}

function clock(hour: string, minute: string): string {
  if (minute === '00') return belowHundred(Number(hour));
  return `${belowHundred(Number(hour))} ${minute.startsWith('0') ? 'oh ' : ''}${belowHundred(Number(minute))}`;
}
