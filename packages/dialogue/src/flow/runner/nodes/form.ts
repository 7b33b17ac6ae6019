import type { NodeOf } from '@parley/contract/flow/nodes.ts';
import type { Json } from '../../../tools/tool.ts';
import { holds } from '../../condition.ts';
import type { Heard, HeardValue } from '../hearing.ts';
import type { Frame } from '../memory.ts';
import type { AskedAgain } from '../proceed.ts';
import { type Run, type Speaking, type Step, say, saySystem, scopeOf, setSlot } from '../run.ts';

/** What was said before the form began may have filled some of it. */
export async function* enterForm(run: Run, frame: Frame, node: NodeOf<'form'>): Speaking<Step> {
  return yield* goOn(run, frame, node, {});
}

/** The caller answered, corrected something, or told more than was asked. Undefined when nothing of it was for the form. */
export async function* answerForm(
  run: Run,
  frame: Frame,
  node: NodeOf<'form'>,
  heard: Heard,
): Speaking<Step | undefined> {
  const values = heard.values(slotsOf(run, node), frame.asked);
  const reopened = values.size === 0 ? heard.named(slotsOf(run, node)) : [];
  if (values.size === 0 && reopened.length === 0) return undefined;
  for (const name of reopened) setSlot(run.memory, name, undefined);
  return yield* goOn(run, frame, node, take(run, values));
}

/** Takes the values; corrections overwrite. @returns what was new, for the echo */
export function take(run: Run, values: ReadonlyMap<string, HeardValue>): { readonly [slot: string]: Json } {
  const fresh: { [slot: string]: Json } = {};
  for (const [name, { value }] of values) {
    if (JSON.stringify(run.memory.slots[name]) !== JSON.stringify(value)) fresh[name] = value;
    setSlot(run.memory, name, value);
  }
  return fresh;
}

export function slotsOf({ plan }: Run, node: NodeOf<'form'>): readonly string[] {
  return [...new Set([...node.slots.map(({ slot }) => slot), ...plan.alwaysHeard])];
}

export async function* askForm(run: Run, frame: Frame, node: NodeOf<'form'>, why: AskedAgain): Speaking<void> {
  const open = node.slots.find(({ slot }) => slot === frame.asked);
  if (open === undefined) return;
  if (why === 'misunderstood') {
    const help = open.help[Math.min(frame.misses, open.help.length) - 1];
    if (help !== undefined) yield* say(run, help);
  }
  yield* say(run, open.ask);
}

async function* goOn(
  run: Run,
  frame: Frame,
  node: NodeOf<'form'>,
  fresh: { readonly [slot: string]: Json },
): Speaking<Step> {
  frame.misses = 0;
  let refused = false;
  for (const { wrong, say: reason, clear } of node.checks) {
    if (!holds(wrong, scopeOf(run))) continue;
    refused = true;
    yield* say(run, reason);
    for (const name of clear) setSlot(run.memory, name, undefined);
  }
  const open = node.slots.find(
    ({ slot, optional, when }) =>
      !optional && run.memory.slots[slot] === undefined && (when === undefined || holds(when, scopeOf(run))),
  );
  if (open === undefined) return { kind: 'next', node: node.next };
  if (!refused && node.echo !== undefined && Object.keys(fresh).length > 0)
    yield* say(run, node.echo, { heard: fresh });
  frame.asked = open.slot;
  frame.waiting = true;
  yield* say(run, open.ask);
  return { kind: 'wait' };
}

/** What a caller who asks for help is told here. */
export async function* helpWithForm(run: Run, frame: Frame, node: NodeOf<'form'>): Speaking<void> {
  const open = node.slots.find(({ slot }) => slot === frame.asked);
  const help = open?.help.at(0);
  if (help !== undefined) yield* say(run, help);
  else yield* saySystem(run, 'sayItDifferently');
  if (open !== undefined) yield* say(run, open.ask);
}
