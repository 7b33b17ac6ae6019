import type { AgentDefinition, Slot } from '@parley/contract/flow/agent-definition.ts';
import type { Json } from '../../tools/tool.ts';
import type { HeardValue } from './hearing.ts';
import { type Finding, findForSlots } from './slot-findings.ts';

export interface SlotHearingRequest {
  readonly definition: AgentDefinition;
  readonly text: string;
  /** BCP 47. */
  readonly language: string;
  readonly nowEpochMs: number;
  readonly timeZone: string;
  readonly filled: Readonly<Record<string, Json>>;
  /** The first part of a value that is told in pieces. */
  readonly partial: { readonly slot: string; readonly text: string } | undefined;
}

export interface SlotHearing {
  forSlots(slots: readonly string[], asked: string | undefined): ReadonlyMap<string, HeardValue>;
  partialFor(slot: string): { readonly soFar: string; readonly text: string } | undefined;
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
    const fresh = findForSlots(request, asked);
    found.set(key, fresh);
    return fresh;
  };
  const whole = (slot: string) =>
    partial?.slot === slot ? findForSlots({ ...request, text: `${partial.text} ${request.text}` }, slot) : [];

  return {
    yesNo() {
      const said = findings(undefined).find((finding) => finding.kind === 'yesNo');
      if (said?.kind !== 'yesNo') return undefined;
      return said.value === true ? 'yes' : 'no';
    },
    partialFor(slot) {
      const part = [...whole(slot), ...findings(slot)].find((finding) => finding.kind === 'partial');
      return part?.kind === 'partial' ? { soFar: part.value, text: part.text } : undefined;
    },
    forSlots(slots, asked) {
      const values = new Map<string, HeardValue>();
      const taken = new Set<Finding>();
      const give = (name: string, finding: Finding, value: Json) => {
        values.set(name, { value, text: finding.text });
        taken.add(finding);
      };
      const all = findings(asked);
      if (asked !== undefined) {
        const slot = definition.slots[asked];
        const told = [...whole(asked), ...all].find((finding) => fits(finding, slot, true) !== undefined);
        const value = told === undefined ? undefined : fits(told, slot, true);
        if (told !== undefined && value !== undefined) give(asked, told, value);
      }
      const others = slots.filter((name) => name !== asked && definition.slots[name]?.heard !== 'asked');
      for (const finding of all) {
        // A range that gave the asked slot its beginning gives another one its end.
        if (taken.has(finding) && !isRange(finding)) continue;
        const fitting = others.filter(
          (name) => !values.has(name) && fits(finding, definition.slots[name], false) !== undefined,
        );
        const chosen = isRange(finding) ? fitting : only(fitting, request.filled);
        for (const name of chosen) {
          const value = fits(finding, definition.slots[name], false);
          if (value !== undefined) give(name, finding, value);
        }
      }
      return values;
    },
  };
}

/** The one that can be meant: the only one, or the only one that is still open. */
function only(names: readonly string[], filled: Readonly<Record<string, Json>>): readonly string[] {
  if (names.length <= 1) return names;
  const open = names.filter((name) => filled[name] === undefined);
  return open.length === 1 ? open : [];
}

function isRange({ kind }: Finding): boolean {
  return kind === 'dateRange' || kind === 'timeRange';
}

/** The value that the finding has for the slot, if it is one of its kind. */
function fits(finding: Finding, slot: Slot | undefined, asked: boolean): Json | undefined {
  if (slot === undefined) return undefined;
  switch (slot.type) {
    case 'date':
      if (finding.kind === 'date') return finding.value;
      return finding.kind === 'dateRange' ? finding.value[slot.part ?? 'from'] : undefined;
    case 'time':
      if (finding.kind === 'time') return nearestReading(finding.readings, slot);
      return finding.kind === 'timeRange' && slot.part !== undefined ? finding.value[slot.part] : undefined;
    case 'dateRange':
      return finding.kind === 'dateRange' ? finding.value : undefined;
    case 'list':
      return finding.kind === 'list' && finding.of === slot.list ? finding.value : undefined;
    case 'pattern':
      return finding.kind === 'pattern' && finding.of === slot.pattern ? finding.value : undefined;
    case 'digits':
    case 'account':
      return finding.kind === slot.type && isOfLength(finding.value, slot) ? finding.value : undefined;
    case 'text':
      return asked && finding.kind === 'text' && isOfLength(finding.value, slot) ? finding.value : undefined;
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
