import type { FlowNode } from '@parley/contract/flow/nodes.ts';
import { handOff } from './hand-off.ts';
import type { Heard } from './hearing.ts';
import { type Frame, topOf } from './memory.ts';
import { answerConfirm } from './nodes/confirm.ts';
import { answerForm, helpWithForm, slotsOf, take } from './nodes/form.ts';
import { answerMenu } from './nodes/menu.ts';
import { enterModel } from './nodes/model.ts';
import { answerRoute } from './nodes/route.ts';
import { offers, titleOf } from './offers.ts';
import { askAgain, pushFlow } from './proceed.ts';
import { type Run, type Speaking, type Step, say, saySystem, setSlot } from './run.ts';

/** A guess less sure than this is not worth asking about. */
const leastWorthAsking = 0.3;

/**
 * What the caller said, taken: as the answer to the open question if it is one, as a wish that leads elsewhere, as more than was
 * asked, or not understood.
 */
export async function* takeTurn(run: Run, heard: Heard): Speaking<Step> {
  const frame = topOf(run.memory);
  const node = frame === undefined ? undefined : run.plan.node(frame.flow, frame.node);
  if (frame === undefined || node === undefined) return pushFlow(run, run.plan.definition.start);
  if (heard.unreliable) return yield* missed(run, frame, node, heard);
  const clarified = clarifiedIntent(run, heard);
  if (clarified.kind === 'meant') return yield* follow(run, frame, node, clarified.intent, clarified.heard);
  if (clarified.kind === 'neither') {
    frame.misses += 1;
    yield* saySystem(run, 'sayItDifferently');
    return { kind: 'wait' };
  }
  // A model that holds the conversation hears everything itself.
  if (node.type === 'model') return yield* enterModel(run, frame, node);

  const elsewhere = heard.clear && heard.guess.intent !== undefined && run.plan.everywhere.includes(heard.guess.intent);
  if (isAnswer(run, frame, node, heard, elsewhere)) {
    const step = yield* answer(run, frame, node, heard);
    if (step !== undefined) return step;
  }
  if (elsewhere && heard.guess.intent !== undefined) return yield* follow(run, frame, node, heard.guess.intent, heard);
  const step = yield* answer(run, frame, node, heard);
  return step ?? (yield* missed(run, frame, node, heard));
}

/** Is it an answer to the open question, though it may sound like a wish of its own ("book it", "a haircut")? */
function isAnswer(run: Run, frame: Frame, node: FlowNode, heard: Heard, elsewhere: boolean): boolean {
  switch (node.type) {
    case 'form': {
      if (frame.asked === undefined) return false;
      const type = run.plan.definition.slots[frame.asked]?.type;
      // Any words are a text, and most are somebody's name: a wish goes first, unless it is to tell what was asked for.
      if (elsewhere && (type === 'text' || type === 'person')) return isToldBy(run, heard, frame.asked);
      if (heard.values([frame.asked], frame.asked).has(frame.asked)) return true;
      return isMostlyValues(heard, slotsOf(run, node), frame.asked);
    }
    case 'confirm': {
      if (heard.yesNo !== undefined) return true;
      const form = node.corrects === undefined ? undefined : run.plan.node(frame.flow, node.corrects);
      return form?.type === 'form' && isMostlyValues(heard, slotsOf(run, form), undefined);
    }
    case 'menu':
    case 'route':
      return true;
    default:
      return false;
  }
}

/** "My name is Anna" tells the name, though it may sound like the wish to correct it. */
function isToldBy({ plan }: Run, heard: Heard, asked: string): boolean {
  const intent = heard.guess.intent === undefined ? undefined : plan.definition.intents[heard.guess.intent];
  const asksForIt = intent?.flow !== undefined && plan.slotsOf(intent.flow).includes(asked);
  return asksForIt && heard.values([asked], undefined).has(asked);
}

/** "For two nights" tells a value and wishes nothing, though wishes are often said with it. */
function isMostlyValues(heard: Heard, slots: readonly string[], asked: string | undefined): boolean {
  const told = new Set([...heard.values(slots, asked).values()].map(({ text }) => text));
  const wordsTold = [...told].reduce((sum, text) => sum + wordCount(text), 0);
  return wordsTold > wordCount(heard.text) / 2;
}

function wordCount(text: string): number {
  return text.split(/\s+/).filter((word) => word !== '').length;
}

