import type { FlowNode } from '@parley/contract/flow/nodes.ts';
import { withChosenByPlace } from './chosen-by-place.ts';
import { askWhatWasMeant, clarifiedIntent, worthAsking } from './clarification.ts';
import { isOneTooMany, missed, stuck } from './fallback.ts';
import type { Heard } from './hearing.ts';
import { type Frame, topOf } from './memory.ts';
import { answerConfirm } from './nodes/confirm.ts';
import { answerForm, slotsOf } from './nodes/form.ts';
import { answerMenu } from './nodes/menu.ts';
import { enterModel } from './nodes/model.ts';
import { answerRoute } from './nodes/route.ts';
import { pushFlow } from './proceed.ts';
import { type Run, type Speaking, type Step, saySystem } from './run.ts';
import { follow, takeAlong } from './wishes.ts';

/**
 * What the caller said, taken: as the answer to the open question if it is one, as a wish that leads elsewhere, as more than was
 * asked, or not understood.
 */
export async function* takeTurn(run: Run, given: Heard): Speaking<Step> {
  const frame = topOf(run.memory);
  const node = frame === undefined ? undefined : run.plan.node(frame.flow, frame.node);
  if (frame === undefined || node === undefined) return pushFlow(run, run.plan.definition.start);
  if (given.unreliable) return yield* missed(run, frame, node, given);
  const heard = withChosenByPlace(run, frame, node, given);
  const clarified = clarifiedIntent(run, heard);
  if (clarified.kind === 'meant') return yield* follow(run, frame, node, clarified.intent, clarified.heard);
  if (clarified.kind === 'whichOne') {
    if (isOneTooMany(frame, node)) return yield* stuck(run, node);
    yield* askWhatWasMeant(run);
    return { kind: 'wait' };
  }
  // "No, on Thursday" says that neither was meant, and what was.
  if (clarified.kind === 'neither' && !isMoreThanNo(run, frame, node, heard)) {
    frame.misses += 1;
    yield* saySystem(run, 'sayItDifferently');
    return { kind: 'wait' };
  }
  // A model that holds the conversation hears everything itself.
  if (node.type === 'model') return yield* enterModel(run, frame, node);

  const wish =
    heard.clear && heard.guess.intent !== undefined && run.plan.everywhere.includes(heard.guess.intent)
      ? heard.guess.intent
      : undefined;
  if (wish === undefined || isAnswer(run, frame, node, heard, wish)) {
    const step = yield* answer(run, frame, node, heard);
    if (step !== undefined) return step;
  }
  const meant = wish ?? wishByValues(run, node, heard);
  return meant === undefined ? yield* missed(run, frame, node, heard) : yield* follow(run, frame, node, meant, heard);
}

/** "A haircut on Friday at ten": what was told shows the wish that the words alone leave in doubt. */
function wishByValues(run: Run, node: FlowNode, heard: Heard): string | undefined {
  const [likely, another] = worthAsking(run, heard);
  const flow = likely === undefined ? undefined : run.plan.definition.intents[likely]?.flow;
  if (node.type !== 'route' || flow === undefined || another !== undefined || run.plan.onlyTells(flow))
    return undefined;
  const slots = run.plan.slotsOf(flow);
  // A day alone is in many questions.
  const isTold = heard.values(slots, undefined).size > 1 || isMostlyValues(heard, slots, undefined);
  return isTold ? likely : undefined;
}

