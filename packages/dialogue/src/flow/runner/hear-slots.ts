import type { AgentDefinition, Slot } from '@parley/contract/flow/agent-definition.ts';
import { findEntities } from '../../entities/find-entities.ts';
import type { Json, JsonObject } from '../../tools/tool.ts';
import type { HeardValue } from './hearing.ts';
import { namedText } from './named-text.ts';
import { withoutNegated } from './negated.ts';
import { cuedSlot } from './slot-cues.ts';
import { type Finding, findersOf, findForSlots } from './slot-findings.ts';
import { isStreetAddress } from './street-address.ts';

export interface SlotHearingRequest {
  readonly definition: AgentDefinition;
  readonly text: string;
  /** BCP 47. */
  readonly language: string;
  readonly nowEpochMs: number;
  readonly timeZone: string;
  readonly filled: Readonly<Record<string, Json>>;
  /** What tools gave; a list slot's entries may be among it. */
  readonly results: JsonObject;
  /** Slots that the caller's last turn that told any told. */
  readonly recent: readonly string[];
  /** The first part of a value that is told in pieces. */
  readonly partial: { readonly slot: string; readonly text: string } | undefined;
}

export interface SlotHearing {
  forSlots(slots: readonly string[], asked: string | undefined): ReadonlyMap<string, HeardValue>;
  partialFor(slot: string): { readonly soFar: string; readonly text: string } | undefined;
  /** A value that the slot could have was said not to be meant: "Friday doesn't work". */
  refuses(slot: string): boolean;
  /** Values of the list slot between which the words do not decide. */
  candidatesFor(slot: string): readonly string[];
  yesNo(): 'yes' | 'no' | undefined;
}

/**
 * Which values of which slots an utterance holds. The slot that was asked for takes what fits it; of the others a slot takes
 * what can be meant for no other: "from Friday to Sunday" is arrival and departure, "Friday" alone is the one that is open.
 */
