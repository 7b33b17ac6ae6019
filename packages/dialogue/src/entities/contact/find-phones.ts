import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
  validatePhoneNumberLength,
} from 'libphonenumber-js/min';
import { findDigitRuns } from '../digits/digit-runs.ts';
import type { EntityRequest, FoundEntity } from '../found-entity.ts';

/**
 * Telephone numbers that exist by their country's plan, in E.164. Where one was asked for, the beginning of one is reported as
 * `partial`, with its digits, and digits as many as a number has are one: plans change, and what was heard is read back. Digits
 * that can never become a number are not reported.
 */
export function findPhones(text: string, { language, region, asked }: EntityRequest): FoundEntity[] {
  const country = isSupportedCountry(region) ? region : undefined;
  const found: FoundEntity[] = [];
  for (const { readings, plus, start, end } of findDigitRuns(text, language)) {
    const place = { text: text.slice(start, end), start, end };
    const dialled = readings.map((digits) => (plus ? `+${digits}` : digits));
    const trusted = asked === 'phone' || plus || country === undefined || isDialled(readings[0] ?? '', country);
    const valid = !trusted ? undefined : dialled.flatMap((digits) => numberOf(digits, country) ?? [])[0];
    if (valid !== undefined) found.push({ kind: 'phone', value: valid, ...place });
    else if (asked === 'phone') {
      const begun = dialled.find((digits) => isBeginning(digits, country));
      const possible = dialled.flatMap((digits) => numberOf(digits, country, 'possible') ?? [])[0];
      if (begun !== undefined && !isHour(begun, text.slice(end)))
        found.push({ kind: 'partial', of: 'phone', value: begun, ...place });
      else if (possible !== undefined) found.push({ kind: 'phone', value: possible, ...place });
    }
  }
  return found;
}

/** Digits that nobody asked for are a number only with what is dialled before it, where something is. */
function isDialled(digits: string, country: CountryCode): boolean {
  return digits.startsWith('0') || getCountryCallingCode(country) === '1' || WITHOUT_TRUNK.has(country);
}

function numberOf(
  digits: string,
  country: CountryCode | undefined,
  least: 'valid' | 'possible' = 'valid',
): string | undefined {
  if (digits.length < MIN_DIGITS || digits.length > MAX_DIGITS) return undefined;
  const parsed = parsePhoneNumberFromString(digits, { ...(country && { defaultCountry: country }), extract: false });
  if (parsed === undefined) return undefined;
  return (least === 'valid' ? parsed.isValid() : parsed.isPossible()) ? parsed.number : undefined;
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
/** Countries where a number is dialled without a digit before it. */
const WITHOUT_TRUNK = new Set<string>(['CZ', 'DK', 'ES', 'GR', 'HK', 'IT', 'LU', 'NO', 'PL', 'PT', 'SG']);
