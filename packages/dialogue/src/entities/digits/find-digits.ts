import type { EntityRequest, FoundEntity } from '../found-entity.ts';
import { findDigitRuns } from './digit-runs.ts';

/** Dictated digits: three and more in several pieces or written, and whatever was said when digits were asked for. */
export function findDigits(text: string, { language, asked }: EntityRequest): FoundEntity[] {
  return findDigitRuns(text, language).flatMap(({ readings: [value = ''], pieces, certain, start, end }) => {
    const isCode = asked === 'digits' || (value.length >= MIN_DIGITS && (pieces > 1 || certain));
    return isCode ? [{ kind: 'digits', value, text: text.slice(start, end), start, end }] : [];
  });
}

/** Fewer are a number of something. */
const MIN_DIGITS = 3;
