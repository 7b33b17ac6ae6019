import type { FlowNode } from '@parley/contract/flow/nodes.ts';
import { isOneTooMany, missed, stuck } from './fallback.ts';
import { handOff } from './hand-off.ts';
import type { Heard } from './hearing.ts';
import { type Frame, topOf } from './memory.ts';
import { correctionIn, helpWithForm, slotsOf, take } from './nodes/form.ts';
import { sayOffers } from './offers.ts';
import { askAgain, atNode, pushFlow } from './proceed.ts';
import { type Run, type Speaking, type Step, say, saySystem, setSlot } from './run.ts';
import { hideSaidSecrets, hideSecrets } from './secrets.ts';

/** Go where the intent leads: a way of the route's own, its flow, or what it does everywhere. */
export async function* follow(run: Run, frame: Frame, node: FlowNode, intent: string, heard: Heard): Speaking<Step> {
  const definition = run.plan.definition.intents[intent];
  const choice = node.type === 'route' ? node.choices.find((one) => one.intent === intent) : undefined;
  if (choice !== undefined) {
    takeAlong(run, frame, choice.next, heard);
    return { kind: 'next', node: choice.next };
  }
  if (definition?.flow !== undefined) return yield* startFlow(run, definition.flow, heard);
  // Understood at last: what was not before does not count any more.
  if (definition?.does !== undefined) frame.misses = 0;
  switch (definition?.does) {
    case 'repeat':
      // Not the reply before it again, which may have said more than can be asked for twice.
      if (run.memory.lastReply === '') yield* saySystem(run, 'nothingToRepeat');
      else yield* say(run, plain(run.memory.lastReply));
      return { kind: 'wait' };
    case 'help':
      if (node.type === 'form') yield* helpWithForm(run, frame, node);
      else {
        const offered = yield* sayOffers(run);
        if (!offered || node.type !== 'route') yield* askAgain(run, frame, 'repeated');
      }
      return { kind: 'wait' };
    case 'cancel':
      return yield* leave(run);
    case 'startOver':
      return yield* startOver(run);
    case 'human': {
      const step = yield* handOff(run, { to: { kind: 'inbox' }, text: undefined, summary: undefined, reason: 'asked' });
      if (step.kind === 'wait') yield* askAgain(run, frame, 'resumed');
      return step;
    }
    case 'goodbye':
      yield* saySystem(run, 'goodbye');
      run.ended = true;
      return { kind: 'ended' };
    case undefined:
      return yield* missed(run, frame, node, heard);
  }
}

/** Values that came along with a wish are for the way that follows from it. */
export function takeAlong(run: Run, { flow }: Frame, to: string, heard: Heard): void {
  const next = run.plan.node(flow, to);
  const itsOwn = next?.type === 'flow' ? run.plan.slotsOf(next.flow) : [];
  take(run, heard.values([...new Set([...itsOwn, ...run.plan.alwaysHeard])], undefined));
}

/** A flow that is under way already is gone back to, not begun a second time. */
async function* startFlow(run: Run, flow: string, heard: Heard): Speaking<Step> {
  const { memory, plan } = run;
  const from = topOf(memory);
  const at = memory.stack.findIndex((frame) => frame.flow === flow);
  // One that the flow asks for and that is heard at any time is no two that could be meant.
  const slots = [...new Set([...plan.slotsOf(flow), ...plan.alwaysHeard])];
  const wish = run.toldSecret ? hideSaidSecrets(run, heard.text) : hideSecrets(run, heard.text);
  const begin = () => {
    const step = pushFlow(run, flow);
    Object.assign(topOf(memory) ?? {}, { wish });
    return step;
  };
  const underWay = memory.stack[at];
  if (underWay === undefined) {
    if (from !== undefined) from.misses = 0;
    const step = begin();
    take(run, heard.values(slots, undefined));
    return step;
  }
  // Another wish of the kind that only a question was asked about: it is about this one now.
  if (underWay === from && plan.onlyTalks(flow) && underWay.wish !== wish) {
    memory.stack.splice(at);
    return begin();
  }
  underWay.wish = wish;
  if (from !== undefined && underWay !== from && isWaitedFor(run, at)) return yield* stayWith(run, from, slots, heard);
  memory.stack.splice(at + 1);
  const fresh = take(run, heard.values(slots, undefined));
  const frame = topOf(memory);
  const node = frame === undefined ? undefined : plan.node(frame.flow, frame.node);
  if (frame === undefined || node === undefined) return { kind: 'ended' };
  // It was in the middle of another flow, which has been left: that begins anew.
  if (node.type === 'flow') return { kind: 'push', flow: node.flow };
  // Who wishes for what is under way, and tells nothing of it, is asked again, and not for ever.
  if (frame === from && Object.keys(fresh).length === 0) {
    if (isOneTooMany(frame, node)) return yield* stuck(run, node);
    yield* askAgain(run, frame, 'repeated');
    return { kind: 'wait' };
  }
  // A form looks anew at what is missing now; a question is simply asked again.
  if (node.type === 'form') return { kind: 'next', node: frame.node };
  if (node.type === 'confirm' && node.corrects !== undefined) return { kind: 'next', node: node.corrects };
  yield* askAgain(run, frame, 'repeated');
  return { kind: 'wait' };
}

