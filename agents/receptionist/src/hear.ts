import { findDates } from '@parley/dialogue/entities/calendar-date.ts';
import { findChoices } from '@parley/dialogue/entities/choice.ts';
import {
  findClockTimes,
  findPartOfDay,
  type PartOfDay,
  resolveTime,
  type SpokenTime,
} from '@parley/dialogue/entities/clock-time.ts';
import type { Entity } from '@parley/dialogue/entities/entity.ts';
import { findPersonName } from '@parley/dialogue/entities/person-name.ts';
import { findDigitStrings, findPhoneNumber, PHONE_DIGITS } from '@parley/dialogue/entities/phone-number.ts';
import { type ClockTime, localTime } from '@parley/dialogue/entities/zoned-time.ts';
import type { Hearing, SlotName, Utterance } from '@parley/dialogue/form/form-definition.ts';
import { sayPhone } from '@parley/dialogue/wording/spoken.ts';
import { type Appointment, isOpenAt } from './appointment.ts';
import type { OpeningHours } from './opening-hours.ts';
import type { Service } from './services.ts';

/**
 * What an utterance says about the appointment. Telephone numbers are found first and blanked out, then days, then
 * clock times, so that "the third" is no hour and "five five five" no time; a correction's last word counts.
 */
export function hearAppointment(
  { text, asked, values: known, context }: Utterance<Appointment>,
  services: readonly Service[],
  hours: OpeningHours,
): Hearing<Appointment> {
  const correcting = CORRECTION.test(text);
  const values: Appointment = {};
  const entities: Found[] = [];
  let rest = text;
  const take = (type: Placeholder, entity: Entity<unknown>) => {
    entities.push({ type, entity });
    rest = rest.slice(0, entity.start) + ' '.repeat(entity.end - entity.start) + rest.slice(entity.end);
  };

  const phone = hearPhone(text, asked, known, correcting);
  if (phone !== undefined) {
    for (const entity of phone.entities) take('phone', entity);
    if (phone.digits.length >= PHONE_DIGITS.min) values.phone = phone.digits;
    // Kept to be lengthened by the next piece; useless and replaced once the number is whole.
    values.phonePiece = phone.digits;
  }

  const dates = findDates(rest, localTime(context.nowEpochMs, context.timeZone).date);
  for (const date of dates) take('day', date);
  const date = dates.at(-1);
  if (date !== undefined) values.date = date.value;

  const expectsTime = asked === 'date' || asked === 'time' || asked === undefined || correcting || date !== undefined;
  const times = findClockTimes(rest).filter(
    (spoken) => !spoken.value.bare || expectsTime || (asked === 'service' && isAll(spoken, rest)),
  );
  const partOfDay = findPartOfDay(rest);
  for (const time of times) take('clock', time);
  const time = times.at(-1);
  if (time !== undefined) values.time = meantTime(time.value, partOfDay, known.partOfDay, hours);
  if (partOfDay !== undefined && time === undefined && !GREETING.test(text)) values.partOfDay = partOfDay;

  const options = services.map((service) => ({ id: service.name, names: [service.name, ...service.synonyms] }));
  const name = findPersonName(rest, asked === 'name');
  const named = name !== undefined && !(asked === 'name' && isService(name, rest, options)) ? name : undefined;
  if (named !== undefined) {
    take('first', named);
    values.name = named.value;
  }

  const choices = findChoices(rest, options);
  const choice = correcting ? choices.at(-1) : choices[0];
  if (choice !== undefined) {
    take('service', choice);
    values.service = choice.value;
  }

  return {
    values,
    reopened: reopenedSlots(text, values),
    goOn: phone !== undefined && values.phone === undefined ? `${sayPhone(phone.piece)}. Go on.` : undefined,
    entities: entities.map(({ type, entity }) => ({
      type: ENTITY_TYPES[type],
      text: entity.text,
      value: entity.value,
    })),
    masked: mask(text, entities),
  };
}

type Placeholder = 'phone' | 'day' | 'clock' | 'first' | 'service';

interface Found {
  readonly type: Placeholder;
  readonly entity: Entity<unknown>;
}

const ENTITY_TYPES: Readonly<Record<Placeholder, string>> = {
  phone: 'phone',
  day: 'date',
  clock: 'time',
  first: 'name',
  service: 'service',
};

