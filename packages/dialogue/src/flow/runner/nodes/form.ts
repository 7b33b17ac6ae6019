import { createHash } from 'node:crypto';
import type { SlotType } from '@parley/contract/flow/agent-definition.ts';
import type { NodeOf } from '@parley/contract/flow/nodes.ts';
import type { Json } from '../../../tools/tool.ts';
import { holds } from '../../condition.ts';
import { FlowError } from '../../flow-error.ts';
import { variationsIn } from '../../pick-wording.ts';
import { evaluateValue } from '../../value.ts';
import { isOneTooMany, stuck } from '../fallback.ts';
import type { Heard, HeardValue } from '../hearing.ts';
import { entriesOf } from '../list-entries.ts';
import type { Frame } from '../memory.ts';
import { placeOf } from '../place.ts';
import type { AskedAgain } from '../proceed.ts';
import { type Run, type Speaking, type Step, say, saySystem, scopeOf, setFailure, setResult, setSlot } from '../run.ts';
import { inputOf, runTool } from '../run-tool.ts';
import { goesByNothing } from './form-checks.ts';

/** What was said before the form began may have filled some of it; of that, what came with this turn is echoed. */
export async function* enterForm(run: Run, frame: Frame, node: NodeOf<'form'>): Speaking<Step> {
  const asked = new Set(node.slots.map(({ slot }) => slot));
  const stands = ([name, value]: readonly [string, Json]) => asked.has(name) && run.memory.slots[name] === value;
  return yield* goOn(run, frame, node, Object.fromEntries(Object.entries(run.taken).filter(stands)));
}

/** The caller answered, corrected something, or told more than was asked. Undefined when nothing of it was for the form. */
export async function* answerForm(
  run: Run,
  frame: Frame,
  node: NodeOf<'form'>,
  heard: Heard,
): Speaking<Step | undefined> {
  const slots = slotsOf(run, node);
  const told = heard.values(slots, frame.asked);
  const begun = frame.asked === undefined ? undefined : heard.partial(frame.asked);
  // A piece of the number that was asked for corrects nothing.
  const corrects = () => {
    const figure = correctionIn(run, heard, slots);
    return figure.size > 0 ? figure : nameCorrectedIn(run, heard, slots);
  };
  const values = told.size === 0 && begun === undefined ? corrects() : told;
  const partial = frame.asked === undefined || values.has(frame.asked) ? undefined : begun;
  const before = run.memory.partial;
  run.memory.partial = undefined;
  // Words that add nothing to the first part are no next part of it.
  const isMore = before?.slot !== frame.asked || before?.text !== partial?.text;
  if (partial !== undefined && isMore && frame.asked !== undefined) {
    // Numbers are told in pieces; each is said back and the next waited for.
    take(run, values);
    run.memory.partial = { slot: frame.asked, text: partial.text };
    frame.misses = 0;
    const isSecret = run.plan.definition.slots[frame.asked]?.privacy === 'secret';
    yield* saySystem(run, 'goOn', isSecret ? {} : { soFar: partial.soFar });
    return { kind: 'wait' };
  }
  const candidates = frame.asked === undefined || values.has(frame.asked) ? [] : heard.candidates(frame.asked);
  if (candidates.length > 0 && frame.misses + 1 < node.attempts) {
    take(run, values);
    frame.misses += 1;
    yield* askWhichOne(run, frame.asked, candidates);
    return { kind: 'wait' };
  }
  const reopened = values.size === 0 ? reopenedBy(run, heard, node) : [];
  if (values.size === 0 && reopened.length === 0) {
    if (frame.asked === undefined || !heard.refuses(frame.asked)) return undefined;
    // What will not do was understood; what will is still to be told.
    if (isOneTooMany(frame, node)) return yield* stuck(run, node);
    yield* saySystem(run, 'notThatOne');
    yield* askForm(run, frame, node, 'misunderstood');
    return { kind: 'wait' };
  }
  for (const name of reopened) setSlot(run.memory, name, undefined);
  return yield* goOn(run, frame, node, take(run, values));
}