async function* answer(run: Run, frame: Frame, node: FlowNode, heard: Heard): Speaking<Step | undefined> {
  switch (node.type) {
    case 'form':
      return yield* answerForm(run, frame, node, heard);
    case 'confirm':
      return yield* answerConfirm(run, frame, node, heard);
    case 'menu':
      return answerMenu(run, node, heard);
    case 'route': {
      const step = answerRoute(node, heard);
      // Values that came along are for the way that follows.
      if (step?.kind === 'next') {
        const next = run.plan.node(frame.flow, step.node);
        const itsOwn = next?.type === 'flow' ? run.plan.slotsOf(next.flow) : [];
        take(run, heard.values([...itsOwn, ...run.plan.alwaysHeard], undefined));
      }
      return step;
    }
    default:
      return undefined;
  }
}

/** Go where the intent leads. */
async function* follow(run: Run, frame: Frame, node: FlowNode, intent: string, heard: Heard): Speaking<Step> {
  const definition = run.plan.definition.intents[intent];
  // Understood at last: what was not before does not count any more.
  frame.misses = 0;
  if (definition?.flow !== undefined) return yield* startFlow(run, definition.flow, heard);
  if (node.type === 'route') {
    const choice = node.choices.find((one) => one.intent === intent);
    if (choice !== undefined) return { kind: 'next', node: choice.next };
  }
  switch (definition?.does) {
    case 'repeat':
      // Not the reply before it again, which may have said more than can be asked for twice.
      if (run.memory.lastReply === '') yield* saySystem(run, 'nothingToRepeat');
      else yield* say(run, plain(run.memory.lastReply));
      return { kind: 'wait' };
    case 'help':
      if (node.type === 'form') yield* helpWithForm(run, frame, node);
      else {
        yield* saySystem(run, 'help', { choices: offers(run) });
        if (node.type !== 'route') yield* askAgain(run, frame, 'repeated');
      }
      return { kind: 'wait' };
    case 'cancel':
      return yield* leave(run, 'cancelled');
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

/** A flow that is under way already is gone back to, not begun a second time. */
async function* startFlow(run: Run, flow: string, heard: Heard): Speaking<Step> {
  const { memory, plan } = run;
  const at = memory.stack.findIndex((frame) => frame.flow === flow);
  // One that the flow asks for and that is heard at any time is no two that could be meant.
  const slots = [...new Set([...plan.slotsOf(flow), ...plan.alwaysHeard])];
  if (at === -1) {
    const step = pushFlow(run, flow);
    take(run, heard.values(slots, undefined));
    return step;
  }
  memory.stack.splice(at + 1);
  take(run, heard.values(slots, undefined));
  const frame = topOf(memory);
  const node = frame === undefined ? undefined : plan.node(frame.flow, frame.node);
  if (frame === undefined || node === undefined) return { kind: 'ended' };
  // A form looks anew at what is missing now; a question is simply asked again.
  if (node.type === 'form') return { kind: 'next', node: frame.node };
  // It was in the middle of another flow, which has been left: that begins anew.
  if (node.type === 'flow') return { kind: 'push', flow: node.flow };
  if (node.type === 'confirm' && node.corrects !== undefined) return { kind: 'next', node: node.corrects };
  yield* askAgain(run, frame, 'repeated');
  return { kind: 'wait' };
}

/** What is under way is left; what stands stays. */
async function* leave(run: Run, how: 'cancelled'): Speaking<Step> {
  const { memory } = run;
  const [ground] = memory.stack;
  if (memory.stack.length <= 1 || ground === undefined) {
    yield* saySystem(run, 'nothingToCancel');
    if (ground !== undefined) yield* askAgain(run, ground, 'resumed');
    return { kind: 'wait' };
  }
  forgetUnderWay(run);
  memory.stack.splice(1);
  yield* saySystem(run, how);
  return yield* backToGround(run);
}

/** The task under way begins anew, or, when there is none, the conversation does. */
async function* startOver(run: Run): Speaking<Step> {
  const { memory, plan } = run;
  yield* saySystem(run, 'startOver');
  forgetUnderWay(run);
  const task = memory.stack[1];
  memory.stack.splice(1);
  if (task !== undefined) return pushFlow(run, task.flow);
  memory.slots = {};
  memory.results = {};
  const [ground] = memory.stack;
  if (ground === undefined) return pushFlow(run, plan.definition.start);
  yield* askAgain(run, ground, 'resumed');
  return { kind: 'wait' };
}

function forgetUnderWay({ memory, plan }: Run): void {
  for (const frame of memory.stack.slice(1)) {
    for (const name of plan.slotsOf(frame.flow)) setSlot(memory, name, undefined);
  }
}

/** The flow that the conversation began with goes on where it stands. */
async function* backToGround(run: Run): Speaking<Step> {
  const ground = topOf(run.memory);
  if (ground === undefined) return { kind: 'ended' };
  if (ground.waiting) {
    ground.misses = 0;
    yield* askAgain(run, ground, 'resumed');
    return { kind: 'wait' };
  }
  const node = run.plan.node(ground.flow, ground.node);
  return node?.type === 'flow' ? { kind: 'next', node: node.next } : { kind: 'return' };
}

/** Ask what was meant, then for other words, then a person: never the same again and again. */
async function* missed(run: Run, frame: Frame, node: FlowNode, heard: Heard): Speaking<Step> {
  frame.misses += 1;
  const attempts = 'attempts' in node ? node.attempts : 3;
  if (frame.misses >= attempts) return yield* stuck(run, node);
  const offered = heard.unreliable || frame.misses > 1 ? [] : worthAsking(run, heard);
  if (offered.length > 0) {
    run.memory.clarifying = { intents: offered.map(({ intent }) => intent), text: heard.text };
    yield* saySystem(run, 'didYouMean', { choices: offered.map(({ title }) => title) });
    return { kind: 'wait' };
  }
  yield* saySystem(run, 'notUnderstood');
  yield* askAgain(run, frame, 'misunderstood');
  return { kind: 'wait' };
}

async function* stuck(run: Run, node: FlowNode): Speaking<Step> {
  if ('stuck' in node && node.stuck !== undefined) return { kind: 'next', node: node.stuck };
  const human = Object.values(run.plan.definition.intents).find(
    ({ does, flow }) => does === 'human' && flow !== undefined,
  );
  const isThere = run.memory.stack.some(({ flow }) => flow === human?.flow);
  if (human?.flow === undefined || isThere) {
    return yield* handOff(run, { to: { kind: 'inbox' }, text: undefined, summary: undefined, reason: 'stuck' });
  }
  yield* saySystem(run, 'stuck');
  run.memory.stack.splice(1);
  return pushFlow(run, human.flow);
}

/** Intents that it may have been, the likeliest first; two when neither is well before the other. */
function worthAsking(run: Run, heard: Heard): readonly { readonly intent: string; readonly title: string }[] {
  const { leastLead } = run.plan.definition.understanding;
  const [first, second] = heard.guess.ranking;
  const candidates = [
    first,
    first !== undefined && second !== undefined && first.confidence - second.confidence < leastLead
      ? second
      : undefined,
  ];
  return candidates.flatMap((candidate) => {
    if (candidate === undefined || candidate.confidence < leastWorthAsking) return [];
    const title = run.plan.everywhere.includes(candidate.intent) ? titleOf(run, candidate.intent) : undefined;
    return title === undefined ? [] : [{ intent: candidate.intent, title }];
  });
}

type Clarified =
  | { readonly kind: 'notAsked' }
  | { readonly kind: 'meant'; readonly intent: string; readonly heard: Heard }
  | { readonly kind: 'neither' };

/** The answer to "did you mean …?"; what is none is taken as if nothing had been asked. */
function clarifiedIntent(run: Run, heard: Heard): Clarified {
  const asked = run.memory.clarifying;
  run.memory.clarifying = undefined;
  if (asked === undefined) return { kind: 'notAsked' };
  const [first, second] = asked.intents;
  // What they said first may hold the day and the time of it.
  const both = heard.inWords(asked.text);
  if (heard.yesNo === 'no' && !heard.clear) return { kind: 'neither' };
  const named = heard.guess.ranking.find(
    ({ intent, confidence }) => confidence >= leastWorthAsking && asked.intents.includes(intent),
  );
  if (second !== undefined && named !== undefined) return { kind: 'meant', intent: named.intent, heard: both };
  if (heard.yesNo === 'yes' && first !== undefined && second === undefined)
    return { kind: 'meant', intent: first, heard: both };
  return { kind: 'notAsked' };
}

/** Text that was said already is no template any more. */
function plain(text: string): string {
  return text.replaceAll('{', '').replaceAll('}', '');
}
