import { type CalendarDate, compareDates, isoDateOf, isRealDate } from '@parley/dialogue/entities/zoned-time.ts';
import { type NameLanguage, type NameLetter, nameLetters } from './name-letters.ts';
import { NumerologyError } from './numerology-error.ts';
import { addParts, reduceNumber, reducePart, type Step, type WorkingPart } from './reduce.ts';

export const numberKinds = [
  'life_path',
  'birthday',
  'expression',
  'soul_urge',
  'personality',
  'personal_year',
  'personal_month',
] as const;
export type NumberKind = (typeof numberKinds)[number];

/** A number and the whole of its arithmetic. */
export interface NumerologyNumber {
  readonly kind: NumberKind;
  /** 1–9; 11, 22 and 33 too, except for the personal year and month. */
  readonly value: number;
  /** The parts one after another; the last one's value is the number. */
  readonly working: readonly WorkingPart[];
}

/**
 * Life path: day, month and year of birth are each reduced by themselves, then added and reduced. Master numbers are kept
 * in all three and in the result.
 */
export function lifePath(birth: CalendarDate): NumerologyNumber {
  checkDate(birth);
  const parts = [
    reducePart('day', birth.day, 'kept'),
    reducePart('month', birth.month, 'kept'),
    reducePart('year', birth.year, 'kept'),
  ];
  return numberOf('life_path', [...parts, addParts(parts, 'kept')]);
}

/** Birthday number: the day of the month, reduced; 11 and 22 are kept, and the 29th is 11. */
export function birthdayNumber(birth: CalendarDate): NumerologyNumber {
  checkDate(birth);
  return numberOf('birthday', [reducePart('day', birth.day, 'kept')]);
}

/** Expression: all letters of the full name. Each word is added and reduced, then the words; master numbers are kept in both. */
export function expression(name: string, language: NameLanguage): NumerologyNumber {
  return ofName('expression', name, language, () => true);
}

/** Soul urge: as the expression, but the vowels only. @throws NumerologyError `name_without_vowels` too */
export function soulUrge(name: string, language: NameLanguage): NumerologyNumber {
  return ofName('soul_urge', name, language, (letter) => letter.vowel);
}

/** Personality: as the expression, but the consonants only. @throws NumerologyError `name_without_consonants` too */
export function personality(name: string, language: NameLanguage): NumerologyNumber {
  return ofName('personality', name, language, (letter) => !letter.vowel);
}

/**
 * Personal year: day and month of birth and the calendar year in question, each reduced, then added and reduced. It is a
 * place in a circle of nine years, so master numbers are reduced everywhere: 1–9.
 */
export function personalYear(birth: CalendarDate, year: number): NumerologyNumber {
  checkDate(birth);
  checkDate({ year, month: 1, day: 1 });
  const parts = [
    reducePart('day', birth.day, 'reduced'),
    reducePart('month', birth.month, 'reduced'),
    reducePart('calendar_year', year, 'reduced'),
  ];
  return numberOf('personal_year', [...parts, addParts(parts, 'reduced')]);
}

/** Personal month: the personal year and the calendar month (1–12) reduced, added and reduced: 1–9, as the personal year. */
export function personalMonth(birth: CalendarDate, year: number, month: number): NumerologyNumber {
  checkDate({ year, month, day: 1 });
  const ofYear = personalYear(birth, year);
  const parts: readonly WorkingPart[] = [
    {
      of: 'personal_year',
      from: String(year),
      steps: [{ type: 'kept', value: ofYear.value, master: false }],
      value: ofYear.value,
    },
    reducePart('calendar_month', month, 'reduced'),
  ];
  // The year's own sum is part of the working, but is not added a second time.
  return numberOf('personal_month', [...ofYear.working, ...parts, addParts(parts, 'reduced')]);
}

/**
 * A date of birth from `YYYY-MM-DD`.
 *
 * @param today the latest date of birth there can be
 * @throws NumerologyError `date_impossible`, `date_in_future`
 */
export function readBirthDate(text: string, today: CalendarDate): CalendarDate {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/u.exec(text) ?? [];
  const date = { year: Number(year), month: Number(month), day: Number(day) };
  checkDate(date);
  if (compareDates(date, today) > 0) {
    throw new NumerologyError('date_in_future', `${text} has not come yet; ask for the date of birth again.`);
  }
  return date;
}

/** The years that people give as dates of birth or ask about; a year of two digits is not one. */
const EARLIEST_YEAR = 1000;
const LATEST_YEAR = 9999;

function checkDate(date: CalendarDate): void {
  const whole = [date.year, date.month, date.day].every(Number.isInteger);
  if (!whole || date.year < EARLIEST_YEAR || date.year > LATEST_YEAR || !isRealDate(date)) {
    const shown = whole ? isoDateOf(date) : 'What was given';
    throw new NumerologyError(
      'date_impossible',
      `${shown} is not a day of the calendar; ask for day, month and year again.`,
    );
  }
}

function ofName(
  kind: 'expression' | 'soul_urge' | 'personality',
  name: string,
  language: NameLanguage,
  counts: (letter: NameLetter) => boolean,
): NumerologyNumber {
  const parts: WorkingPart[] = [];
  for (const { word, letters } of nameLetters(name, language)) {
    const counted = letters.filter(counts);
    // A word without vowels adds nothing to the soul urge: it is left out, as if it were 0.
    if (counted.length > 0) parts.push(wordPart(word, counted));
  }
  if (parts.length === 0) {
    throw kind === 'soul_urge'
      ? new NumerologyError('name_without_vowels', 'No letter of the name is a vowel; ask for the full name.')
      : new NumerologyError('name_without_consonants', 'No letter of the name is a consonant; ask for the full name.');
  }
  return numberOf(kind, parts.length === 1 ? parts : [...parts, addParts(parts, 'kept')]);
}

function wordPart(word: string, letters: readonly NameLetter[]): WorkingPart {
  const total = letters.reduce((sum, letter) => sum + letter.value, 0);
  const { value, steps } = reduceNumber(total, 'kept');
  const [first] = steps;
  const rest: readonly Step[] = first?.type === 'kept' && !first.master ? [] : steps;
  const added = letters.map((one) => ({ letter: one.letter, value: one.value }));
  return { of: 'word', from: word, steps: [{ type: 'letters', word, letters: added, total }, ...rest], value };
}

function numberOf(kind: NumberKind, working: readonly WorkingPart[]): NumerologyNumber {
  return { kind, value: working.at(-1)?.value ?? 0, working };
}