export function* askWhichOne(run: Run, slot: string | undefined, candidates: readonly string[]) {
  yield* saySystem(run, 'whichOne', { choices: namesOf(run, slot, candidates) });
}

/** "Change the day": what was told and is named is asked for anew. What is open already is not changed by its name. */
export function reopenedBy(run: Run, heard: Heard, node: NodeOf<'form'>): readonly string[] {
  const told = node.slots.flatMap(({ slot }) => (run.memory.slots[slot] === undefined ? [] : [slot]));
  return heard.named(told);
}

/** The entries as callers call them. */
function namesOf({ plan, memory }: Run, slot: string | undefined, values: readonly string[]): string[] {
  const definition = slot === undefined ? undefined : plan.definition.slots[slot];
  const entries = definition === undefined ? [] : entriesOf(plan.definition, definition, memory.results);
  return values.map((value) => {
    const entry = entries.find((one) => one.value === value);
    return entry === undefined ? value : (variationsIn(entry.names, memory.language)[0] ?? value);
  });
}

/** As many as memory keeps; nobody tells more in one breath. */
const mostRecent = 100;

/** Takes the values; corrections overwrite. @returns what was new, for the echo */
export function take(run: Run, values: ReadonlyMap<string, HeardValue>): { readonly [slot: string]: Json } {
  const fresh: { [slot: string]: Json } = {};
  for (const [name, { value }] of values) {
    if (JSON.stringify(run.memory.slots[name]) !== JSON.stringify(value)) fresh[name] = value;
    setSlot(run.memory, name, value);
  }
  if (values.size > 0) run.memory.recent = [...values.keys()].slice(0, mostRecent);
  Object.assign(run.taken, fresh);
  return fresh;
}

/**
 * "No, make it sixty": a bare number changes the one slot that was told and that a bare number can be the value of. The words
 * that show it is a correction are not asked for, since what was heard is said back.
 */
