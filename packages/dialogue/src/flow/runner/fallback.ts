import type { FlowNode } from '@parley/contract/flow/nodes.ts';
import { askWhatWasMeant, worthAsking } from './clarification.ts';
import { handOff } from './hand-off.ts';
import type { Heard } from './hearing.ts';
import type { Frame } from './memory.ts';
import { askAgain, pushFlow } from './proceed.ts';
import { type Run, type Speaking, type Step, saySystem } from './run.ts';

/** Ask what was meant, then for other words, then a person: never the same again and again. */
export async function* missed(run: Run, frame: Frame, node: FlowNode, heard: Heard): Speaking<Step> {
  if (isOneTooMany(frame, node)) return yield* stuck(run, node);
  const offered = heard.unreliable || frame.misses > 1 ? [] : worthAsking(run, heard);
  if (offered.length > 0) {
    run.memory.clarifying = { intents: offered, text: heard.text };
    yield* askWhatWasMeant(run);
    return { kind: 'wait' };
  }
  yield* saySystem(run, 'notUnderstood');
  yield* askAgain(run, frame, 'misunderstood');
  return { kind: 'wait' };
}

/** Counts an answer that leads nowhere. @returns whether another way is to be taken now */
export function isOneTooMany(frame: Frame, node: FlowNode): boolean {
  frame.misses += 1;
  return frame.misses >= ('attempts' in node ? node.attempts : usualAttempts);
}

/** As many as nodes with a setting of their own have by default. */
const usualAttempts = 3;

/** The node's own way out, or a person. */
export async function* stuck(run: Run, node: FlowNode): Speaking<Step> {
  run.memory.clarifying = undefined;
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
