/**
 * The sentence with card numbers, IBANs and account numbers cut down to their last four. Digits spoken as words are found as
 * well. Telephone numbers, dates and amounts stay.
 *
 * @param mayBeSaid asked with the number without blanks: yes lets it be said in full
 */
export function maskNumbers(sentence: string, language: string, mayBeSaid: (value: string) => boolean): string {
  const isVietnamese = language.toLowerCase().startsWith('vi');
  const speaksOfAccounts = accountWords.test(sentence.normalize('NFC'));
  const ending = (value: string) => `${isVietnamese ? 'có bốn số cuối' : 'ending in'} ${value.slice(-4)}`;
  const mask = (written: string, value: string, isSecret: boolean) =>
    isSecret && !mayBeSaid(value) ? ending(value) : written;
  return sentence
    .normalize('NFC')
    .replace(ibans, (written) => {
      const value = written.replace(/[ -]/g, '').toUpperCase();
      return mask(written, value, isIban(value));
    })
    .replace(digitRuns, (written) => {
      const value = written.replace(/\D/g, '');
      return mask(written, value, isSecretNumber(value, speaksOfAccounts && !written.startsWith('+')));
    })
    .replace(isVietnamese ? vietnameseRuns : englishRuns, (written) => {
      const value = digitsOf(written);
      return mask(written, value, isSecretNumber(value, speaksOfAccounts));
    });
}

/** Card numbers have a check digit; whether other digits are an account only the words around them tell. */
function isSecretNumber(digits: string, speaksOfAccounts: boolean): boolean {
  if (digits.length >= 13 && digits.length <= 19 && isLuhn(digits)) return true;
  return speaksOfAccounts && digits.length >= 6 && digits.length <= 19;
}

const accountWords =
  /\b(?:account|card|iban|sort code|routing)\b|tài khoản|số thẻ|thẻ (?:tín dụng|ghi nợ|ngân hàng)|\bstk\b/iu;
/** Six to nineteen digits, with blanks and dashes between them or dots between fours; no date, amount or decimal. */
const digitRuns =
  /\+?(?<![\d.,:£$€¥])(?!\d{4}-\d\d-\d\d(?!\d))(?:\d{4,}(?:\.\d{4})+|\d(?:[ -]?\d){5,18})(?![\d:]|[.,]\d)/g;
const ibans = /\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,4})?\b/g;

const words: Readonly<Record<string, string>> = {
  zero: '0',
  oh: '0',
  one: '1',
  two: '2',
  three: '3',
  four: '4',
  five: '5',
  six: '6',
  seven: '7',
  eight: '8',
  nine: '9',
  không: '0',
  một: '1',
  hai: '2',
  ba: '3',
  bốn: '4',
  năm: '5',
  sáu: '6',
  bảy: '7',
  bẩy: '7',
  tám: '8',
  chín: '9',
};
const englishRuns = runsOf(['zero', 'oh', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']);
const vietnameseRuns = runsOf(Object.keys(words).slice(11));

/** Six digits and more in words. */
function runsOf(names: readonly string[]): RegExp {
  const name = `(?:${names.join('|')})`;
  return new RegExp(`(?<![\\p{L}])${name}(?:[ ,.-]{1,2}${name}){5,18}(?![\\p{L}])`, 'giu');
}

function digitsOf(written: string): string {
  return written
    .toLowerCase()
    .split(/[ ,.-]+/)
    .map((word) => words[word] ?? '')
    .join('');
}

function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** ISO 13616: the rest by 97 is one. */
function isIban(value: string): boolean {
  if (value.length < 15 || value.length > 34) return false;
  let rest = 0;
  for (const character of value.slice(4) + value.slice(0, 4)) {
    for (const digit of String(Number.parseInt(character, 36))) rest = (rest * 10 + Number(digit)) % 97;
  }
  return rest === 1;
}
