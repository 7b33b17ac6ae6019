import type { redactionClasses } from '@parley/contract/organization-settings.ts';
import { findEmails } from '@parley/dialogue/entities/contact/find-emails.ts';
import { findPhones } from '@parley/dialogue/entities/contact/find-phones.ts';
import { isLuhnValid } from '@parley/dialogue/entities/digits/account-checks.ts';
import { type DigitRun, findDigitRuns } from '@parley/dialogue/entities/digits/digit-runs.ts';
import { findAccounts } from '@parley/dialogue/entities/digits/find-accounts.ts';
import { isSum } from '@parley/dialogue/entities/digits/sums.ts';
import { MAX_UTTERANCE_CHARACTERS } from '@parley/dialogue/entities/entity.ts';
import type { EntityRequest } from '@parley/dialogue/entities/found-entity.ts';
import type { EntityLanguage } from '@parley/dialogue/entities/numbers/number-words.ts';
import { findPersons } from '@parley/dialogue/entities/person/find-persons.ts';
import { rememberLast } from '@parley/dialogue/entities/remember-last.ts';
import { compilePattern } from '@parley/dialogue/flow/pattern.ts';
import { findSecrets } from './secrets.ts';

export type PersonalClass = (typeof redactionClasses)[number];

/** A place of a text that tells of a person, or that nobody else may know. */
export interface PersonalSpan {
  readonly class: PersonalClass;
  readonly start: number;
  readonly end: number;
}

export interface PersonalSearch {
  readonly classes: ReadonlySet<PersonalClass>;
  /** RE2 expressions. */
  readonly customPatterns: readonly string[];
  /** Known from what lies beside the text: a slot, an entity. */
  readonly names: readonly string[];
}

/**
 * What in a text is personal, written or spoken, in order and without overlaps. Finds rather too much than too little: a number of
 * telephone length counts as one unless it is plainly a date, an id or a sum.
 */
export function findPersonalData(text: string, search: PersonalSearch): readonly PersonalSpan[] {
  const found: PersonalSpan[] = [];
  for (let from = 0; from < text.length; from += windowCharacters - overlapCharacters) {
    const window = text.slice(from, from + windowCharacters);
    for (const span of findInWindow(window, search)) {
      found.push({ ...span, start: span.start + from, end: span.end + from });
    }
    if (from + windowCharacters >= text.length) break;
  }
  return withoutOverlaps(found);
}

/** As much as the finders look at. */
const windowCharacters = MAX_UTTERANCE_CHARACTERS;
/** Longer than anything that is looked for, so that nothing is cut in two. */
const overlapCharacters = 200;

function findInWindow(text: string, { classes, customPatterns, names }: PersonalSearch): PersonalSpan[] {
  const found: PersonalSpan[] = [];
  const add = (kind: PersonalClass, spans: readonly { readonly start: number; readonly end: number }[]) => {
    for (const { start, end } of spans) found.push({ class: kind, start, end });
  };
  if (classes.has('secret')) add('secret', secretsOf(text));
  // Ids, dates and the like have digits that are nobody's.
  const plain = withoutImpersonal(text);
  if (classes.has('email') && emailSigns.test(plain)) {
    // The finder looks for spoken ones only where none is written.
    const written = findEmails(plain, english);
    add('email', written);
    const rest = written.reduce(
      (left, { start, end }) => left.slice(0, start) + ' '.repeat(end - start) + left.slice(end),
      plain,
    );
    for (const request of bothLanguages) add('email', findEmails(rest, request));
  }
  if (classes.has('iban')) add('iban', ibansOf(plain));
  const wantsCards = classes.has('card');
  const wantsPhones = classes.has('phone');
  if (wantsCards || wantsPhones) {
    for (const request of bothLanguages) {
      const runs = request.language === 'vi' ? vietnameseRuns(plain) : englishRuns(plain);
      if (wantsCards) add('card', runs.filter(isCard));
      if (!wantsPhones) continue;
      add(
        'phone',
        runs.filter((run) => !isCard(run) && looksDialled(run)),
      );
      if (runs.some(({ readings }) => (readings[0] ?? '').length >= shortestNumber))
        add('phone', findPhones(plain, request));
    }
  }
  if (classes.has('name')) {
    add('name', mentions(text, names));
    for (const request of bothLanguages) add('name', introductions(text, request));
  }
  if (classes.has('address')) add('address', matches(text, streets));
  if (classes.has('custom')) {
    for (const pattern of customPatterns) add('custom', customMatches(pattern, text));
  }
  return found;
}

/** Without one of them there is no address; most of what is said has none. */
const emailSigns = /@|\b(?:dot|point|period)\b|chấm/i;

/** UUIDs, dates and ISO times, longer hexadecimal ids, addresses of the network, numbers with a point. */
const impersonal =
  /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?\b|\b\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d\b|\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{16,}\b|\b\d{1,3}(?:\.\d{1,3}){3}\b|(?<![\d.\-/]|\d )\d+\.\d{3,}(?![\d.])/giu;