export function hearSlots(request: SlotHearingRequest): SlotHearing {
  const { definition, partial } = request;
  const found = new Map<string, readonly Finding[]>();
  /** What is found depends on what was asked: "Bob" is a name when one was asked for. */
  const findings = (asked: string | undefined): readonly Finding[] => {
    const key = asked ?? '';
    const known = found.get(key);
    if (known !== undefined) return known;
    const fresh = withoutNegated(findForSlots(request, asked), request.text, request.language);
    found.set(key, fresh);
    return fresh;
  };
  const refused = (asked: string | undefined): readonly Finding[] => {
    const kept = new Set(findings(asked).map(({ start }) => start));
    return findForSlots(request, asked).filter(({ start }) => !kept.has(start));
  };
  const whole = (slot: string) =>
    partial?.slot === slot ? findForSlots({ ...request, text: `${partial.text} ${request.text}` }, slot) : [];

  const cued = (finding: Finding, all: readonly Finding[], slots: readonly string[]) =>
    cuedSlot(
      request,
      finding,
      all,
      slots.filter((name) => fits(finding, definition.slots[name], false) !== undefined),
    );
  /** "Two" in "two nights" is not how many guests there are. */
  const isWithinOther = (finding: Finding, asked: string, slots: readonly string[]) =>
    finding.kind === 'number' &&
    findings(undefined).some(
      (other) =>
        other.kind !== 'number' &&
        other.start <= finding.start &&
        other.end >= finding.end &&
        other.end - other.start > finding.end - finding.start &&
        slots.some((name) => name !== asked && fits(other, definition.slots[name], false) !== undefined),
    );
  /** "No, 1250" after a sum was told may be another sum; a try of a PIN is lost more dearly than a question is asked twice. */
  const maybeCorrectsSum = (finding: Finding) =>
    finding.kind === 'digits' &&
    /^\W*(?:no|nope|không|thôi)\W+$/iu.test(request.text.slice(0, finding.start)) &&
    Object.keys(request.filled).some((name) => definition.slots[name]?.type === 'money');
  const isCounted = (name: string) => definition.slots[name]?.unit !== undefined;
  /** The digits of "5 Main Street" belong to the house, whatever number was asked for. */
  const isAddress = (asked: string | undefined) =>
    asked !== undefined &&
    toldInDigits.has(definition.slots[asked]?.type ?? '') &&
    isStreetAddress(request.text, request.language.startsWith('vi') ? 'vi' : 'en');

  return {
    yesNo() {
      // Asked at every turn, and of the words as a whole: it depends on nothing else that is found.
      const said = findEntities(request.text, { ...findersOf(request), kinds: ['yesNo'] }).at(0);
      return said === undefined ? undefined : said.value === true ? 'yes' : 'no';
    },
    refuses: (name) => refused(name).some((finding) => fits(finding, definition.slots[name], true) !== undefined),
    candidatesFor(name) {
      const slot = definition.slots[name];
      const several = findings(name).find((finding) => finding.kind === 'candidates' && finding.of === listOf(slot));
      return several?.kind === 'candidates' ? several.values : [];
    },
    partialFor(slot) {
      if (isAddress(slot)) return undefined;
      const part = [...whole(slot), ...findings(slot)].find((finding) => finding.kind === 'partial');
      return part?.kind === 'partial' ? { soFar: part.value, text: part.text } : undefined;
    },
    forSlots(slots, asked) {
      const values = new Map<string, HeardValue>();
      if (slots.length === 0) return values;
      const taken = new Set<Finding>();
      /** "Until Sunday" is the Sunday after the arrival, whenever that is. */
      const afterBeginning = (name: string, finding: Finding, value: Json): Json => {
        if (finding.kind !== 'date' || definition.slots[name]?.part !== 'to') return value;
        const beginning = slots.find(
          (other) => definition.slots[other]?.type === 'date' && definition.slots[other]?.part === 'from',
        );
        const from = beginning === undefined ? undefined : (values.get(beginning)?.value ?? request.filled[beginning]);
        if (typeof from !== 'string' || typeof value !== 'string' || value > from) return value;
        const nowEpochMs = Date.parse(`${from}T12:00:00Z`);
        const later = findForSlots({ ...request, nowEpochMs }, name).find(({ start }) => start === finding.start);
        const near = later?.kind === 'date' && Date.parse(later.value) - nowEpochMs < longestLookaheadMs;
        return near && later.value > from ? later.value : value;
      };
      const give = (name: string, finding: Finding, found: Json) => {
        const value = afterBeginning(name, finding, found);
        values.set(name, { value, text: finding.text });
        taken.add(finding);
      };
      if (isAddress(asked)) {
        const texts = slots.filter((name) => definition.slots[name]?.type === 'text');
        for (const name of texts) {
          const slot = definition.slots[name];
          const named = slot === undefined ? undefined : namedText(slot, request.text, request.language);
          const isOnlyOne = texts.length === 1 && request.filled[name] === undefined && slot?.heard !== 'asked';
          const value = named ?? (isOnlyOne ? request.text.trim() : undefined);
          if (slot !== undefined && value !== undefined && isOfLength(value, slot))
            values.set(name, { value, text: request.text });
        }
        return values;
      }
      let all = findings(asked);
      if (asked !== undefined) {
        const slot = definition.slots[asked];
        const fitting = [...whole(asked), ...all].filter((finding) => fits(finding, slot, true) !== undefined);
        // "We leave on Sunday" is no answer to "when do you arrive?"
        const told = fitting.find(
          (finding) =>
            [undefined, asked].includes(cued(finding, all, slots)) &&
            !isWithinOther(finding, asked, slots) &&
            !maybeCorrectsSum(finding),
        );
        const value = told === undefined ? undefined : fits(told, slot, true);
        if (told !== undefined && value !== undefined) give(asked, told, value);
        // What answers nothing is heard as if nothing had been asked: "two nights" are no guests.
        // The next piece of a number holds nothing else, though: "five five five" is no time.
        else if (!all.some(({ kind }) => kind === 'partial')) all = findings(undefined);
      }
      const others = slots.filter((name) => name !== asked && definition.slots[name]?.heard !== 'asked');
      for (const finding of all) {
        // A range that gave the asked slot its beginning gives another one its end.
        if (taken.has(finding) && !isRange(finding)) continue;
        const fitting = others.filter(
          (name) => !values.has(name) && fits(finding, definition.slots[name], false) !== undefined,
        );
        const named = isRange(finding)
          ? undefined
          : cued(finding, all, asked === undefined ? slots : [...slots, asked]);
        const chosen = isRange(finding)
          ? fitting
          : named !== undefined
            ? fitting.filter((name) => name === named)
            : meant(
                fitting.filter((name) => !isCounted(name)),
                request,
              );
        for (const name of chosen) {
          const value = fits(finding, definition.slots[name], false);
          if (value !== undefined) give(name, finding, value);
        }
      }
      // Free text is told unasked only by its name: "the address is 46 Elm Avenue".
      for (const name of asked === undefined ? others : [...others, asked]) {
        const slot = definition.slots[name];
        const value = slot === undefined ? undefined : namedText(slot, request.text, request.language);
        if (slot !== undefined && value !== undefined && isOfLength(value, slot))
          values.set(name, { value, text: request.text });
      }
      const [sum, another] = others.filter((name) => definition.slots[name]?.type === 'money');
      if (sum !== undefined && another === undefined && !values.has(sum) && request.filled[sum] === undefined) {
        // "Send 40 to Tom": a bare number is the sum that is still to be told, where there is only one.
        const elsewhere = [...taken, ...refused(asked)];
        const isOfOther = (one: Finding) => elsewhere.some(({ start, end }) => start < one.end && one.start < end);
        const bare = findings(sum).find((one) => one.kind === 'money' && !isNothing(one) && !isOfOther(one));
        if (bare?.kind === 'money') give(sum, bare, bare.value);
      }
      return values;
    },
  };
}

