import type { NodeOf } from '@parley/contract/flow/nodes.ts';
import type { Heard } from '../hearing.ts';
import type { Frame } from '../memory.ts';
import type { AskedAgain } from '../proceed.ts';
import { type Run, type Speaking, type Step, say, saySystem, setSlot } from '../run.ts';
import { askWhichOne, correctionIn, reopenedBy, slotsOf, take } from './form.ts';

export async function* askConfirm(
  run: Run,
  frame: Frame,
  node: NodeOf<'confirm'>,
  why: AskedAgain | 'first',
): Speaking<void> {
  // Whatever was asked in between, it is the read-back that is open now.
  frame.asked = undefined;
  if (why === 'misunderstood') yield* saySystem(run, 'yesOrNo');
  yield* say(run, node.text);
}

/**
 * A yes, a no, or a correction: "no, Thursday" and "the name is wrong" go back to the form with what they change. Undefined
 * when it was none of these.
 */
export async function* answerConfirm(
  run: Run,
  frame: Frame,
  node: NodeOf<'confirm'>,
  heard: Heard,
): Speaking<Step | undefined> {
  const yesNo = heard.yesNo ?? trainedAnswer(heard);
  const form = node.corrects === undefined ? undefined : run.plan.node(frame.flow, node.corrects);
  if (form?.type === 'form' && node.corrects !== undefined) {
    const slots = slotsOf(run, form);
    const before = JSON.stringify(run.memory.slots);
    const asked = frame.asked !== undefined && slots.includes(frame.asked) ? frame.asked : undefined;
    const values = heard.values(slots, asked);
    // Also after a yes: "okay, then forty" agrees to something else than what was read back.
    take(run, values.size === 0 ? correctionIn(run, heard, slots) : values);
    const changed = JSON.stringify(run.memory.slots) !== before;
    const reopened = changed || heard.yesNo === 'yes' ? [] : reopenedBy(run, heard, form);
    for (const name of reopened) setSlot(run.memory, name, undefined);
    // "Yes, Friday" repeats what was read back; "yes, but on Thursday" does not.
    if (changed || reopened.length > 0) return { kind: 'next', node: node.corrects };
    const unclear = slots.find((name) => heard.candidates(name).length > 0);
    if (unclear !== undefined && frame.misses + 1 < node.attempts) {
      // "No, to Anna", where two are called that. A yes chooses none of them.
      frame.asked = unclear;
      frame.misses += 1;
      yield* askWhichOne(run, unclear, heard.candidates(unclear));
      return { kind: 'wait' };
    }
    if (yesNo === 'no' && node.whatElse !== undefined && frame.asked === undefined) {
      // The next no is a no to all of it.
      frame.asked = 'whatElse';
      frame.misses = 0;
      yield* say(run, node.whatElse);
      return { kind: 'wait' };
    }
  }
  if (yesNo === 'yes' && frame.asked !== undefined) {
    // A yes to "What should I change?" or "Which one?" agrees to nothing yet.
    yield* askConfirm(run, frame, node, 'repeated');
    return { kind: 'wait' };
  }
  if (yesNo === 'yes') return { kind: 'next', node: node.yes };
  if (yesNo === 'no') return { kind: 'next', node: node.no };
  return undefined;
}

/** An agent's own ways to agree ("send it"), as examples of an intent that is named yes or no. */
function trainedAnswer({ clear, guess: { intent } }: Heard): 'yes' | 'no' | undefined {
  return clear && (intent === 'yes' || intent === 'no') ? intent : undefined;
}
