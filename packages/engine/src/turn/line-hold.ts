import { type Draft, update } from './draft.ts';
import { isProtected, releaseFloor, waitForCaller } from './interruption.ts';
import { isCallerBusy } from './state.ts';

/**
 * The caller put the line on hold, or came back. What is being said waits meanwhile, nobody is reminded of their silence, and
 * only the longest duration of a call is still counted.
 */
export function onLineHeld(draft: Draft, isHeld: boolean): void {
  const { audio, nowMs, options } = draft.state;
  if (audio.kind !== 'attached' || audio.isHeld === isHeld) return;
  update(draft, { audio: { ...audio, isHeld } });
  if (isHeld) return waitForCaller(draft);
  // As if they had been silent for the rest: they may want to say first why they were away, and then may have forgotten the question.
  const { repromptAfterMs, repromptAfterHoldMs } = options.silence;
  update(draft, { silence: { sinceMs: nowMs + Math.min(0, repromptAfterHoldMs - repromptAfterMs), reprompts: 0 } });
  const { reply } = draft.state;
  // What they said into a passage that is to be heard waits for its end, not it for them.
  if (!isCallerBusy(draft.state) || (reply !== undefined && isProtected(reply))) releaseFloor(draft);
}
