import { isBackchannel } from '../text/backchannel.ts';
import { countWords } from '../text/words.ts';
import { type Draft, emit, updateReply } from './draft.ts';
import { advance } from './speaking.ts';
import { isSounding, type Reply, type TurnState } from './state.ts';

export interface InterruptionOptions {
  /** Words that a partial transcript needs before the agent gives up the floor. A final needs one. */
  readonly partialWords: number;
  /** How long the agent stays silent for a voice that brings no words, before it goes on speaking. */
  readonly maxHoldMs: number;
}

export const interruptionDefaults: InterruptionOptions = {
  // A single word of a partial is often a guess at a cough or at the agent's own echo; two rarely are. One real word still
  // interrupts, with its final, some 200 ms after it was said.
  partialWords: 2,
  // People stop within a second or two of being talked over; a longer sound without words is a vacuum cleaner.
  maxHoldMs: 3000,
};

/**
 * Voice began while the agent has the floor: sound stops within one frame, and waits. Nothing is thrown away until words
 * confirm that the caller means it.
 */
export function holdFloor(draft: Draft): void {
  const { reply, nowMs } = draft.state;
  if (reply === undefined || reply.delivery === 'text' || reply.floor.kind === 'held') return;
  updateReply(draft, { floor: { kind: 'held', sinceMs: nowMs } });
  if (reply.playing !== undefined) emit(draft, { type: 'pause', replyId: reply.id });
}

/** It was nothing (a cough, an "uh-huh"): the agent goes on where it stopped. */
export function releaseFloor(draft: Draft): void {
  const { reply } = draft.state;
  if (reply === undefined || reply.floor.kind === 'free') return;
  updateReply(draft, { floor: { kind: 'free' } });
  if (reply.playing !== undefined) emit(draft, { type: 'resume', replyId: reply.id });
  advance(draft);
}

/** Does what was said so far take the floor from the agent? */
export function isInterruption(state: TurnState, text: string, certainty: 'partial' | 'final'): boolean {
  const { reply, options } = state;
  const words = countWords(text);
  if (words === 0) return false;
  if (certainty === 'partial' && words < options.interruption.partialWords) return false;
  if (!isBackchannel(text, options.language)) return true;
  return certainty === 'final' && (reply === undefined || isAnswerable(reply, state));
}

export function holdDeadlineMs(state: TurnState): number | undefined {
  const { reply, options } = state;
  // While the end of a turn is being decided the hold ends with the decision, not with the clock.
  if (reply?.floor.kind !== 'held' || state.caller.kind !== 'speaking' || state.caller.by !== 'voice') return undefined;
  return reply.floor.sinceMs + options.interruption.maxHoldMs;
}

export function releaseOverdueHold(draft: Draft): void {
  const deadlineMs = holdDeadlineMs(draft.state);
  if (deadlineMs !== undefined && draft.state.nowMs >= deadlineMs) releaseFloor(draft);
}

/**
 * "Yes" while the agent speaks is a listener's noise; "yes" over the end of its question is the answer. The last sentence
 * of a reply that waits for something can be answered early, and so can one that has not begun to sound.
 */
function isAnswerable(reply: Reply, state: TurnState): boolean {
  if (!isSounding(reply)) return true;
  const last = reply.sentences.length - 1;
  return reply.thinking.kind === 'finished' && state.expects !== undefined && reply.sentences[last]?.started === true;
}
