import type { AgentDefinition, SlotType } from '@parley/contract/flow/agent-definition.ts';
import { findDigitRuns } from '../../entities/digits/digit-runs.ts';
import { findEntities } from '../../entities/find-entities.ts';
import type { EntityKind, FoundEntity, ListEntry } from '../../entities/found-entity.ts';
import type { Json } from '../../tools/tool.ts';
import { variationsIn } from '../pick-wording.ts';
import type { SlotHearingRequest } from './hear-slots.ts';
import { givenEntries } from './list-entries.ts';

interface Said {
  /** As it was said. */
  readonly text: string;
  /** Where in the utterance, as offsets of characters. */
  readonly start: number;
  readonly end: number;
}

/** Something of an utterance that may be the value of a slot. */
export type Finding = Said &
  (
    | { readonly kind: 'date'; readonly value: string }
    /** All that it can mean, the likeliest first: "three" is 15:00 or 03:00. */
    | { readonly kind: 'time'; readonly readings: readonly string[] }
    | { readonly kind: 'dateRange' | 'timeRange'; readonly value: { readonly from: string; readonly to: string } }
    /** `of` is the list, or the pattern. */
    | { readonly kind: 'list' | 'pattern'; readonly of: string; readonly value: Json }
    /** Entries of the list between which the words do not decide. */
    | { readonly kind: 'candidates'; readonly of: string; readonly values: readonly string[] }
    /** The first digits of a longer number. */
    | { readonly kind: 'partial'; readonly value: string }
    | { readonly kind: Exclude<SlotType, 'date' | 'time' | 'dateRange' | 'list' | 'pattern'>; readonly value: Json }
  );

/** All that the utterance holds for slots of the agent, in the order in which it was said. */
export function findForSlots(request: SlotHearingRequest, asked: string | undefined): readonly Finding[] {
  const { definition, text, language } = request;
  const slot = asked === undefined ? undefined : definition.slots[asked];
  const askedKind = slot === undefined || slot.type === 'text' ? undefined : slot.type;
  const account = slot?.length ?? Object.values(definition.slots).find(({ type }) => type === 'account')?.length;
  const found = findEntities(text, {
    ...findersOf(request),
    kinds: kindsOf(definition),
    lists: { ...listsOf(definition, language), ...givenLists(request) },
    patterns: patternsOf(definition),
    ...(account !== undefined && { account: { minLength: account.min, maxLength: account.max, checksum: 'none' } }),
    asked: askedKind,
    preference: slot?.prefer ?? 'future',
  });
  const dictated = dictationsIn(text, language);
  const findings = found
    .flatMap(findingsOf)
    .filter((one) => one.kind !== 'money' || !isPronoun(one, text))
    .filter((one) => one.kind !== 'time' || !dictated.some(({ start, end }) => start <= one.start && one.end <= end));
  if (slot?.type === 'text' && text.trim() !== '')
    findings.push({ kind: 'text', value: text.trim(), text, start: 0, end: text.length });
  return findings;
}

/** What all finders are told. */
export function findersOf({ definition, language, nowEpochMs, timeZone }: SlotHearingRequest) {
  const finders: 'vi' | 'en' = language.startsWith('vi') ? 'vi' : 'en';
  return { language: finders, nowEpochMs, timeZone, region: definition.region };
}

/** "From the current one" is no sum, also where a sum was asked for. */
function isPronoun(found: Said, text: string): boolean {
  return (
    /^one$/i.test(found.text) &&
    /\b(the|this|that|my|your|another|which|any)( \w+){0,2} $/i.test(text.slice(0, found.start))
  );
}

/** Digits that do not make the number that was asked for are no time of day either: "double three eight five oh one six …". */
function dictationsIn(text: string, language: string): readonly { readonly start: number; readonly end: number }[] {
  const runs = findDigitRuns(text, language.startsWith('vi') ? 'vi' : 'en');
  return runs.filter(({ readings }) => readings.every((digits) => digits.length >= dictatedDigits));
}

/** A time and a day beside it have fewer: "three thirty on the twenty fifth". */
const dictatedDigits = 7;

