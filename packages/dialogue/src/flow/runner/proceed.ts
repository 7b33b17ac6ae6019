import type { FlowNode } from '@parley/contract/flow/nodes.ts';
import { FlowError } from '../flow-error.ts';
import { askWhatWasMeant } from './clarification.ts';
import { handOff } from './hand-off.ts';
import { type Frame, maxStackDepth, topOf } from './memory.ts';
import { enterCall } from './nodes/call.ts';
import { enterCode } from './nodes/code.ts';
import { askConfirm } from './nodes/confirm.ts';
import { askForm, enterForm } from './nodes/form.ts';
import { askMenu } from './nodes/menu.ts';
import { enterModel } from './nodes/model.ts';
import { askRoute } from './nodes/route.ts';
import { enterSet, enterSplit, wayOfCondition } from './nodes/simple.ts';
import { placeOf } from './place.ts';
import { type Run, type Speaking, type Step, say, saySystem, setSlot } from './run.ts';

/** Nodes in one reply: more is a circle in which nobody is asked anything. */
const maxNodesAReply = 200;

/** Runs node after node until the caller is to answer, or the conversation is over. */
export async function* proceed(run: Run, first: Step): Speaking<void> {
  let step = first;
  for (let nodes = 0; step.kind !== 'wait' && step.kind !== 'ended'; nodes += 1) {
    if (nodes >= maxNodesAReply) {
      throw new FlowError('flow_loop', {
        ...placeOf(run),
        reason: `${maxNodesAReply} nodes ran without a question to the caller`,
      });
    }
    run.signal.throwIfAborted();
    step = yield* take(run, step);
  }
}

async function* take(run: Run, step: Exclude<Step, { kind: 'wait' | 'ended' }>): Speaking<Step> {
  const { memory, plan } = run;
  switch (step.kind) {
    case 'next': {
      const frame = topOf(memory);
      if (frame === undefined) return { kind: 'ended' };
      const node = plan.node(frame.flow, step.node);
      if (node === undefined) {
        throw new FlowError('node_unknown', { flow: frame.flow, node: step.node, reason: 'the flow has no such node' });
      }
      Object.assign(frame, atNode(frame.flow, step.node));
      return yield* enter(run, frame, node);
    }
    case 'push':
      return pushFlow(run, step.flow);
    case 'return': {
      memory.stack.pop();
      const frame = topOf(memory);
      if (frame === undefined) {
        yield* saySystem(run, 'goodbye');
        run.ended = true;
        return { kind: 'ended' };
      }
      const waits = plan.node(frame.flow, frame.node);
      // What ran meanwhile may have filled what a form waits for: it looks anew at what is missing.
      if (frame.waiting && waits?.type === 'form') return { kind: 'next', node: frame.node };
      // What is read back must be what the form would find now.
      if (frame.waiting && waits?.type === 'confirm' && waits.corrects !== undefined) {
        return { kind: 'next', node: waits.corrects };
      }
      if (frame.waiting) {
        yield* askAgain(run, frame, 'resumed');
        return { kind: 'wait' };
      }
      return waits?.type === 'flow' ? { kind: 'next', node: waits.next } : { kind: 'return' };
    }
  }
}

/** The flow begins: what it keeps for itself only is empty. */
export function pushFlow({ memory, plan }: Run, flow: string): Step {
  const start = plan.startOf(flow);
  if (start === undefined)
    throw new FlowError('flow_unknown', { flow, reason: 'there is no such flow, or it has no start' });
  for (const name of plan.slotsOf(flow)) {
    if (plan.definition.slots[name]?.scope === 'flow') setSlot(memory, name, undefined);
  }
  // Who changes their mind again and again loses what they began first, but not the ground they stand on.
  if (memory.stack.length >= maxStackDepth) memory.stack.splice(1, 1);
  memory.stack.push(atNode(flow, start));
  return { kind: 'next', node: start };
}

export function atNode(flow: string, node: string): Frame {
  return { flow, node, waiting: false, misses: 0, asked: undefined, looked: {}, modelTurns: 0, refusals: 0 };
}

async function* enter(run: Run, frame: Frame, node: FlowNode): Speaking<Step> {
  switch (node.type) {
    case 'start':
      return { kind: 'next', node: node.next };
    case 'say':
      yield* say(run, node.text, { tone: node.tone, interruptible: node.interruptible, ssml: node.ssml });
      return { kind: 'next', node: node.next };
    case 'condition':
      return wayOfCondition(run, node);
    case 'set':
      return enterSet(run, node);
    case 'split':
      return enterSplit(run, node);
    case 'flow':
      return { kind: 'push', flow: node.flow };
    case 'return':
      return { kind: 'return' };
    case 'end':
      if (node.text === undefined) yield* saySystem(run, 'goodbye');
      else yield* say(run, node.text);
      run.ended = true;
      return { kind: 'ended' };
    case 'call':
      return yield* enterCall(run, frame, node);
    case 'code':
      return await enterCode(run, node);
    case 'model':
      return yield* enterModel(run, frame, node);
    case 'transfer':
      return yield* handOff(run, {
        to: node.to,
        text: node.text,
        summary: node.summary,
        reason: 'flow',
        mode: node.mode,
        failed: node.failed,
      });
    case 'form':
      return yield* enterForm(run, frame, node);
    case 'confirm':
      frame.waiting = true;
      if (!run.isAhead) yield* askConfirm(run, frame, node, 'first');
      return { kind: 'wait' };
    case 'menu':
      frame.waiting = true;
      if (!run.isAhead) yield* askMenu(run, node);
      return { kind: 'wait' };
    case 'route':
      frame.waiting = true;
      if (run.memory.stack.length === 1) run.memory.home = frame.node;
      if (!run.isAhead) yield* askRoute(run, node, 'first');
      return { kind: 'wait' };
  }
}

/** Why a question is asked again. */
export type AskedAgain = 'resumed' | 'misunderstood' | 'repeated';

/** Ask what is open once more. */
export async function* askAgain(run: Run, frame: Frame, why: AskedAgain): Speaking<void> {
  if (why !== 'resumed' && (yield* askWhatWasMeant(run))) return;
  const node = run.plan.node(frame.flow, frame.node);
  switch (node?.type) {
    case 'form':
      return yield* askForm(run, frame, node, why);
    case 'confirm':
      return yield* askConfirm(run, frame, node, why);
    case 'menu':
      return yield* askMenu(run, node);
    case 'route':
      return yield* askRoute(run, node, why);
    default:
      return undefined;
  }
}