/** Does the flow wait for the one that has the floor, which it began itself? */
function isWaitedFor({ memory, plan }: Run, at: number): boolean {
  return memory.stack
    .slice(at, -1)
    .every(({ flow, node, waiting }) => !waiting && plan.node(flow, node)?.type === 'flow');
}

/**
 * Who wishes again for what waits for the open question is on the way there: what was told with it is taken along, also for the
 * question itself, which is asked again, and not for ever.
 */
async function* stayWith(run: Run, from: Frame, slots: readonly string[], heard: Heard): Speaking<Step> {
  const node = run.plan.node(from.flow, from.node);
  if (node === undefined) return { kind: 'ended' };
  const here = node.type === 'form' ? slotsOf(run, node) : [];
  const told = heard.values([...new Set([...slots, ...here])], undefined);
  // "No, send fifty to Anna": the sum that was told is another now.
  const fresh = take(run, new Map([...correctionIn(run, heard, slots), ...told]));
  if (Object.keys(fresh).length === 0 && isOneTooMany(from, node)) return yield* stuck(run, node);
  if (Object.keys(fresh).some((name) => here.includes(name))) return { kind: 'next', node: from.node };
  yield* askAgain(run, from, 'repeated');
  return { kind: 'wait' };
}

/** What is under way is left, and what was said of it; the conversation goes back to where wishes are asked for. */
async function* leave(run: Run): Speaking<Step> {
  const { memory, plan } = run;
  const [ground] = memory.stack;
  if (ground === undefined) return { kind: 'ended' };
  const isInTask = memory.stack.length > 1;
  if (!isInTask && plan.node(ground.flow, ground.node)?.type === 'route') {
    yield* saySystem(run, 'nothingToCancel');
    yield* askAgain(run, ground, 'resumed');
    return { kind: 'wait' };
  }
  // What it says may depend on what is left: an appointment that was to be moved stands.
  yield* saySystem(run, 'cancelled');
  forgetUnderWay(run, isInTask ? 1 : 0);
  memory.stack.splice(1);
  if (isInTask) return yield* backToGround(run, ground);
  // The first flow itself was about something: it is left for the question that it came from.
  const home = memory.home === undefined ? undefined : plan.node(ground.flow, memory.home);
  if (home?.type !== 'route' || memory.home === undefined) {
    yield* saySystem(run, 'goodbye');
    run.ended = true;
    return { kind: 'ended' };
  }
  Object.assign(ground, atNode(ground.flow, memory.home), { waiting: true });
  yield* askAgain(run, ground, 'resumed');
  return { kind: 'wait' };
}

/** The task under way begins anew, or, when there is none, the conversation does. */
async function* startOver(run: Run): Speaking<Step> {
  const { memory, plan } = run;
  yield* saySystem(run, 'startOver');
  forgetUnderWay(run, 1);
  const task = memory.stack[1];
  memory.stack.splice(1);
  if (task !== undefined) return pushFlow(run, task.flow);
  for (const name of Object.keys(memory.slots)) setSlot(memory, name, undefined);
  for (const name of Object.keys(memory.results)) delete memory.results[name];
  memory.partial = undefined;
  memory.stack.splice(0);
  return pushFlow(run, plan.definition.start);
}

/** @param from the first of the flows under way whose answers are forgotten */
function forgetUnderWay({ memory, plan }: Run, from: number): void {
  memory.partial = undefined;
  for (const frame of memory.stack.slice(from)) {
    for (const name of plan.slotsOf(frame.flow)) setSlot(memory, name, undefined);
  }
}

/** The flow that the conversation began with goes on where it stands. */
async function* backToGround(run: Run, ground: Frame): Speaking<Step> {
  if (ground.waiting) {
    ground.misses = 0;
    yield* askAgain(run, ground, 'resumed');
    return { kind: 'wait' };
  }
  const node = run.plan.node(ground.flow, ground.node);
  return node?.type === 'flow' ? { kind: 'next', node: node.next } : { kind: 'return' };
}

/** Text that was said already is no template any more. */
function plain(text: string): string {
  return text.replaceAll('{', '').replaceAll('}', '');
}
