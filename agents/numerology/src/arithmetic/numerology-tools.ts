import { type CalendarDate, localTime } from '@parley/dialogue/entities/zoned-time.ts';
import {
  type AnyTool,
  type Json,
  type JsonObject,
  type Tool,
  type ToolContext,
  ToolError,
} from '@parley/dialogue/tools/tool.ts';
import { z } from 'zod';
import { explainNumber, speakNumber } from './explain.ts';
import { matchMeaning, matchOf } from './match.ts';
import { disclaimers, kindName, meaningOf } from './meaning.ts';
import { maxNameLength, type NameLanguage } from './name-letters.ts';
import {
  birthdayNumber,
  expression,
  lifePath,
  type NumberKind,
  type NumerologyNumber,
  numberKinds,
  personality,
  personalMonth,
  personalYear,
  readBirthDate,
  soulUrge,
} from './numbers.ts';
import { NumerologyError } from './numerology-error.ts';
import { sayBirth, sayMonth } from './say-day.ts';
import { calendarMonth, monthAsked, yearAsked } from './when-asked.ts';

const language = z
  .enum(['en', 'vi'])
  .optional()
  .describe('Language of the answer, and of the name’s spelling; that of the conversation if left out');
const birthDate = z.string().max(10).describe('Date of birth, YYYY-MM-DD');
const name = z.string().max(maxNameLength).describe('Full name as in the passport, with or without Vietnamese marks');

/**
 * What a numerology agent can work out, for flows and language models alike. Each number comes as
 * `{ kind, name, value, master, meaning, sentences, spoken, steps }`: `sentences` is its arithmetic to be read on request,
 * `spoken` the same to be heard, `steps` the same as data. They reject with a `ToolError` whose code is that of the `NumerologyError`.
 */
export function numerologyTools(): readonly AnyTool[] {
  return [birthNumbers(), nameNumbers(), cycleNumbers(), oneNumber(), comparePeople()];
}

function birthNumbers(): AnyTool {
  const input = z.object({ birthDate, language });
  const tool: Tool<z.infer<typeof input>> = {
    name: 'birth_numbers',
    description: 'Work out the life path and the birthday number from a date of birth, with meanings and arithmetic.',
    input,
    effect: 'reads',
    run: async (asked, context) => {
      const inLanguage = languageOf(asked.language, context);
      return orToolError(() => {
        const birth = readBirthDate(asked.birthDate, today(context));
        return {
          lifePath: numberJson(lifePath(birth), inLanguage),
          birthday: numberJson(birthdayNumber(birth), inLanguage),
          disclaimer: disclaimers[inLanguage],
        };
      });
    },
  };
  return tool;
}

function nameNumbers(): AnyTool {
  const input = z.object({ name, language });
  const tool: Tool<z.infer<typeof input>> = {
    name: 'name_numbers',
    description:
      'Work out the expression, soul urge (vowels) and personality (consonants) numbers from a full name, with meanings and arithmetic. A name without vowels or without consonants has null for that number.',
    input,
    effect: 'reads',
    run: async (asked, context) => {
      const inLanguage = languageOf(asked.language, context);
      return orToolError(() => ({
        expression: numberJson(expression(asked.name, inLanguage), inLanguage),
        soulUrge: orNull(() => numberJson(soulUrge(asked.name, inLanguage), inLanguage)),
        personality: orNull(() => numberJson(personality(asked.name, inLanguage), inLanguage)),
        disclaimer: disclaimers[inLanguage],
      }));
    },
  };
  return tool;
}

function cycleNumbers(): AnyTool {
  const input = z.object({
    birthDate,
    year: yearAsked,
    month: monthAsked,
    language,
  });
  const tool: Tool<z.infer<typeof input>> = {
    name: 'cycle_numbers',
    description:
      'Work out the personal year and the personal month from a date of birth, with meanings and arithmetic.',
    input,
    effect: 'reads',
    run: async (asked, context) => {
      const inLanguage = languageOf(asked.language, context);
      return orToolError(() => {
        const now = today(context);
        const birth = readBirthDate(asked.birthDate, now);
        const { year, month } = calendarMonth(asked.year, asked.month, now);
        return {
          year,
          month,
          personalYear: numberJson(personalYear(birth, year), inLanguage),
          personalMonth: numberJson(personalMonth(birth, year, month), inLanguage),
          disclaimer: disclaimers[inLanguage],
        };
      });
    },
  };
  return tool;
}