function findingsOf(found: FoundEntity): Finding[] {
  const said = { text: found.text, start: found.start, end: found.end };
  switch (found.kind) {
    case 'dateTime': {
      const days = found.readings.map((moment) => moment.slice(0, 10));
      return [
        { kind: 'date', value: days[0] ?? found.value.slice(0, 10), ...said },
        { kind: 'time', readings: [...new Set(found.readings.map((moment) => moment.slice(11, 16)))], ...said },
      ];
    }
    case 'time':
      return [{ kind: 'time', readings: found.readings, ...said }];
    case 'timeRange': {
      const { from, to, date } = found.value;
      const range: Finding = { kind: 'timeRange', value: { from, to }, ...said };
      return date === undefined ? [range] : [{ kind: 'date', value: date, ...said }, range];
    }
    case 'date':
      return typeof found.value === 'string' ? [{ kind: 'date', value: found.value, ...said }] : [];
    case 'dateRange':
      return isRange(found.value) ? [{ kind: 'dateRange', value: found.value, ...said }] : [];
    case 'list':
    case 'pattern':
      return [{ kind: found.kind, of: found.of, value: found.value, ...said }];
    case 'partial':
      return [{ kind: 'partial', value: found.value, ...said }];
    case 'listCandidates':
      return [{ kind: 'candidates', of: found.of, values: found.value, ...said }];
    case 'sentiment':
      return [];
    default:
      return [{ kind: found.kind, value: found.value, ...said }];
  }
}

function isRange(value: Json): value is { readonly from: string; readonly to: string } {
  return typeof value === 'object' && value !== null && 'from' in value && 'to' in value;
}

export const kindsBySlot: Readonly<Record<SlotType, readonly EntityKind[]>> = {
  text: [],
  number: ['number'],
  digits: ['digits'],
  money: ['money'],
  date: ['date', 'dateTime', 'dateRange', 'timeRange'],
  time: ['time', 'dateTime', 'timeRange'],
  dateRange: ['dateRange', 'date'],
  duration: ['duration'],
  phone: ['phone'],
  email: ['email'],
  account: ['account'],
  person: ['person'],
  list: ['list'],
  pattern: ['pattern'],
  yesNo: ['yesNo'],
};

/** What a definition needs is worked out once. */
const kindsKept = new WeakMap<AgentDefinition, readonly EntityKind[]>();
const listsKept = new WeakMap<
  AgentDefinition,
  Map<string, Record<string, { value: string; names: readonly string[] }[]>>
>();
const patternsKept = new WeakMap<AgentDefinition, Record<string, string>>();

function kindsOf(definition: AgentDefinition): readonly EntityKind[] {
  const kept = kindsKept.get(definition);
  if (kept !== undefined) return kept;
  const kinds = new Set<EntityKind>(['yesNo']);
  for (const { type } of Object.values(definition.slots)) for (const kind of kindsBySlot[type]) kinds.add(kind);
  const all = [...kinds];
  kindsKept.set(definition, all);
  return all;
}

/** The definition's lists with their names in the language. */
export function listsOf(definition: AgentDefinition, language: string) {
  const byLanguage = listsKept.get(definition) ?? new Map();
  listsKept.set(definition, byLanguage);
  const kept = byLanguage.get(language);
  if (kept !== undefined) return kept;
  const lists = Object.fromEntries(
    Object.entries(definition.lists).map(([name, entries]) => [
      name,
      entries.map(({ value, names }) => ({ value, names: variationsIn(names, language) })),
    ]),
  );
  byLanguage.set(language, lists);
  return lists;
}

/** A list that a tool gave goes by its path, which is no name of another. */
function givenLists({ definition, results }: SlotHearingRequest): Readonly<Record<string, readonly ListEntry[]>> {
  const lists: Record<string, readonly ListEntry[]> = {};
  for (const slot of Object.values(definition.slots)) {
    if (slot.entries === undefined) continue;
    const entries = givenEntries(slot, results);
    if (entries.length > 0) lists[slot.entries] = entries;
  }
  return lists;
}

/** A slot's pattern goes by its own text. */
export function patternsOf(definition: AgentDefinition): Record<string, string> {
  const kept = patternsKept.get(definition);
  if (kept !== undefined) return kept;
  const patterns = Object.fromEntries(
    Object.values(definition.slots).flatMap(({ pattern }) => (pattern === undefined ? [] : [[pattern, pattern]])),
  );
  patternsKept.set(definition, patterns);
  return patterns;
}
