import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
  validatePhoneNumberLength,
} from 'libphonenumber-js/min';
import { findDigitRuns } from '../digits/digit-runs.ts';
import type { EntityRequest, FoundEntity } from '../found-entity.ts';
import type { EntityLanguage } from '../numbers/number-words.ts';

/**
 * Telephone numbers that exist by the plan of the agent's country, or else of the country whose language is spoken, in E.164. Where
 * one was asked for, the beginning of one is reported as `partial`, with its digits. Digits that can never become a number are not
 * reported, as long as they may be: nobody could be called on them. In North America a number is told by its form, since area codes
 * are given out all the time.
 */
export function findPhones(text: string, { language, region, asked }: EntityRequest): FoundEntity[] {
  const country = isSupportedCountry(region) ? region : undefined;
  const countries = [...new Set([country, COUNTRY_OF[language] ?? country])];
  const found: FoundEntity[] = [];
  for (const { readings, plus, start, end } of findDigitRuns(text, language)) {
    const place = { text: text.slice(start, end), start, end };
    const dialled = readings.map((digits) => (plus ? `+${digits}` : digits));
    const trusted = countries.filter(
      (one) => asked === 'phone' || plus || one === undefined || isDialled(readings[0] ?? '', one),
    );
    const valid = trusted.flatMap((one) => dialled.flatMap((digits) => numberOf(digits, one) ?? []))[0];
    const formed = asked === 'phone' ? dialled.flatMap((digits) => northAmerican(digits, country) ?? [])[0] : undefined;
    const value = valid ?? formed;
    if (value !== undefined) found.push({ kind: 'phone', value, ...place });
    else if (asked === 'phone') {
      const begun = dialled.find((digits) => countries.some((one) => isBeginning(digits, one)));
      if (begun !== undefined && !isHour(begun, text.slice(end)))
        found.push({ kind: 'partial', of: 'phone', value: begun, ...place });
    }
  }
  return found;
}

/** Digits that nobody asked for are a number only with what is dialled before it, where something is. */
function isDialled(digits: string, country: CountryCode): boolean {
  return digits.startsWith('0') || getCountryCallingCode(country) === '1' || WITHOUT_TRUNK.has(country);
}

function numberOf(digits: string, country: CountryCode | undefined): string | undefined {
  if (digits.length < MIN_DIGITS || digits.length > MAX_DIGITS) return undefined;
  const parsed = parsePhoneNumberFromString(digits, { ...(country && { defaultCountry: country }), extract: false });
  return parsed?.isValid() === true ? parsed.number : undefined;
}

/** `212 555 0123` by its form, though its area code may be newer than the tables: neither area nor exchange begins with 0 or 1. */
function northAmerican(digits: string, country: CountryCode | undefined): string | undefined {
  if (country === undefined || getCountryCallingCode(country) !== '1') return undefined;
  const [, national] = /^(?:\+?1)?([2-9]\d\d[2-9]\d{6})$/.exec(digits) ?? [];
  return national === undefined ? undefined : `+1${national}`;
}

function isBeginning(digits: string, country: CountryCode | undefined): boolean {
  if (digits.length > MAX_DIGITS) return false;
  const wrong = validatePhoneNumberLength(digits, country);
  // A number as it is dialled within a town has the length of one, and is none.
  return wrong === 'TOO_SHORT' || (wrong !== 'TOO_LONG' && digits.length < LOCAL_DIGITS);
}

/** "4 pm": an hour is no beginning of a number. */
function isHour(digits: string, after: string): boolean {
  return digits.length <= 2 && /^\s*(?:[ap]\.?\s?m\b|o'?\s?clock\b|giờ(?!\p{L}))/iu.test(after);
}

/** Numbers of countries have seven digits and more with their area; E.164 has fifteen, and people dial up to four before them. */
const MIN_DIGITS = 6;
const MAX_DIGITS = 20;
const LOCAL_DIGITS = 9;
/** The one country where a language is spoken; English is in too many. */
const COUNTRY_OF: Partial<Record<EntityLanguage, CountryCode>> = { vi: 'VN' };
/** Countries where a number is dialled without a digit before it. */
const WITHOUT_TRUNK = new Set<string>(['CZ', 'DK', 'ES', 'GR', 'HK', 'IT', 'LU', 'NO', 'PL', 'PT', 'SG']);