const CORRECTION = /\b(?:actually|instead|make it|change|no|not|meant|rather|wait|sorry)\b/i;
const GREETING = /\bgood (?:morning|afternoon|evening)\b/i;
/** All that may stand around the digits when a number is dictated in pieces. */
const DICTATION =
  /^(?:[\s,.\-+()]|\b(?:it's|its|it|is|my|the|phone|number|that's|and|then|uh|um|area|code|yes|sure|okay|ok|so|please)\b)*$/i;
/** The digits of a full number; a shorter one may be lengthened by what comes right after it. */
const FULL_NUMBER = 10;

function hearPhone(
  text: string,
  asked: SlotName<Appointment> | undefined,
  known: Appointment,
  correcting: boolean,
): { digits: string; piece: string; entities: readonly Entity<string>[] } | undefined {
  const pieces = findDigitStrings(text);
  const around = pieces.reduceRight((rest, piece) => rest.slice(0, piece.start) + rest.slice(piece.end), text);
  const dictated = pieces.length > 0 && DICTATION.test(around);
  const digits = pieces.map(({ value }) => value).join('');
  if (asked === 'phone' && dictated) {
    // A whole number after a piece is the caller starting again.
    const piece = known.phonePiece ?? '';
    const fresh = digits.length >= FULL_NUMBER || correcting || piece.length >= PHONE_DIGITS.min;
    return { digits: fresh ? digits : piece + digits, piece: digits, entities: pieces };
  }
  if (asked === undefined && dictated && !correcting && known.phone !== undefined && digits.length >= 2) {
    const continued = known.phone.length + digits.length;
    if (continued === FULL_NUMBER || continued === FULL_NUMBER + 1) {
      return { digits: known.phone + digits, piece: digits, entities: pieces };
    }
  }
  const whole = findPhoneNumber(text);
  return whole === undefined ? undefined : { digits: whole.value, piece: whole.value, entities: [whole] };
}

/** A half of the day said now decides; one said earlier only if it leads to a time at which the shop is open. */
function meantTime(
  spoken: SpokenTime,
  saidNow: PartOfDay | undefined,
  saidBefore: PartOfDay | undefined,
  hours: OpeningHours,
): ClockTime {
  const meant = resolveTime(spoken, saidNow ?? saidBefore, hours);
  return saidNow !== undefined || isOpenAt(meant, hours) ? meant : resolveTime(spoken, undefined, hours);
}

/** Whether nothing else was said: "two please" is a time, "I'd like one" is not. */
function isAll(entity: Entity<unknown>, text: string): boolean {
  return /^\W*(?:please)?\W*$/i.test(text.slice(0, entity.start) + text.slice(entity.end));
}

function isService(
  name: Entity<string>,
  text: string,
  options: readonly { id: string; names: readonly string[] }[],
): boolean {
  return findChoices(text, options).some((choice) => choice.start < name.end && name.start < choice.end);
}

/** "Change the name", "the time is wrong": slots to ask anew, unless the new value came along. */
function reopenedSlots(text: string, values: Appointment): SlotName<Appointment>[] {
  const hit = REOPEN.exec(text);
  const word = hit
    ?.slice(1)
    .find((group) => group !== undefined)
    ?.toLowerCase();
  const slot = word === undefined ? undefined : REOPENED.get(word);
  return slot === undefined || Object.keys(values).length > 0 ? [] : [slot];
}

const SLOT_WORDS = '(service|day|date|time|name|phone|number|phone number)';
const REOPEN = new RegExp(
  `\\bchange (?:the |my )?${SLOT_WORDS}\\b|\\b(?:the|my) ${SLOT_WORDS} (?:is|was) (?:wrong|not right|incorrect)|\\bwrong ${SLOT_WORDS}\\b|^(?:the )?${SLOT_WORDS}$`,
  'i',
);
const REOPENED = new Map<string, SlotName<Appointment>>([
  ['service', 'service'],
  ['day', 'date'],
  ['date', 'date'],
  ['time', 'time'],
  ['name', 'name'],
  ['phone', 'phone'],
  ['number', 'phone'],
  ['phone number', 'phone'],
]);

function mask(text: string, found: readonly Found[]): string {
  return [...found]
    .sort((a, b) => b.entity.start - a.entity.start)
    .reduce(
      (masked, { type, entity }) => `${masked.slice(0, entity.start)} {${type}} ${masked.slice(entity.end)}`,
      text,
    );
}
