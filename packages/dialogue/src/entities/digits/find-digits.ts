import type { EntityRequest, FoundEntity } from '../found-entity.ts';
import { findDigitRuns } from './digit-runs.ts';
import { isSum } from './sums.ts';

/**
 * Dictated digits: three and more in several pieces or written, and whatever was said when digits were asked for. A sum is no
 * code: `12.50` and `1250 euros` use up nobody's try of a PIN.
 */
export function findDigits(text: string, { language, asked }: EntityRequest): FoundEntity[] {
  return findDigitRuns(text, language).flatMap(({ readings: [value = ''], pieces, certain, start, end }) => {
    const isCode = asked === 'digits' || (value.length >= MIN_DIGITS && (pieces > 1 || certain));
    if (!isCode || isSum(text, start, end)) return [];
    return [{ kind: 'digits', value, text: text.slice(start, end), start, end }];
  });
}

/** Fewer are a number of something. */
const MIN_DIGITS = 3;
