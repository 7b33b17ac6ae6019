import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainNumber } from './explain.ts';
import { kindName, meaningOf } from './meaning.ts';
import { foldName, type NameLanguage } from './name-letters.ts';
import {
  birthdayNumber,
  expression,
  lifePath,
  type NumerologyNumber,
  personality,
  personalMonth,
  personalYear,
  readBirthDate,
  soulUrge,
} from './numbers.ts';
import { masterNumbers } from './reduce.ts';

/** Name, expression, soul urge, personality; worked out by hand beside each. */
type NameRow = readonly [string, number, number, number];

const englishNames: readonly NameRow[] = [
  ['Mary', 3, 8, 4], // 4+1+9+7=21, 3; A1+Y7=8; 4+9=13, 4
  ['John', 2, 6, 5], // 1+6+8+5=20, 2; O6; 1+8+5=14, 5
  ['Ann', 11, 1, 1], // 1+5+5=11; A1; 5+5=10, 1
  ['Lynn', 2, 7, 4], // 3+7+5+5=20, 2; Y7, the only vowel; 3+5+5=13, 4
  ['Joy', 5, 6, 8], // 1+6+7=14, 5; O6; J1+Y7=8, the Y glides
  ['Bryan', 6, 8, 7], // 2+9+7+1+5=24, 6; Y7+A1=8; 2+9+5=16, 7
  ['Tanya', 7, 2, 5], // 2+1+5+7+1=16, 7; 1+1=2; 2+5+Y7=14, 5
  ['Yolanda', 9, 8, 1], // 7+6+3+1+5+4+1=27, 9; 6+1+1=8; Y7+3+5+4=19, 10, 1
  ['Yvonne', 5, 9, 5], // 7+4+6+5+5+5=32, 5; Y7+6+5=18, 9; 4+5+5=14, 5
  ['Quinn', 3, 3, 9], // 8+3+9+5+5=30, 3; U3+I9=12, 3; 8+5+5=18, 9
  ['Hayden', 3, 6, 6], // 8+1+7+4+5+5=30, 3; 1+5=6; 8+Y7+4+5=24, 6
  ["O'Reilly", 6, 9, 6], // 6+9+5+9+3+3+7=42, 6; 6+5+9+Y7=27, 9; 9+3+3=15, 6
  ['Emma', 5, 6, 8], // 5+4+4+1=14, 5; 5+1=6; 4+4=8
  ['Jean-Luc', 3, 9, 3], // JEAN 12, 3 and LUC 9: 12, 3; 6 and 3: 9; JN 6 and LC 6: 12, 3
  ['José', 4, 11, 2], // 1+6+1+5=13, 4; 6+5=11; 1+1=2
  ['Zoë', 1, 11, 8], // 8+6+5=19, 10, 1; 6+5=11; Z8
  ['Kyle', 8, 3, 5], // 2+7+3+5=17, 8; Y7+5=12, 3; 2+3=5
  ['Max', 11, 1, 1], // 4+1+6=11; A1; 4+6=10, 1
  ['Ruth', 22, 3, 1], // 9+3+2+8=22; U3; 9+2+8=19, 10, 1
  ['Søren', 8, 11, 6], // 1+6+9+5+5=26, 8; 6+5=11; 1+9+5=15, 6
  ['Mary Ann Lynn', 7, 7, 9], // 3+11+2=16, 7; 8+1+7=16, 7; 4+1+4=9
];

const vietnameseNames: readonly NameRow[] = [
  ['Nguyễn', 5, 6, 8], // 5+7+3+7+5+5=32, 5; U3+Y7+E5=15, 6; 5+7+5=17, 8
  ['Thị', 1, 9, 1], // 2+8+9=19, 10, 1; I9; 2+8=10, 1
  ['Ngà', 4, 1, 3], // 5+7+1=13, 4; A1; 5+7=12, 3
  ['Vy', 11, 7, 4], // 4+7=11; Y7; V4
  ['Lý', 1, 7, 3], // 3+7=10, 1; Y7; L3
  ['Quý', 9, 7, 11], // 8+3+7=18, 9; Y7; QU 8+3=11
  ['Giang', 11, 1, 1], // 7+9+1+5+7=29, 11; A1; GI 7+9, 5+7: 28, 10, 1
  ['Tây', 1, 1, 9], // 2+1+7=10, 1; A1; 2+Y7=9
  ['Bảy', 1, 1, 9], // 2+1+7=10, 1; A1; 2+Y7=9
  ['Huy', 9, 1, 8], // 8+3+7=18, 9; 3+7=10, 1; H8
  ['Duy', 5, 1, 4], // 4+3+7=14, 5; 3+7=10, 1; D4
  ['Thủy', 2, 1, 1], // 2+8+3+7=20, 2; 3+7=10, 1; 2+8=10, 1
  ['Yến', 8, 3, 5], // 7+5+5=17, 8; Y7+E5=12, 3; N5
  ['Tuyết', 1, 6, 4], // 2+3+7+5+2=19, 10, 1; 3+7+5=15, 6; 2+2=4
  ['Đức', 1, 3, 7], // 4+3+3=10, 1; U3; 4+3=7
  ['Đỗ', 1, 6, 4], // 4+6=10, 1; O6; D4
  ['Quân', 8, 1, 7], // 8+3+1+5=17, 8; A1; QU 8+3, N5: 16, 7
  ['Gìn', 3, 9, 3], // 7+9+5=21, 3; I9; 7+5=12, 3
  ['Ánh', 5, 1, 4], // 1+5+8=14, 5; A1; 5+8=13, 4
  ['Trần', 8, 1, 7], // 2+9+1+5=17, 8; A1; 2+9+5=16, 7
  ['Phương', 9, 9, 9], // 7+8+3+6+5+7=36, 9; 3+6=9; 7+8+5+7=27, 9
  ['Hồ Chí', 7, 6, 1], // HO 14, 5 and CHI 20, 2: 7; 6+9=15, 6; 8 and 11: 19, 10, 1
  ['Nguyễn Thị Ngà', 1, 7, 3], // 5+1+4=10, 1; 6+9+1=16, 7; 8+1+3=12, 3
];

