import type { AgentDefinition, Slot } from '@parley/contract/flow/agent-definition.ts';
import { fold } from '../../wording/fold.ts';
import { variationsIn } from '../pick-wording.ts';
import type { Finding } from './slot-findings.ts';

export interface CueRequest {
  readonly definition: AgentDefinition;
  readonly text: string;
  readonly language: string;
}

/**
 * The slot that the words beside a value name: "arriving on Thursday", "until Monday", "two adults". Undefined when none is
 * named there.
 *
 * @param findings all of the utterance, in order
 * @param names slots for which the value can be meant
 */
export function cuedSlot(
  request: CueRequest,
  finding: Finding,
  findings: readonly Finding[],
  names: readonly string[],
): string | undefined {
  const { text } = request;
  const before = findings.findLast(({ end }) => end <= finding.start)?.end ?? 0;
  const after = findings.find(({ start }) => start >= finding.end)?.start ?? text.length;
  const ahead = fold(text.slice(before, finding.start)).split(' ').slice(-mostWordsBetween);
  const behind = fold(text.slice(finding.end, after)).split(' ').slice(0, mostWordsBetween);
  let nearest: { readonly name: string; readonly distance: number } | undefined;
  for (const name of names) {
    const slot = request.definition.slots[name];
    if (slot === undefined) continue;
    const isCounted = slot.unit !== undefined;
    const units = unitsOf(slot, request.language);
    // "Arriving Friday, leaving Sunday": what names a day stands before it; what counts stands after the number.
    const distance = isCounted
      ? (startDistance(behind, units.after) ?? startDistance(ahead.toReversed().slice(0, 1), units.before))
      : startDistance(ahead.toReversed(), namesOf(slot, request.language).map(reversed));
    if (distance !== undefined && (nearest === undefined || distance < nearest.distance)) nearest = { name, distance };
  }
  return nearest?.name;
}

/** What is counted by a number slot: "adults" stands after the number; a word that is written "for …" right before it. */
function unitsOf(
  slot: Slot,
  language: string,
): { readonly before: readonly string[]; readonly after: readonly string[] } {
  const all = slot.unit === undefined ? [] : variationsIn(slot.unit, language);
  return {
    before: all.filter((unit) => unit.endsWith('…')).map(fold),
    after: all.filter((unit) => !unit.endsWith('…')).map(fold),
  };
}

/** "Arriving, if that is all right, on Friday" is not how people talk: further words name something else. */
const mostWordsBetween = 4;

function namesOf(slot: Slot, language: string): readonly string[] {
  const titles = slot.title === undefined ? [] : variationsIn(slot.title, language);
  const links = slot.part === undefined ? [] : (partWords[language.split('-')[0] ?? language]?.[slot.part] ?? []);
  return [...titles, ...links].map(fold);
}

/** Without "to", which leads to the new value of anything: "move it to Thursday". */
const partWords: Readonly<Record<string, Readonly<Record<'from' | 'to', readonly string[]>>>> = {
  en: { from: ['from', 'starting', 'beginning'], to: ['until', 'till', 'through', 'ending'] },
  vi: { from: ['từ', 'bắt đầu'], to: ['đến hết', 'cho đến', 'cho tới'] },
};

/** How many words stand before one of the names in the list of words; undefined if none of them comes. */
function startDistance(words: readonly string[], names: readonly string[]): number | undefined {
  const said = words.join(' ');
  let nearest: number | undefined;
  for (const name of names) {
    const at = ` ${said} `.indexOf(` ${name} `);
    if (at === -1) continue;
    const distance = said.slice(0, at).split(' ').length;
    if (nearest === undefined || distance < nearest) nearest = distance;
  }
  return nearest;
}

function reversed(name: string): string {
  return name.split(' ').toReversed().join(' ');
}
