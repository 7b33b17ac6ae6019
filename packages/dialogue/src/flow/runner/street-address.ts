import { findDigitRuns } from '../../entities/digits/digit-runs.ts';
import type { EntityLanguage } from '../../entities/numbers/number-words.ts';

/**
 * Whether these are the words of a street with the number of a house, and nothing else: `5 Main Street`, `it's 46 elm avenue`, `số 12 đường
 * Lê Lợi`. Its digits are no piece of a telephone number, no hour and no sum. Where more is told (`5 Main Street at noon`), or more digits
 * than houses have, it is not.
 */
export function isStreetAddress(text: string, language: EntityLanguage): boolean {
  const [house, ...others] = findDigitRuns(text, language);
  if (house === undefined || others.length > 0) return false;
  const { readings, start, end } = house;
  if ((readings[0] ?? '').length > houseDigits) return false;
  const after = text.slice(end);
  return BEFORE[language].test(text.slice(0, start)) && STREET[language].test(after) && !TIME[language].test(after);
}

const houseDigits = 5;

const BEFORE: Readonly<Record<EntityLanguage, RegExp>> = {
  en: /^\W*(?:(?:it's|it is|that's|at|i live at|i'm at|we're at|come to|(?:my|the|our) \p{L}+ is)\s+)*$/iu,
  vi: /^\W*(?:(?:ở|tại|là|số|nhà|nhà số|địa chỉ|địa chỉ là|tôi ở|em ở|dạ)\s+)*(?:\d+\/)?$/iu,
};

/** What follows the number; the street's own name has three words at most, or it would be anything that ends so. */
const STREET: Readonly<Record<EntityLanguage, RegExp>> = {
  en: /^[a-d]?,?\s+(?:[\p{L}'’.-]+\s+){1,3}(?:street|avenue|ave|road|lane|boulevard|blvd|st|rd|crescent|terrace)(?![\p{L}\d])/iu,
  vi: /^[a-d]?,?\s+(?:đường|phố|ngõ|ngách|hẻm)\s+\p{L}/iu,
};

/** A day or a time is told with it. */
const TIME: Readonly<Record<EntityLanguage, RegExp>> = {
  en: /(?<!\p{L})(?:at|noon|midnight|today|tonight|tomorrow|morning|afternoon|evening|next|\p{L}+day)(?!\p{L})/iu,
  vi: /(?<!\p{L})(?:lúc|giờ|trưa|sáng|chiều|tối|mai|hôm|ngày|thứ)(?!\p{L})/iu,
};
