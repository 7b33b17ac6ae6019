import { englishMeanings } from './meanings-en.ts';
import { vietnameseMeanings } from './meanings-vi.ts';
import type { NameLanguage } from './name-letters.ts';
import type { NumberKind } from './numbers.ts';

/** What the number is said to mean, as one or two spoken sentences; undefined for a number that the kind does not have. */
export function meaningOf(kind: NumberKind, value: number, language: NameLanguage): string | undefined {
  const texts: Readonly<Record<number, string>> = (language === 'vi' ? vietnameseMeanings : englishMeanings)[kind];
  return texts[value];
}

/** How the number is called. */
export function kindName(kind: NumberKind, language: NameLanguage): string {
  return kindNames[language][kind];
}

/** To be said once in a conversation. */
export const disclaimers: Readonly<Record<NameLanguage, string>> = {
  en: 'Numerology is for fun: it is a game with numbers, not advice.',
  vi: 'Thần số học chỉ để vui thôi bạn nhé: một trò chơi với con số, không phải lời khuyên.',
};

const kindNames: Readonly<Record<NameLanguage, Readonly<Record<NumberKind, string>>>> = {
  en: {
    life_path: 'life path',
    birthday: 'birthday number',
    expression: 'expression number',
    soul_urge: 'soul urge',
    personality: 'personality number',
    personal_year: 'personal year',
    personal_month: 'personal month',
  },
  vi: {
    life_path: 'số chủ đạo',
    birthday: 'số ngày sinh',
    expression: 'số sứ mệnh',
    soul_urge: 'số linh hồn',
    personality: 'số nhân cách',
    personal_year: 'năm cá nhân',
    personal_month: 'tháng cá nhân',
  },
};
