import type { SlotType } from '@parley/contract/flow/agent-definition.ts';
import { findDates } from '../../entities/calendar-date.ts';
import { findChoices } from '../../entities/choice.ts';
import { findClockTimes } from '../../entities/clock-time.ts';
import { tokenize } from '../../entities/entity.ts';
import { readCardinal } from '../../entities/numbers.ts';
import { findPersonName } from '../../entities/person-name.ts';
import { findPhoneNumber } from '../../entities/phone-number.ts';
import { findYesNo } from '../../entities/yes-no.ts';
import { isoDateOf, isoTimeOf, localTime } from '../../entities/zoned-time.ts';
import type { Json } from '../../tools/tool.ts';
import { variationsIn } from '../pick-wording.ts';
import type { SlotHearingRequest } from './hear-slots.ts';

interface Found {
  /** As it was said. */
  readonly text: string;
}

/** Something of an utterance that may be the value of a slot. */
export type Finding = Found &
  (
    | { readonly kind: 'date'; readonly value: string }
    /** All that it can mean, the likeliest first: "three" is 03:00 or 15:00. */
    | { readonly kind: 'time'; readonly value: string; readonly readings: readonly string[] }
    | { readonly kind: 'dateRange' | 'timeRange'; readonly value: { readonly from: string; readonly to: string } }
    /** `of` is the list, or the pattern. */
    | { readonly kind: 'list' | 'pattern'; readonly of: string; readonly value: Json }
    /** The first digits of a longer number. */
    | { readonly kind: 'partial'; readonly value: string }
    | { readonly kind: Exclude<SlotType, 'date' | 'time' | 'dateRange' | 'list' | 'pattern'>; readonly value: Json }
  );

/** All that the utterance holds for slots of the agent. */
export function findForSlots(
  { definition, text, language, nowEpochMs, timeZone }: SlotHearingRequest,
  asked: string | undefined,
): readonly Finding[] {
  const findings: Finding[] = [];
  const askedType = asked === undefined ? undefined : definition.slots[asked]?.type;
  const today = localTime(nowEpochMs, timeZone).date;
  for (const { value, text: said } of findDates(text, today))
    findings.push({ kind: 'date', value: isoDateOf(value), text: said });
  for (const { value, text: said } of findClockTimes(text)) {
    const hours =
      value.meridiem === undefined
        ? [value.hour % 12, (value.hour % 12) + 12]
        : [(value.hour % 12) + (value.meridiem === 'pm' ? 12 : 0)];
    const readings = hours.map((hour) => isoTimeOf({ hour, minute: value.minute }));
    findings.push({ kind: 'time', value: readings[0] ?? '', readings, text: said });
  }
  const lists = new Set(Object.values(definition.slots).flatMap(({ list }) => list ?? []));
  for (const of of lists) {
    const options = (definition.lists[of] ?? []).map(({ value, names }) => ({
      id: value,
      names: variationsIn(names, language),
    }));
    for (const choice of findChoices(text, options))
      findings.push({ kind: 'list', of, value: choice.value, text: choice.text });
  }
  const phone = findPhoneNumber(text);
  if (phone !== undefined) findings.push({ kind: 'phone', value: phone.value, text: phone.text });
  const name = findPersonName(text, askedType === 'person');
  if (name !== undefined) findings.push({ kind: 'person', value: name.value, text: name.text });
  const tokens = tokenize(text);
  for (let at = 0; at < tokens.length; at += 1) {
    const number = readCardinal(tokens, at);
    if (number !== undefined) findings.push({ kind: 'number', value: number.value, text: tokens[at]?.text ?? '' });
    if (number !== undefined) at = number.next - 1;
  }
  const yesNo = findYesNo(text);
  if (yesNo !== undefined) findings.push({ kind: 'yesNo', value: yesNo === 'yes', text });
  if (askedType === 'text') findings.push({ kind: 'text', value: text.trim(), text });
  return findings;
}
