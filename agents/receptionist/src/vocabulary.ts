import { FIRST_NAMES, LAST_NAMES } from '@parley/dialogue/vocabulary/common-names.ts';
import { expandPhrases, type PlaceholderValues } from '@parley/dialogue/vocabulary/expand-phrases.ts';
import { spokenClockTimes, spokenDays, spokenPhoneNumbers } from '@parley/dialogue/vocabulary/spoken-values.ts';
import type { RecognizerVocabulary } from '@parley/engine/ports/recognizer.ts';
import { answerPhrases, correctionPhrases, intentPhrases } from './phrases.ts';
import { defaultServices, type Service } from './services.ts';

/** Enough for every pair of neighbouring words to come up; more would only cost memory. */
const OPENING_LIMIT = 40;
const GLOBAL_LIMIT = 12;
const CORRECTION_LIMIT = 60;
const ANSWER_LIMIT = 200;
/** Above the number of first names: each of them follows each introduction once. */
const NAME_LIMIT = 400;
/** Names that can be put right while another question is open; all of them would drown that question's answers. */
const CORRECTED_NAMES = 60;
/** Ten digits each: about 13 of every pair of digits. */
const PHONE_NUMBERS = 160;

/** What the receptionist expects to hear, built from its phrases and the values of its slots. Lower case, words only. */
export const receptionistVocabulary: RecognizerVocabulary = buildVocabulary(defaultServices);

/** The vocabulary for other services than the default ones. */
export function buildVocabulary(services: readonly Service[]): RecognizerVocabulary {
  const values = placeholderValues(services);
  const { yes, no, book, ...anytime } = intentPhrases;
  const openings = expandPhrases(book, values, OPENING_LIMIT);
  const yesNo = [...yes, ...no];
  // Whatever was asked, the caller may ask for help, take something back or agree: no context locks that out.
  const always = [
    ...expandPhrases(Object.values(anytime).flat(), values, GLOBAL_LIMIT),
    ...expandPhrases(correctionPhrases, values, CORRECTION_LIMIT),
    ...yesNo,
  ];
  const service = [...expandPhrases(answerPhrases.service, values, ANSWER_LIMIT), ...openings];
  const time = expandPhrases(answerPhrases.time, values, ANSWER_LIMIT);
  const name = expandPhrases(answerPhrases.name, values, NAME_LIMIT);
  const phone = expandPhrases(answerPhrases.phone, values, ANSWER_LIMIT);
  return {
    id: 'receptionist',
    phrases: unique([...service, ...time, ...name, ...phone, ...always]),
    contexts: {
      service: unique([...service, ...time, ...always]),
      time: unique([...time, ...always]),
      name: unique([...name, ...always]),
      phone: unique([...phone, ...always]),
      // The pure answers are repeated so that they outweigh the rest in the language model.
      'yes-no': [...yesNo, ...yesNo, ...unique([...always, ...openings])],
    },
  };
}

function placeholderValues(services: readonly Service[]): PlaceholderValues {
  const names = services.flatMap((service) => [service.name, ...service.synonyms]);
  const phones = spokenPhoneNumbers(PHONE_NUMBERS);
  const capped = FIRST_NAMES.filter((_, index) => index % Math.ceil(FIRST_NAMES.length / CORRECTED_NAMES) === 0);
  return {
    service: [
      ...services.map((service) => service.withArticle),
      ...names.map((name) => (/^(?:trim|my) /.test(name) ? name : `a ${name}`)),
    ],
    kind: names,
    day: spokenDays(),
    clock: spokenClockTimes(),
    first: FIRST_NAMES,
    // Each last name and each first name once at least.
    full: FIRST_NAMES.map((first, index) => `${first} ${LAST_NAMES[(index * 7) % LAST_NAMES.length] ?? ''}`.trim()),
    correctedName: [...capped, 'bob', 'alice'],
    phone: phones,
    correctedPhone: phones.slice(0, 30),
  };
}

function unique(phrases: readonly string[]): string[] {
  return [...new Set(phrases)];
}