/** A date that comes again only later than this after the beginning ("the fourth of May") was meant as it was said. */
const longestLookaheadMs = 35 * 86_400_000;

/**
 * The one that can be meant: the only one, or the only one that is still open. Of a beginning and an end the beginning is
 * told first; once both are told, the one that was told last is corrected.
 */
function meant(names: readonly string[], { definition, filled, recent }: SlotHearingRequest): readonly string[] {
  if (names.length <= 1) return names;
  // "At four" is the time itself, where "after four" and "in the afternoon" have slots of their own.
  const [whole, ...others] = names.filter((name) => definition.slots[name]?.part === undefined);
  if (whole !== undefined && others.length === 0) return [whole];
  const open = names.filter((name) => filled[name] === undefined);
  if (open.length === 1) return open;
  if (names.some((name) => definition.slots[name]?.part === undefined)) return [];
  const among = open.length > 0 ? open : names.filter((name) => recent.includes(name));
  const likely = among.length > 0 ? among : names;
  return likely
    .filter((name) => definition.slots[name]?.part === 'from')
    .concat(likely)
    .slice(0, 1);
}

/** Slots that a bare number answers, and none of which the number of a house is. */
const toldInDigits: ReadonlySet<string> = new Set(['phone', 'digits', 'account', 'time', 'money']);

/** "Không" is a no more often than a sum of nothing. */
function isNothing({ text }: Finding): boolean {
  return /^không$/iu.test(text);
}

function isRange({ kind }: Finding): boolean {
  return kind === 'dateRange' || kind === 'timeRange';
}

/** What the slot's entries are found under. */
function listOf(slot: Slot | undefined): string | undefined {
  return slot?.list ?? slot?.entries;
}

/** The value that the finding has for the slot, if it is one of its kind. */
function fits(finding: Finding, slot: Slot | undefined, asked: boolean): Json | undefined {
  if (slot === undefined) return undefined;
  switch (slot.type) {
    case 'date':
      if (finding.kind === 'date') return finding.value;
      // "This weekend" may be when somebody comes, but nobody was born "next month".
      if (slot.part === undefined && slot.prefer === 'past') return undefined;
      return finding.kind === 'dateRange' ? finding.value[slot.part ?? 'from'] : undefined;
    case 'time':
      if (finding.kind === 'time') return nearestReading(finding.readings, slot);
      return finding.kind === 'timeRange' && slot.part !== undefined ? finding.value[slot.part] : undefined;
    case 'dateRange':
      return finding.kind === 'dateRange' ? finding.value : undefined;
    case 'list':
      return finding.kind === 'list' && finding.of === listOf(slot) ? finding.value : undefined;
    case 'pattern':
      return finding.kind === 'pattern' && finding.of === slot.pattern ? finding.value : undefined;
    case 'digits':
    case 'account':
      return finding.kind === slot.type && isOfLength(finding.value, slot) ? finding.value : undefined;
    case 'text':
      return asked && finding.kind === 'text' && isOfLength(finding.value, slot) ? finding.value : undefined;
    case 'yesNo':
      // A yes is an answer to the question that was asked, and to no other.
      return asked && finding.kind === 'yesNo' ? finding.value : undefined;
    default:
      return finding.kind === slot.type ? finding.value : undefined;
  }
}

/** "At three" is 15:00 where the slot lies in the day, else the first reading. */
function nearestReading(readings: readonly string[], { hours }: Slot): string | undefined {
  const within = readings.find((time) => hours === undefined || (time >= hours.from && time < hours.to));
  return within ?? readings[0];
}

function isOfLength(value: Json, { length }: Slot): boolean {
  if (length === undefined) return true;
  const size = String(value).length;
  return size >= length.min && size <= length.max;
}