// Each destination of a turn looks through the same texts for its own classes.
const secretsOf = rememberLast(findSecrets);
const withoutImpersonal = rememberLast((text) => text.replace(impersonal, (match) => ' '.repeat(match.length)));
const ibansOf = rememberLast((plain) => findAccounts(plain, ibans));
const englishRuns = rememberLast((plain) => numbersIn(plain, 'en'));
const vietnameseRuns = rememberLast((plain) => numbersIn(plain, 'vi'));

function numbersIn(plain: string, language: EntityLanguage): readonly DigitRun[] {
  return digitRuns(plain, language).filter(({ start, end }) => !isSum(plain, start, end));
}

/** In dictation commas stand within a number; where that makes one too long to be any, they stand between two. */
function digitRuns(text: string, language: EntityLanguage): readonly DigitRun[] {
  const runs = findDigitRuns(text, language);
  const isTooLong = runs.some(({ readings }) => readings.every(({ length }) => length > longestNumber));
  return isTooLong ? findDigitRuns(text.replaceAll(/[,;]/g, '|'), language) : runs;
}

function isCard({ readings }: DigitRun): boolean {
  return readings.some((digits) => digits.length >= 13 && digits.length <= longestNumber && isLuhnValid(digits));
}

/** Written as numbers are that one dials, where no plan of numbers says that it exists: fictitious, mistyped, misheard. */
function looksDialled({ readings, plus, certain, pieces }: DigitRun): boolean {
  return readings.some((digits) => {
    if (digits.length < shortestNumber || digits.length > longestNumber) return false;
    if (plus) return true;
    // In one piece it may count something; dictated or grouped it is a number of somebody's.
    if (digits.startsWith('0')) return digits.length >= 9;
    return pieces > 1 && (certain || pieces >= shortestNumber);
  });
}

/** A telephone's without the code of an area; the longest cards. */
const shortestNumber = 7;
const longestNumber = 19;

function mentions(text: string, names: readonly string[]): { start: number; end: number }[] {
  const lower = text.toLowerCase();
  return names.flatMap((name) => {
    const wanted = name.trim().toLowerCase();
    if (wanted.length < shortestName) return [];
    const found: { start: number; end: number }[] = [];
    for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + 1)) {
      const end = at + wanted.length;
      const isWhole = !isLetter(lower[at - 1]) && !isLetter(lower[end]);
      if (isWhole && end <= text.length) found.push({ start: at, end });
    }
    return found;
  });
}

/** Who introduces themselves; the finder tells the last one only, so that it is asked again without. */
function introductions(text: string, request: EntityRequest): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  let rest = text;
  while (found.length < maxIntroductions) {
    const [person] = findPersons(rest, request);
    if (person === undefined) break;
    found.push(person);
    rest = rest.slice(0, person.start) + ' '.repeat(person.end - person.start) + rest.slice(person.end);
  }
  return found;
}

/** More in one text are a list, whose fields have names. */
const maxIntroductions = 8;

/** Shorter ones are parts of everything. */
const shortestName = 2;
const isLetter = (character: string | undefined) => character !== undefined && /[\p{L}\p{M}\d]/u.test(character);

/** A pattern that cannot be searched with finds everything: what was meant to be hidden is not shown because of a mistake. */
function customMatches(pattern: string, text: string): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  try {
    const matcher = compilePattern(pattern).matcher(text);
    while (matcher.find()) {
      if (matcher.end() > matcher.start()) found.push({ start: matcher.start(), end: matcher.end() });
    }
    return found;
  } catch {
    return [{ start: 0, end: text.length }];
  }
}

function matches(text: string, pattern: RegExp): { start: number; end: number }[] {
  return [...text.matchAll(pattern)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
}

/** A house's number with its street, in the two languages that agents speak here. */
const streets =
  /\b\d{1,5}[a-z]?(?:\s+[\p{Lu}][\p{L}'’.-]*){1,4}\s+(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|court|ct|square|sq|boulevard|blvd|way|terrace|close|crescent|place|pl)\b\.?|\b(?:số\s+)?\d{1,4}[a-z]?(?:\/\d{1,4})*,?\s+(?:đường|phố|ngõ|ngách|hẻm)\s+[\p{L}\d]+(?:\s+\p{Lu}[\p{L}]*){0,4}/giu;

/** Earlier and longer ones win; a secret wins over whatever it looks like. */
function withoutOverlaps(found: readonly PersonalSpan[]): readonly PersonalSpan[] {
  const sorted = found.toSorted((one, other) => one.start - other.start || other.end - one.end);
  const kept: PersonalSpan[] = [];
  for (const span of sorted) {
    const last = kept.at(-1);
    if (last === undefined || span.start >= last.end) kept.push(span);
    // What sticks out is no less personal.
    else if (span.end > last.end) kept[kept.length - 1] = { ...last, end: span.end };
  }
  return kept;
}

const english: EntityRequest = { language: 'en', nowEpochMs: 0, timeZone: 'UTC', region: 'US', kinds: [] };
const bothLanguages: readonly EntityRequest[] = [english, { ...english, language: 'vi', region: 'VN' }];
const ibans: EntityRequest = { ...english, account: { minLength: 15, maxLength: 34, checksum: 'iban' } };
