import { findAnswers, findSentiment } from './answer/find-answers.ts';
import { findEmails } from './contact/find-emails.ts';
import { findPhones } from './contact/find-phones.ts';
import { findAccounts } from './digits/find-accounts.ts';
import { findDigits } from './digits/find-digits.ts';
import { MAX_UTTERANCE_CHARACTERS } from './entity.ts';
import type { EntityKind, EntityRequest, FoundEntity } from './found-entity.ts';
import { findListEntries } from './lists/find-list-entries.ts';
import { findPatterns } from './lists/find-patterns.ts';
import { findMoney } from './money/find-money.ts';
import { findNumbers } from './numbers/find-numbers.ts';
import { findPersons } from './person/find-persons.ts';
import { dropCorrected, dropOverlaps } from './resolve-overlaps.ts';
import { findTimes } from './temporal/find-times.ts';

/**
 * All that the utterance holds of the kinds, in order of place; of its first 2,000 characters. Where two matches overlap, the kind
 * that was asked for wins, then the longer one. A value that the caller took back ("five, sorry, six") is left out. Yes or no and
 * sentiment are of the whole utterance and overlap nothing.
 *
 * @throws FlowError `pattern_invalid` if a pattern cannot be read
 */
export function findEntities(text: string, request: EntityRequest): readonly FoundEntity[] {
  const looked = text.slice(0, MAX_UTTERANCE_CHARACTERS);
  const kinds = new Set(request.kinds);
  const finders = new Set([...kinds].map((kind) => FINDERS[kind]));
  const looksAtNumbers = kinds.has('number') && request.asked !== 'number';
  if (looksAtNumbers) finders.add(findMoments);
  const all = [...finders].flatMap((find) => find(looked, request));
  const found = (looksAtNumbers ? withoutTimes(all) : all).filter((entity) => kinds.has(kindOf(entity)));
  const whole = found.filter(({ kind }) => OF_THE_WHOLE.has(kind));
  const placed = found.filter(({ kind }) => !OF_THE_WHOLE.has(kind));
  return [...dropCorrected(looked, dropOverlaps(placed, request.asked), request.language), ...whole];
}

/** The kind that was looked for when this was found. */
export function kindOf(entity: FoundEntity): EntityKind {
  if (entity.kind === 'partial') return entity.of;
  return entity.kind === 'listCandidates' ? 'list' : entity.kind;
}

/**
 * The three of "at three o'clock" is no number of anything, whether or not times are looked for; a dozen is always one, and no
 * twelve o'clock.
 */
function withoutTimes(found: readonly FoundEntity[]): readonly FoundEntity[] {
  const times = found.filter(({ kind }) => OF_THE_CLOCK.has(kind));
  const counts = ({ kind, text }: FoundEntity): boolean => kind === 'number' && /dozen|tá$/i.test(text);
  const numbers = found.filter(counts);
  return found.filter((entity) => {
    const others = entity.kind === 'number' && !counts(entity) ? times : entity.kind === 'time' ? numbers : [];
    return !others.some((other) => entity.start < other.end && other.start < entity.end);
  });
}

type Finder = (text: string, request: EntityRequest) => readonly FoundEntity[];

const findMoments: Finder = (text, { language, nowEpochMs, timeZone, region, preference, asked, kinds }) =>
  findTimes(text, {
    language,
    nowEpochMs,
    timeZone,
    region,
    preference: preference ?? 'future',
    timeAsked: asked === 'time' || asked === 'dateTime' || asked === 'timeRange',
    lengths: asked === 'duration' ? 'always' : kinds.includes('duration') ? 'afterFor' : 'never',
  });
const FINDERS: Readonly<Record<EntityKind, Finder>> = {
  number: findNumbers,
  digits: findDigits,
  money: findMoney,
  phone: findPhones,
  email: findEmails,
  account: findAccounts,
  person: findPersons,
  list: findListEntries,
  pattern: findPatterns,
  yesNo: findAnswers,
  sentiment: findSentiment,
  date: findMoments,
  time: findMoments,
  dateTime: findMoments,
  dateRange: findMoments,
  timeRange: findMoments,
  duration: findMoments,
};

const OF_THE_CLOCK = new Set<FoundEntity['kind']>(['date', 'time', 'dateTime', 'dateRange', 'timeRange']);
const OF_THE_WHOLE = new Set<FoundEntity['kind']>(['yesNo', 'sentiment']);
