import parsePhoneNumber from 'libphonenumber-js';
import { baseLanguage, formatterOf } from './formatter.ts';

/* Numbers, money, telephone numbers and codes as people write them, by language. What is none of these comes back undefined. */

/** `$20.50`, `€20`, `1.500.000 đồng`, `80 USD` in Vietnamese. The value is `{ amount, currency }`, or a number with the currency beside it. */
export function sayMoney(value: unknown, currency: unknown, language: string): string | undefined {
  const money = moneyIn(value, currency);
  if (money === undefined) return undefined;
  if (baseLanguage(language) === 'vi' && money.currency === 'VND') return `${sayNumber(money.amount, language)} đồng`;
  const currencyDisplay = displayOf(money.currency, baseLanguage(language));
  const formatter = formatterOf(numberFormatters, language, money.currency, (tag) => {
    const trailingZeroDisplay = 'stripIfInteger';
    return new Intl.NumberFormat(tag, {
      style: 'currency',
      currency: money.currency,
      currencyDisplay,
      trailingZeroDisplay,
    });
  });
  return plainBlanks(formatter.format(money.amount));
}

/** An American's dollar needs no "US" in any English; other dollars keep their country. Vietnamese writes `80 USD`, and no sign. */
function displayOf(currency: string, language: string): 'narrowSymbol' | 'symbol' | 'code' {
  if (language === 'vi') return 'code';
  return currency === 'USD' && language === 'en' ? 'narrowSymbol' : 'symbol';
}

/** `1,500`, `1.500`. */
export function sayNumber(value: unknown, language: string): string | undefined {
  const number = numberIn(value);
  if (number === undefined) return undefined;
  const formatter = formatterOf(numberFormatters, language, 'number', (tag) => new Intl.NumberFormat(tag));
  return plainBlanks(formatter.format(number));
}

/** As it is dialled in the country of the language, with the country's code from elsewhere: `(415) 555-1234`, `+44 20 7946 0000`. */
export function sayPhone(value: unknown, language: string): string | undefined {
  if (typeof value !== 'string' || value.length > 40) return undefined;
  const region = regionOf(language);
  const number = parsePhoneNumber(value, region === undefined ? {} : { defaultCallingCode: region.callingCode });
  if (number === undefined) return undefined;
  const isHome = region !== undefined && number.countryCallingCode === region.callingCode;
  return isHome ? number.formatNational() : number.formatInternational();
}

/** Letter by letter, digit by digit: `A B 1 2`. */
export function spell(text: string): string {
  return [...text.toUpperCase()].filter((character) => /\S/.test(character)).join(' ');
}

/** The number that a slot or a template's text is. */
export function numberIn(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  return typeof value === 'string' && /^[+-]?\d{1,15}(?:\.\d{1,15})?$/.test(value.trim()) ? Number(value) : undefined;
}

function moneyIn(value: unknown, currency: unknown): { amount: number; currency: string } | undefined {
  if (typeof value === 'object' && value !== null && 'amount' in value) {
    return moneyIn(value.amount, 'currency' in value ? value.currency : currency);
  }
  const amount = numberIn(value);
  const isCurrency = typeof currency === 'string' && /^[A-Z]{3}$/.test(currency);
  return amount === undefined || !isCurrency ? undefined : { amount, currency };
}

/** Intl parts numbers from signs with blanks that do not break, which the spoken form takes for letters. */
function plainBlanks(text: string): string {
  return text.replace(/[\u00a0\u202f]/g, ' ');
}

/** The country that a language is spoken in when it names none, and its calling code. */
function regionOf(language: string): { readonly callingCode: string } | undefined {
  const callingCode = callingCodes[language] ?? callingCodes[baseLanguage(language)];
  return callingCode === undefined ? undefined : { callingCode };
}

const callingCodes: Readonly<Record<string, string>> = {
  en: '1',
  'en-GB': '44',
  'en-AU': '61',
  'en-NZ': '64',
  'en-IE': '353',
  'en-IN': '91',
  'en-SG': '65',
  'en-ZA': '27',
  vi: '84',
};

const numberFormatters = new Map<string, Intl.NumberFormat>();
