import type { FlowNode } from '@parley/contract/flow/nodes.ts';
import { fold } from '../../wording/fold.ts';
import { placeSaid } from '../../wording/place-said.ts';
import { variationsIn } from '../pick-wording.ts';
import type { Heard } from './hearing.ts';
import { entriesOf } from './list-entries.ts';
import type { Frame } from './memory.ts';
import type { Run } from './run.ts';

/**
 * "The second one", after entries of the asked list slot were read out: the entry that came second in what was said last. It is
 * the value of nothing else then.
 */
export function withChosenByPlace(run: Run, frame: Frame, node: FlowNode, heard: Heard): Heard {
  const slot = node.type === 'form' || node.type === 'confirm' ? frame.asked : undefined;
  if (slot === undefined || heard.unreliable) return heard;
  const offered = offeredFor(run, slot);
  const place = offered.length < 2 ? undefined : placeSaid(heard.text, run.memory.language, offered.length);
  const value = place === undefined ? undefined : offered[place];
  if (value === undefined) return heard;
  return {
    ...heard,
    // "The second" is no day of the month now.
    values: (slots) => new Map(slots.includes(slot) ? [[slot, { value, text: heard.text }]] : []),
    candidates: (name) => (name === slot ? [] : heard.candidates(name)),
  };
}

/** Values of the slot's entries in the order in which the last sentence that names two or more of them names them. */
function offeredFor({ plan: { definition }, memory }: Run, name: string): readonly string[] {
  const slot = definition.slots[name];
  if (slot?.type !== 'list') return [];
  const entries = entriesOf(definition, slot, memory.results);
  const sentences = memory.lastReply.split(/(?<=[.?!])\s+/u).toReversed();
  for (const sentence of sentences) {
    const said = ` ${fold(sentence)} `;
    const found = entries
      .flatMap(({ value, names }) => {
        const longest = variationsIn(names, memory.language)
          .map(fold)
          .filter((one) => one !== '' && said.includes(` ${one} `))
          .sort((one, other) => other.length - one.length)[0];
        if (longest === undefined) return [];
        const start = said.indexOf(` ${longest} `);
        return [{ value, start, end: start + longest.length }];
      })
      .sort((one, other) => one.start - other.start);
    // "Anna" within "Anna Keane" names nobody else.
    const named = found.filter(
      (one) =>
        !found.some(
          (other) => other.start <= one.start && other.end >= one.end && other.end - other.start > one.end - one.start,
        ),
    );
    if (named.length > 1) return named.map(({ value }) => value);
  }
  return [];
}
