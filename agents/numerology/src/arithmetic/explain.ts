import type { NameLanguage } from './name-letters.ts';
import type { NumerologyNumber } from './numbers.ts';
import type { PartOf, Step, WorkingPart } from './reduce.ts';

/** The arithmetic of a number as short sentences, one for each part: `NGA: N=5, G=7, A=1; 5 + 7 + 1 = 13, 1 + 3 = 4.` */
export function explainNumber(number: NumerologyNumber, language: NameLanguage): readonly string[] {
  return number.working.map(
    (part) => `${partName(part, language)}: ${part.steps.map((step, at) => sayStep(step, at, language)).join('')}.`,
  );
}

/**
 * The same for a voice, without signs that are read out oddly: `Nga: 5 plus 7 plus 1 is 13, 1 plus 3 is 4.` Long chains are
 * said as their total, since nobody adds nine numbers up by ear.
 */
export function speakNumber(number: NumerologyNumber, language: NameLanguage): readonly string[] {
  return number.working.map(
    (part) => `${spokenName(part, language)}: ${part.steps.map((step) => speakStep(step, language)).join(', ')}.`,
  );
}

function speakStep(step: Step, language: NameLanguage): string {
  switch (step.type) {
    case 'letters':
      return speakAddition(
        step.letters.map((one) => one.value),
        step.total,
        language,
      );
    case 'digits':
      return speakAddition(step.digits, step.total, language);
    case 'sum':
      return speakAddition(
        step.terms.map((term) => term.value),
        step.total,
        language,
      );
    case 'kept':
      return step.master ? `${step.value} ${words[language].master}` : String(step.value);
  }
}

/** As many as can be followed by ear. */
const mostTermsSpoken = 8;

function speakAddition(numbers: readonly number[], total: number, language: NameLanguage): string {
  const { plus, makes, lettersMake } = words[language];
  if (numbers.length < 2) return String(total);
  if (numbers.length > mostTermsSpoken) return `${lettersMake(numbers.length)} ${total}`;
  return `${numbers.join(` ${plus} `)} ${makes} ${total}`;
}

function sayStep(step: Step, at: number, language: NameLanguage): string {
  const link = at === 0 ? '' : ', ';
  switch (step.type) {
    case 'letters': {
      const letters = step.letters.map((one) => `${one.letter}=${one.value}`).join(', ');
      return step.letters.length === 1
        ? letters
        : `${letters}; ${addition(
            step.letters.map((one) => one.value),
            step.total,
          )}`;
    }
    case 'digits':
      return `${link}${addition(step.digits, step.total)}`;
    case 'sum':
      return addition(
        step.terms.map((term) => term.value),
        step.total,
      );
    case 'kept':
      if (!step.master) return `${link}${step.value}`;
      return `${link}${step.value} ${words[language].master}`;
  }
}

function addition(numbers: readonly number[], total: number): string {
  return numbers.length < 2 ? String(total) : `${numbers.join(' + ')} = ${total}`;
}

function partName(part: WorkingPart, language: NameLanguage): string {
  const { parts, whole } = words[language];
  if (part.of === 'whole') return whole;
  return part.of === 'word' ? part.from : `${parts[part.of]} ${part.from}`;
}

/** Voices spell what is in capitals. */
function spokenName(part: WorkingPart, language: NameLanguage): string {
  const name = partName(part, language);
  return part.of === 'word' ? name.slice(0, 1) + name.slice(1).toLowerCase() : name;
}

interface Words {
  readonly plus: string;
  readonly makes: string;
  readonly lettersMake: (count: number) => string;
  readonly master: string;
  readonly whole: string;
  readonly parts: Readonly<Record<Exclude<PartOf, 'word'>, string>>;
}

const words: Readonly<Record<NameLanguage, Words>> = {
  en: {
    plus: 'plus',
    makes: 'is',
    lettersMake: (count) => `its ${count} letters add up to`,
    master: 'is a master number and stays',
    whole: 'All together',
    parts: {
      day: 'Day',
      month: 'Month',
      year: 'Year',
      calendar_month: 'Calendar month',
      calendar_year: 'Calendar year',
      personal_year: 'Personal year for',
    },
  },
  vi: {
    plus: 'cộng',
    makes: 'bằng',
    lettersMake: (count) => `${count} chữ cái cộng lại được`,
    master: 'là số bậc thầy nên giữ nguyên',
    whole: 'Cộng lại',
    parts: {
      day: 'Ngày',
      month: 'Tháng',
      year: 'Năm',
      calendar_month: 'Tháng đang xem',
      calendar_year: 'Năm đang xem',
      personal_year: 'Năm cá nhân của',
    },
  },
};