/** Is it an answer to the open question, though it sounds like a wish of its own ("book it", "a haircut")? */
function isAnswer(run: Run, frame: Frame, node: FlowNode, heard: Heard, wish: string): boolean {
  const wished = run.plan.definition.intents[wish];
  switch (node.type) {
    case 'form': {
      if (frame.asked === undefined) return false;
      const type = run.plan.definition.slots[frame.asked]?.type;
      // Any words are a text, and most are somebody's name: a wish goes first, unless it is to tell what was asked for.
      if (type === 'text' || type === 'person') return isToldBy(run, heard, frame.asked, wished?.flow);
      if (isMostlyValues(heard, slotsOf(run, node), frame.asked)) return true;
      // Who asks for a person gets one, whatever else is in the sentence.
      if (wished?.does === 'human') return false;
      // "Are you open on Friday?" is a question first; the day that it names need not be the one. "Thanks, Friday" is none.
      if (wished?.title !== undefined && wished.flow !== undefined && run.plan.onlyTells(wished.flow)) return false;
      // "Send 1250 to Tom" is no PIN.
      if (type === 'digits' && wished?.flow !== undefined && asksForMoney(run, wished.flow)) return false;
      return heard.values([frame.asked], frame.asked).has(frame.asked) || heard.refuses(frame.asked);
    }
    case 'confirm': {
      const form = node.corrects === undefined ? undefined : run.plan.node(frame.flow, node.corrects);
      if (form?.type === 'form' && isMostlyValues(heard, slotsOf(run, form), undefined)) return true;
      if (form?.type === 'form' && isWhatToChange(heard, slotsOf(run, form), frame.asked === 'whatElse')) return true;
      // "Anna", where two are called that, is no wish to pay somebody called Anna.
      if (form?.type === 'form' && slotsOf(run, form).some((name) => heard.candidates(name).length > 0)) return true;
      if (heard.yesNo === undefined) return false;
      if (wordCount(heard.text) <= 2) return true;
      if (wished?.does === 'human') return false;
      if (heard.yesNo === 'yes') return true;
      // "No, forget it", "no, when do you open?" wish for something else; "no, I want to book for two" corrects.
      if (wished?.does !== undefined && wished.flow === undefined) return !leaving.has(wished.does);
      const isUnderWay = run.memory.stack.some(({ flow }) => flow === wished?.flow);
      return wished?.flow === undefined || isUnderWay;
    }
    case 'menu':
    case 'route':
      return true;
    default:
      return false;
  }
}

function asksForMoney({ plan }: Run, flow: string): boolean {
  return plan.slotsOf(flow).some((name) => plan.definition.slots[name]?.type === 'money');
}

/** What may come with a no to the question, and is more than that. */
const leaving: ReadonlySet<string> = new Set(['cancel', 'startOver', 'goodbye']);

/** "My name is Anna" tells the name, though it may sound like the wish to correct it. */
function isToldBy({ plan }: Run, heard: Heard, asked: string, flow: string | undefined): boolean {
  return flow !== undefined && plan.slotsOf(flow).includes(asked) && heard.values([asked], undefined).has(asked);
}

/** "For two nights" and "from savings then" tell a value and wish nothing, though wishes are often said with it. */
function isMostlyValues(heard: Heard, slots: readonly string[], asked: string | undefined): boolean {
  const told = new Set([...heard.values(slots, asked).values()].map(({ text }) => text));
  const wordsTold = [...told].reduce((sum, text) => sum + contentWordCount(text), 0);
  return wordsTold > contentWordCount(heard.text) / 2;
}

function contentWordCount(text: string): number {
  return text.split(/[\s,.!?]+/).filter((word) => word !== '' && !particles.has(word.toLowerCase())).length;
}

/** Words around a value that say nothing of their own. */
const particles: ReadonlySet<string> = new Set(
  'from to on at in for of the a an my then please it and um uh'.split(' '),
);

/** "Change the name", said to a read-back, and nearly anything that names it after "What should I change?" */
function isWhatToChange(heard: Heard, slots: readonly string[], wasAsked: boolean): boolean {
  return wordCount(heard.text) <= (wasAsked ? 6 : 3) && heard.named(slots).length > 0;
}

function isMoreThanNo(run: Run, frame: Frame, node: FlowNode, heard: Heard): boolean {
  return node.type === 'form' && heard.values(slotsOf(run, node), undefined).size > 0 && frame.asked !== undefined;
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
      if (step?.kind === 'next') takeAlong(run, frame, step.node, heard);
      return step;
    }
    default:
      return undefined;
  }
}