/** Date of birth, life path, birthday number; worked out by hand beside each. */
const births: readonly (readonly [string, number, number])[] = [
  ['1990-03-12', 7, 3], // 3 + 3 + (19, 10, 1) = 7
  ['1984-11-29', 8, 11], // 11 + 11 + 22 = 44, 8
  ['2000-01-01', 4, 1], // 1 + 1 + 2 = 4
  ['1975-09-22', 8, 22], // 22 + 9 + 22 = 53, 8
  ['1999-12-31', 8, 4], // 4 + 3 + (28, 10, 1) = 8
  ['1988-02-29', 3, 11], // 11 + 2 + (26, 8) = 21, 3
  ['1993-10-10', 6, 1], // 1 + 1 + 22 = 24, 6
  ['2001-05-04', 3, 4], // 4 + 5 + 3 = 12, 3
  ['1966-06-06', 7, 6], // 6 + 6 + 22 = 34, 7
  ['1980-08-18', 8, 9], // 9 + 8 + (18, 9) = 26, 8
  ['1971-07-19', 8, 1], // (19, 10, 1) + 7 + (18, 9) = 17, 8
  ['1995-04-25', 8, 7], // 7 + 4 + (24, 6) = 17, 8
  ['2010-11-11', 7, 11], // 11 + 11 + 3 = 25, 7
  ['1959-05-05', 7, 5], // 5 + 5 + (24, 6) = 16, 7
  ['2004-02-08', 7, 8], // 8 + 2 + 6 = 16, 7
  ['1977-12-03', 3, 3], // 3 + 3 + (24, 6) = 12, 3
  ['1991-01-20', 5, 2], // 2 + 1 + (20, 2) = 5
  ['1969-07-20', 7, 2], // 2 + 7 + (25, 7) = 16, 7
  ['1985-10-26', 5, 8], // 8 + 1 + (23, 5) = 14, 5
  ['2015-09-13', 3, 4], // 4 + 9 + 8 = 21, 3
  ['2000-09-22', 33, 22], // 22 + 9 + 2 = 33
  ['1998-01-01', 11, 1], // 1 + 1 + (27, 9) = 11
];

const today = { year: 2026, month: 11, day: 21 };

describe('numbers of a name', () => {
  it.each(englishNames)('%s in English', (name, ...numbers) => {
    expect([expression, soulUrge, personality].map((of) => of(name, 'en').value)).toEqual(numbers);
  });
  it.each(vietnameseNames)('%s in Vietnamese', (name, ...numbers) => {
    expect([expression, soulUrge, personality].map((of) => of(name, 'vi').value)).toEqual(numbers);
  });
  it('says why there is no number', () => {
    expect(() => expression(' - ', 'en')).toThrowError(expect.objectContaining({ code: 'name_without_letters' }));
    expect(() => expression('Иван', 'en')).toThrowError(expect.objectContaining({ code: 'name_letters_unknown' }));
    expect(() => expression('R2D2', 'en')).toThrowError(expect.objectContaining({ code: 'name_letters_unknown' }));
    expect(() => soulUrge('Ng', 'en')).toThrowError(expect.objectContaining({ code: 'name_without_vowels' }));
    expect(() => personality('Ý', 'vi')).toThrowError(expect.objectContaining({ code: 'name_without_consonants' }));
    expect(() => expression('a'.repeat(201), 'en')).toThrowError(expect.objectContaining({ code: 'name_too_long' }));
  });
});

