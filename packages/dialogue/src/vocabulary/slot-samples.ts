import type { AgentDefinition, Slot } from '@parley/contract/flow/agent-definition.ts';
import { variationsIn } from '../flow/pick-wording.ts';
import { FIRST_NAMES, LAST_NAMES } from './common-names.ts';
import { expandPhrases, type PlaceholderValues } from './expand-phrases.ts';
import { spokenClockTimes, spokenDays, spokenPhoneNumbers } from './spoken-values.ts';
import { digitWords, numberWords, vietnamese } from './spoken-words.ts';

/** Enough that each pair of neighbouring digits comes up. */
const digitStrings = 120;

/** Where a number that is told whole begins with a 0. */
const noughtRegions: ReadonlySet<string> = new Set(
  'AT AU BE CH DE FI FR GB ID IE IL IN JP KR MY NL NZ PH SE TH TR VN ZA'.split(' '),
);

/** How callers say values of the slot, as words: what fills `{slot}` in examples, and what a recogniser is to expect. */
export function slotSamples(definition: AgentDefinition, slot: Slot, language: string): readonly string[] {
  const base = language.split('-')[0] ?? language;
  const isVietnamese = base === 'vi';
  switch (slot.type) {
    case 'list':
      return (slot.list === undefined ? [] : (definition.lists[slot.list] ?? [])).flatMap((entry) =>
        variationsIn(entry.names, language).map((name) => name.toLowerCase()),
      );
    case 'date':
      return isVietnamese ? vietnamese.days : spokenDays(slot.part === undefined ? 'withoutSundays' : 'whole');
    case 'time':
      return isVietnamese ? vietnamese.times : spokenClockTimes();
    case 'dateRange':
      return isVietnamese
        ? expandPhrases(['từ {day} đến {day}'], { day: vietnamese.days }, 40)
        : expandPhrases(
            ['from {day} to {day}', '{day} to {day}', '{day} until {day}'],
            { day: spokenDays('whole') },
            80,
          );
    case 'duration':
      return isVietnamese
        ? numberWords('vi', 10).map((count) => `${count} đêm`)
        : numberWords('en', 14).flatMap((count) =>
            count === 'one'
              ? ['one night', 'one day', 'one hour', 'a week']
              : [`${count} nights`, `${count} days`, `${count} hours`],
          );
    case 'number':
      return slot.unit === undefined
        ? numberWords(isVietnamese ? 'vi' : 'en', 31)
        : counted(variationsIn(slot.unit, language), isVietnamese ? 'vi' : 'en');
    case 'digits':
    case 'account':
      return digitWords(isVietnamese ? 'vi' : 'en', slot.length?.min ?? 4, slot.length?.max ?? 8, digitStrings);
    case 'phone':
      return isVietnamese
        ? digitWords('vi', 10, 10, 40)
        : spokenPhoneNumbers(160, noughtRegions.has(definition.region ?? '') ? 'nought' : 'anyDigit');
    case 'money':
      return isVietnamese
        ? ['năm trăm nghìn', 'một triệu', 'hai triệu đồng', 'ba trăm nghìn đồng', 'một triệu rưỡi']
        : numberWords('en', 20).flatMap((count) => [`${count} dollars`, `${count} hundred dollars`, `${count} fifty`]);
    case 'person':
      return isVietnamese
        ? vietnamese.names
        : [
            ...FIRST_NAMES,
            ...FIRST_NAMES.map((first, index) => `${first} ${LAST_NAMES[(index * 7) % LAST_NAMES.length] ?? ''}`),
          ];
    case 'yesNo':
      return isVietnamese ? ['có', 'không'] : ['yes', 'no'];
    case 'email':
      return isVietnamese
        ? ['lan chấm nguyễn a còng gmail chấm com']
        : ['john dot smith at gmail dot com', 'anna at example dot com'];
    case 'text':
    case 'pattern':
      return [];
  }
}

/** The numbers alone, and with each of the words for what they count. */
function counted(units: readonly string[], language: 'en' | 'vi'): readonly string[] {
  return numberWords(language, mostCounted).flatMap((count) => [
    count,
    ...units.map((unit) =>
      unit.endsWith('…') ? `${unit.slice(0, -1).trim().toLowerCase()} ${count}` : `${count} ${unit.toLowerCase()}`,
    ),
  ]);
}

/** People, rooms, pieces: what callers count aloud is few. */
const mostCounted = 8;

/** Values for the placeholders of examples. One that has none stands for itself. */
export function placeholders(definition: AgentDefinition, language: string): PlaceholderValues {
  return Object.fromEntries(
    Object.entries(definition.slots).map(([name, slot]) => [name, slotSamples(definition, slot, language)]),
  );
}