function oneNumber(): AnyTool {
  const input = z.object({
    kind: z.enum(numberKinds).describe('Which number'),
    birthDate: birthDate.optional(),
    name: name.optional(),
    year: yearAsked,
    month: monthAsked,
    language,
  });
  const tool: Tool<z.infer<typeof input>> = {
    name: 'one_number',
    description:
      'Work out one number, with its meaning and arithmetic: when only one is asked for, or how it was worked out. Expression, soul urge and personality need the name, the others the date of birth.',
    input,
    effect: 'reads',
    run: async (asked, context) => {
      const inLanguage = languageOf(asked.language, context);
      return orToolError(() => {
        const now = today(context);
        const { year, month } = calendarMonth(asked.year, asked.month, now);
        const number = numberFor(asked.kind, {
          birth: () => readBirthDate(given(asked.birthDate, 'birth_date_missing'), now),
          name: () => given(asked.name, 'name_missing'),
          language: inLanguage,
          year,
          month,
        });
        const born = asked.birthDate === undefined ? undefined : readBirthDate(asked.birthDate, now);
        return {
          ...numberJson(number, inLanguage),
          born: born === undefined ? null : sayBirth(born, inLanguage),
          year,
          monthName: sayMonth(month, year, inLanguage),
        };
      });
    },
  };
  return tool;
}

function comparePeople(): AnyTool {
  const input = z.object({
    birthDate,
    otherBirthDate: z.string().max(10).describe('Date of birth of the other person, YYYY-MM-DD'),
    language,
  });
  const tool: Tool<z.infer<typeof input>> = {
    name: 'compare_people',
    description: 'Compare two people by their life paths: what the two numbers are said to be like together.',
    input,
    effect: 'reads',
    run: async (asked, context) => {
      const inLanguage = languageOf(asked.language, context);
      return orToolError(() => {
        const now = today(context);
        const [birth, otherBirth] = [readBirthDate(asked.birthDate, now), readBirthDate(asked.otherBirthDate, now)];
        const [own, other] = [lifePath(birth), lifePath(otherBirth)];
        return {
          own: { ...numberJson(own, inLanguage), born: sayBirth(birth, inLanguage) },
          other: { ...numberJson(other, inLanguage), born: sayBirth(otherBirth, inLanguage) },
          match: matchOf(own.value, other.value),
          meaning: matchMeaning(own.value, other.value, inLanguage),
          disclaimer: disclaimers[inLanguage],
        };
      });
    },
  };
  return tool;
}

interface NumberAsked {
  readonly birth: () => CalendarDate;
  readonly name: () => string;
  readonly language: NameLanguage;
  readonly year: number;
  readonly month: number;
}

function numberFor(kind: NumberKind, { birth, name: nameOf, language, year, month }: NumberAsked): NumerologyNumber {
  switch (kind) {
    case 'life_path':
      return lifePath(birth());
    case 'birthday':
      return birthdayNumber(birth());
    case 'expression':
      return expression(nameOf(), language);
    case 'soul_urge':
      return soulUrge(nameOf(), language);
    case 'personality':
      return personality(nameOf(), language);
    case 'personal_year':
      return personalYear(birth(), year);
    case 'personal_month':
      return personalMonth(birth(), year, month);
  }
}

function given(value: string | undefined, missing: 'birth_date_missing' | 'name_missing'): string {
  if (value === undefined) {
    const what = missing === 'name_missing' ? 'full name' : 'date of birth';
    throw new ToolError(missing, `This number needs the ${what}; ask for it.`);
  }
  return value;
}

function numberJson(number: NumerologyNumber, inLanguage: NameLanguage): JsonObject {
  return {
    kind: number.kind,
    name: kindName(number.kind, inLanguage),
    value: number.value,
    master: number.value > 9,
    meaning: meaningOf(number.kind, number.value, inLanguage) ?? '',
    sentences: explainNumber(number, inLanguage),
    spoken: speakNumber(number, inLanguage),
    steps: number.working.map((part) => ({
      of: part.of,
      from: part.from,
      value: part.value,
      steps: part.steps.map(stepJson),
    })),
  };
}

function stepJson(step: NumerologyNumber['working'][number]['steps'][number]): Json {
  switch (step.type) {
    case 'letters':
      return { ...step, letters: step.letters.map((letter) => ({ ...letter })) };
    case 'sum':
      return { ...step, terms: step.terms.map((term) => ({ ...term })) };
    default:
      return { ...step };
  }
}

function languageOf(asked: NameLanguage | undefined, context: ToolContext): NameLanguage {
  return asked ?? (/^vi\b/iu.test(context.language) ? 'vi' : 'en');
}

function today(context: ToolContext): CalendarDate {
  return localTime(context.nowEpochMs, context.timeZone).date;
}

function orToolError(work: () => Json): Json {
  try {
    return work();
  } catch (error) {
    if (error instanceof NumerologyError) throw new ToolError(error.code, error.message, { cause: error });
    throw error;
  }
}

/** A short name such as "Ý" has an expression all the same. */
function orNull(work: () => Json): Json {
  try {
    return work();
  } catch (error) {
    const missing = ['name_without_vowels', 'name_without_consonants'];
    if (error instanceof NumerologyError && missing.includes(error.code)) return null;
    throw error;
  }
}