describe('numbers of a date', () => {
  it.each(births)('%s', (text, life, birthday) => {
    const birth = readBirthDate(text, today);
    expect([lifePath(birth).value, birthdayNumber(birth).value]).toEqual([life, birthday]);
  });
  it('gives the personal year and month as places in a circle of nine', () => {
    // 12 March 1990 in 2026: 3 + 3 + (10, 1) = 7; November (11, 2): 7 + 2 = 9
    expect(personalYear({ year: 1990, month: 3, day: 12 }, 2026).value).toBe(7);
    expect(personalMonth({ year: 1990, month: 3, day: 12 }, 2026, 11).value).toBe(9);
    // 29 November: (29, 11, 2) + (11, 2) + 1 = 5; no master numbers here
    expect(personalYear({ year: 1984, month: 11, day: 29 }, 2026).value).toBe(5);
  });
  it.each(['1990-02-30', '1990-13-01', '1900-02-29', '12/3/1990', '0090-01-01'])('refuses %s', (text) => {
    expect(() => readBirthDate(text, today)).toThrowError(expect.objectContaining({ code: 'date_impossible' }));
  });
  it('refuses a birth that has not been', () => {
    expect(() => readBirthDate('2026-11-22', today)).toThrowError(expect.objectContaining({ code: 'date_in_future' }));
  });
});

describe('the arithmetic on request', () => {
  it('shows every letter and every addition', () => {
    expect(explainNumber(personality('Ngà', 'vi'), 'vi')).toEqual(['NGA: N=5, G=7; 5 + 7 = 12, 1 + 2 = 3.']);
    expect(explainNumber(lifePath({ year: 1984, month: 11, day: 29 }), 'en')).toEqual([
      'Day 29: 2 + 9 = 11, 11 is a master number and stays.',
      'Month 11: 11 is a master number and stays.',
      'Year 1984: 1 + 9 + 8 + 4 = 22, 22 is a master number and stays.',
      'All together: 11 + 11 + 22 = 44, 4 + 4 = 8.',
    ]);
  });
});

describe('whatever the name and the date', () => {
  const language = fc.constantFrom<NameLanguage>('en', 'vi');
  const letters = 'aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạấầẩẫậếềểễệýỳỷỹỵJFWZ';
  const name = fc
    .string({ unit: fc.constantFrom(...letters, ' ', '-'), minLength: 1, maxLength: 60 })
    .map((text) => `b${text}a`);
  const birth = fc
    .date({ min: new Date('1000-01-01'), max: new Date('2026-11-21'), noInvalidDate: true })
    .map((date) => ({ year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }));

  it('gives a number of the set, with a meaning and with arithmetic that adds up, in both languages', () => {
    fc.assert(
      fc.property(name, birth, language, fc.integer({ min: 1, max: 12 }), (text, date, inLanguage, month) => {
        const ofName = [expression, soulUrge, personality].map((of) => of(text, inLanguage));
        const cycles = [personalYear(date, 2026), personalMonth(date, 2026, month)];
        for (const number of cycles) expect(number.value).toBeLessThan(10);
        for (const number of [...ofName, ...cycles, lifePath(date), birthdayNumber(date)]) {
          expect([1, 2, 3, 4, 5, 6, 7, 8, 9, ...masterNumbers]).toContain(number.value);
          expect(meaningOf(number.kind, number.value, inLanguage)).toBeTruthy();
          expect(kindName(number.kind, inLanguage)).toBeTruthy();
          expect(explainNumber(number, inLanguage)).toHaveLength(number.working.length);
          expectToAddUp(number);
        }
      }),
    );
  });

  it('reads composed and decomposed Unicode alike', () => {
    fc.assert(
      fc.property(name, language, (text, inLanguage) => {
        expect(foldName(text.normalize('NFD'))).toBe(foldName(text.normalize('NFC')));
        expect(expression(text.normalize('NFD'), inLanguage)).toEqual(expression(text.normalize('NFC'), inLanguage));
      }),
    );
  });

  it('counts each letter as a vowel or a consonant, never both', () => {
    const counted = (number: NumerologyNumber) =>
      number.working.flatMap((part) => part.steps.flatMap((step) => (step.type === 'letters' ? step.letters : [])))
        .length;
    fc.assert(
      fc.property(name, language, (text, inLanguage) => {
        const parts = counted(soulUrge(text, inLanguage)) + counted(personality(text, inLanguage));
        expect(parts).toBe(counted(expression(text, inLanguage)));
      }),
    );
  });
});

/** Every addition is right, follows from the one before it, and ends at the part's value; the last part is the number. */
function expectToAddUp(number: NumerologyNumber): void {
  for (const part of number.working) {
    let before: number | undefined;
    for (const step of part.steps) {
      if (step.type === 'kept') {
        expect(before ?? step.value).toBe(step.value);
        before = step.value;
        continue;
      }
      if (step.type === 'digits') expect(Number(step.digits.join(''))).toBe(step.from);
      if (step.type === 'digits' && before !== undefined) expect(step.from).toBe(before);
      const added = addedIn(step);
      expect(added.reduce((sum, one) => sum + one, 0)).toBe(step.total);
      before = step.total;
    }
    expect(before).toBe(part.value);
  }
  expect(number.working.at(-1)?.value).toBe(number.value);
}

function addedIn(
  step: Exclude<NumerologyNumber['working'][number]['steps'][number], { type: 'kept' }>,
): readonly number[] {
  switch (step.type) {
    case 'letters':
      return step.letters.map((one) => one.value);
    case 'digits':
      return step.digits;
    case 'sum':
      return step.terms.map((term) => term.value);
  }
}
