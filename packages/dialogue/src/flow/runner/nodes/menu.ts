import type { NodeOf } from '@parley/contract/flow/nodes.ts';
import { fold } from '../../../wording/fold.ts';
import { keySaid, placeSaid } from '../../../wording/place-said.ts';
import { variationsIn } from '../../pick-wording.ts';
import { evaluateValue } from '../../value.ts';
import type { Heard } from '../hearing.ts';
import { type Run, type Speaking, type Step, say, scopeOf, setSlot } from '../run.ts';

export async function* askMenu(run: Run, node: NodeOf<'menu'>): Speaking<void> {
  yield* say(run, node.text);
}

/** By key, by one of the names, by its place, or by what was meant. Undefined when no option, or more than one, was named. */
export function answerMenu(run: Run, node: NodeOf<'menu'>, heard: Heard): Step | undefined {
  const key = heard.text.trim();
  const said = ` ${fold(heard.text)} `;
  const byKey = node.options.find(({ digit }) => digit !== undefined && digit === key);
  const byName = node.options.filter(({ names }) =>
    variationsIn(names, run.memory.language).some((name) => said.includes(` ${fold(name)} `)),
  );
  const { language } = run.memory;
  const saidKey = keySaid(heard.text, language);
  const bySaidKey = node.options.find(({ digit }) => digit !== undefined && digit === saidKey);
  const place = placeSaid(heard.text, language, node.options.length);
  const byPlace = place === undefined ? undefined : node.options[place];
  const byIntent = heard.clear
    ? node.options.find(({ intent }) => intent !== undefined && intent === heard.guess.intent)
    : undefined;
  const chosen = byKey ?? (byName.length === 1 ? byName[0] : undefined) ?? bySaidKey ?? byPlace ?? byIntent;
  if (chosen === undefined) return undefined;
  for (const [name, value] of Object.entries(chosen.set)) setSlot(run.memory, name, evaluateValue(value, scopeOf(run)));
  return { kind: 'next', node: chosen.next };
}