export function correctionIn(run: Run, heard: Heard, slots: readonly string[]): ReadonlyMap<string, HeardValue> {
  const told = slots.flatMap((name) => {
    const slot = run.plan.definition.slots[name];
    if (slot === undefined || !toldBare.has(slot.type) || slot.unit !== undefined) return [];
    if (run.memory.slots[name] === undefined) return [];
    const value = heard.values([name], name).get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return new Map(told.length === 1 ? told : []);
}

/** "No wait, Anna", right after another name was told: any words can be a name, so what shows the correction is asked for. */
function nameCorrectedIn(run: Run, heard: Heard, slots: readonly string[]): ReadonlyMap<string, HeardValue> {
  const { slots: told, recent = [], language } = run.memory;
  const names = slots.filter((one) => run.plan.definition.slots[one]?.type === 'person' && told[one] !== undefined);
  const [name, another] = names.filter((one) => recent.includes(one));
  const opening = (language.startsWith('vi') ? takingBack.vi : takingBack.en).exec(heard.text)?.[0];
  if (name === undefined || another !== undefined || opening === undefined) return new Map();
  const corrected = heard.inWords(heard.text.slice(opening.length)).values([name], name).get(name);
  return new Map(corrected === undefined ? [] : [[name, corrected]]);
}

/** Words with which somebody takes back what they have just said. */
const takingBack = {
  en: /^(?:(?:no|nope|oh|ah|um|uh|er|wait|hold on|hang on|sorry|actually|i mean|i meant|that['’]?s|it['’]?s|not (?:that|right|quite)|wrong|rather|make that)\b[\s,.!-]*)+(?=\p{L})/iu,
  vi: /^(?:(?:không phải|không|khoan|nhầm|xin lỗi|à|ý (?:tôi|em|anh|chị|mình) là|phải là|là)(?![\p{L}\p{M}])[\s,.!-]*)+(?=\p{L})/iu,
};

/** Types whose values are told without their unit to whoever knows what they are about. */
const toldBare: ReadonlySet<SlotType> = new Set(['money', 'number', 'time']);

export function slotsOf({ plan }: Run, node: NodeOf<'form'>): readonly string[] {
  return [...new Set([...node.slots.map(({ slot }) => slot), ...plan.alwaysHeard])];
}

export async function* askForm(run: Run, frame: Frame, node: NodeOf<'form'>, why: AskedAgain): Speaking<void> {
  const open = node.slots.find(({ slot }) => slot === frame.asked);
  if (open === undefined) return;
  // Who is asked anew tells it all anew.
  run.memory.partial = undefined;
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
  derive(run, node);
  let refused = false;
  for (const check of node.checks) {
    const needs = check.needs.length > 0 ? check.needs : check.clear;
    if (needs.some((name) => run.memory.slots[name] === undefined)) continue;
    if (check.look !== undefined && !(await look(run, frame, check.look))) continue;
    if (goesByNothing(check, node, run.memory.results)) continue;
    if (!holds(check.wrong, scopeOf(run))) continue;
    refused = true;
    yield* say(run, check.say);
    for (const name of check.clear) setSlot(run.memory, name, undefined);
  }
  const open = node.slots.find(
    ({ slot, optional, when }) =>
      !optional && run.memory.slots[slot] === undefined && (when === undefined || holds(when, scopeOf(run))),
  );
  if (open === undefined) return { kind: 'next', node: node.next };
  frame.refusals = refused ? (frame.refusals ?? 0) + 1 : 0;
  if (frame.refusals >= mostRefusals) return yield* stuck(run, node);
  if (!refused && node.echo !== undefined && Object.keys(fresh).length > 0)
    yield* say(run, node.echo, { heard: fresh });
  frame.asked = open.slot;
  frame.waiting = true;
  if (!run.isAhead) yield* say(run, open.ask);
  return { kind: 'wait' };
}

/** Whoever hears no so often in a row needs somebody who finds another way. */
const mostRefusals = 8;

/** What follows from what was said: three nights from Friday are until Monday. Each rule sees what those before it gave. */
function derive(run: Run, node: NodeOf<'form'>): void {
  for (const { when, slots } of node.derive) {
    const scope = scopeOf(run, { heard: run.taken });
    if (when !== undefined && !holds(when, scope)) continue;
    for (const [name, value] of Object.entries(slots)) setSlot(run.memory, name, evaluateValue(value, scope));
  }
}

/** @returns false when it could not be looked up, and nothing can be said against the values */
async function look(
  run: Run,
  frame: Frame,
  { tool: name, input: template, result, timeoutMs }: NonNullable<NodeOf<'form'>['checks'][number]['look']>,
): Promise<boolean> {
  const tool = run.plan.tools.get(name);
  if (tool === undefined || tool.effect !== 'reads') {
    throw new FlowError('tool_unknown', {
      ...placeOf(run),
      field: 'checks',
      reason: `no tool that reads is named ${name}`,
    });
  }
  const input = inputOf(template, scopeOf(run));
  const asked = createHash('sha256').update(JSON.stringify(input)).digest('base64url');
  if (frame.looked[result] === asked && run.memory.results[result] !== undefined) return true;
  const outcome = await runTool(run, tool, input, `${frame.flow}/${frame.node}/${result}`, timeoutMs);
  if (outcome.kind === 'failed') {
    // What an earlier look-up found is of other values; later checks and questions can see why there is nothing.
    setFailure(run.memory, result, outcome.code, outcome.message);
    delete frame.looked[result];
    return false;
  }
  if (setResult(run.memory, result, outcome.output) === 'too_large') {
    setFailure(run.memory, result, 'result_too_large');
    delete frame.looked[result];
    return false;
  }
  frame.looked[result] = asked;
  return true;
}

/** What a caller who asks for help is told here. */
export async function* helpWithForm(run: Run, frame: Frame, node: NodeOf<'form'>): Speaking<void> {
  const open = node.slots.find(({ slot }) => slot === frame.asked);
  const help = open?.help.at(0);
  if (help !== undefined) yield* say(run, help);
  else yield* saySystem(run, 'sayItDifferently');
  if (open !== undefined) yield* say(run, open.ask);
}
