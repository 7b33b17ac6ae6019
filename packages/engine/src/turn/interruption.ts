import { openQuestion } from '../ports/recognizer.ts';
import { isBackchannel } from '../text/backchannel.ts';
import { isEcho } from '../text/echo.ts';
import { isHesitation } from '../text/meaning.ts';
import { countWords } from '../text/words.ts';
import { type Draft, emit, updateReply } from './draft.ts';
import { heardText } from './heard.ts';
import { advance } from './speaking.ts';
import { isLineHeld, isSounding, type Reply, type TurnState } from './state.ts';
import { utteranceOf, utteranceText } from './utterance.ts';

export interface InterruptionOptions {
  /** Words that a partial transcript needs before the agent gives up the floor. A final needs one. */
  readonly partialWords: number;
  /** How long the agent stays silent for a voice that brings no words, before it goes on speaking. */
  readonly maxHoldMs: number;
  /** Far ends that cancel echo need so long after the agent's first sound to learn it; until then words are compared. */
  readonly echoLearningMs: number;
  /** A voice that begins so soon after the agent stopped sounding may be its echo. */
  readonly echoTailMs: number;
}

export const interruptionDefaults: InterruptionOptions = {
  // One or two words of a partial are often a guess at a cough, an "uh-huh" or the agent's own echo; three rarely are. Waiting
  // for the third costs the caller nothing: the agent is silent since the voice began. One real word still interrupts, with
  // its final, some 200 ms after it was said.
  partialWords: 3,
  // People stop within a second or two of being talked over; a longer sound without words is a vacuum cleaner.
  maxHoldMs: 3000,
  // Acoustic echo cancellers converge within one to three seconds of far-end speech.
  echoLearningMs: 4000,
  // The longest way there and back: jitter buffers, a satellite or a conference bridge, a reverberant room.
  echoTailMs: 800,
};

/**
 * Voice began while the agent has the floor: sound stops within one frame, and waits. Nothing is thrown away until words
 * confirm that the caller means it.
 */
export function holdFloor(draft: Draft): void {
  const { reply, nowMs } = draft.state;
  if (reply === undefined || reply.delivery === 'text' || isProtected(reply)) return;
  updateReply(draft, { floor: { kind: 'held', sinceMs: nowMs } });
  if (reply.playing !== undefined && reply.floor.kind === 'free') emit(draft, { type: 'pause', replyId: reply.id });
}

/** It was nothing (a cough, an "uh-huh"): the agent goes on where it stopped. */
export function releaseFloor(draft: Draft): void {
  const { reply, keys } = draft.state;
  // Who presses keys has the floor until they are done; who holds the line hears nothing.
  if (reply === undefined || reply.floor.kind === 'free' || keys !== undefined || isLineHeld(draft.state)) return;
  updateReply(draft, { floor: { kind: 'free' } });
  if (reply.playing !== undefined) emit(draft, { type: 'resume', replyId: reply.id });
  advance(draft);
}

/** What is being said waits for a caller who cannot hear now: they put the line on hold, or lost it. */
export function waitForCaller(draft: Draft): void {
  const { reply, nowMs } = draft.state;
  if (reply === undefined || reply.delivery === 'text' || reply.floor.kind === 'held') return;
  updateReply(draft, { floor: { kind: 'held', sinceMs: nowMs } });
  if (reply.playing !== undefined) emit(draft, { type: 'pause', replyId: reply.id });
}

/** Is the reply at a passage that must be heard to its end? What the caller says meanwhile is taken up after it. */
export function isProtected(reply: Reply): boolean {
  const { playing, sentences } = reply;
  return isHandedOver(reply) || (playing !== undefined && sentences[playing]?.interruptible === false);
}

/** Are these the last words to a caller who is somebody else's now? */
export function isHandedOver({ thinking }: Reply): boolean {
  return thinking.kind === 'finished' && thinking.handedOver === true;
}

/**
 * Can the reply not be cut off now? It is at a passage that must be heard, or something is being done outside whose outcome
 * must be known before anything else is answered.
 */
export function keepsFloor(reply: Reply): boolean {
  return isProtected(reply) || (reply.acting && reply.thinking.kind === 'running');
}

/**
 * A passage that nobody may interrupt is over. Whoever spoke into it has the floor now; their words decide, as if they had
 * begun at this moment.
 */
export function yieldAfterPassage(draft: Draft): void {
  const { reply, nowMs } = draft.state;
  if (reply === undefined || reply.floor.kind === 'held' || utteranceOf(draft.state) === undefined) return;
  const next = reply.sentences.find((sentence) => !sentence.played);
  if (next?.interruptible === false) return;
  updateReply(draft, { floor: { kind: 'held', sinceMs: nowMs } });
}

/** Does what was said so far take the floor from the agent? */
export function isInterruption(state: TurnState, text: string, certainty: 'partial' | 'final'): boolean {
  const { reply, options } = state;
  const words = countWords(text);
  if (words === 0 || (reply !== undefined && keepsFloor(reply))) return false;
  if (certainty === 'partial' && words < options.interruption.partialWords) return false;
  // "Um" means nothing yet: the agent waits as long as the voice does.
  if (isHesitation(text) || isOwnEcho(state, text)) return false;
  if (!isBackchannel(text, options.language)) return true;
  return certainty === 'final' && (reply === undefined || isAnswerable(reply, state));
}

/** Are these the agent's own words, come back through the caller's microphone? */
export function isOwnEcho(state: TurnState, text: string): boolean {
  const { audio, options, nowMs } = state;
  if (audio.kind !== 'attached' || utteranceOf(state)?.overAgent !== true) return false;
  const learnt =
    audio.firstSoundAtMs !== undefined && nowMs - audio.firstSoundAtMs > options.interruption.echoLearningMs;
  return !(audio.echo === 'cancelled' && learnt) && isEcho(text, agentWords(state));
}

/** Is the agent sounding, or was it a moment ago? */
export function soundsAround({ reply, audio, agentSoundedAtMs, nowMs, options }: TurnState): boolean {
  if (reply?.playing !== undefined && isSounding(reply)) return true;
  // Where echo is cancelled, who says "hello" after a "hello" means it.
  if (audio.kind !== 'attached' || audio.echo === 'cancelled') return false;
  return agentSoundedAtMs !== undefined && nowMs - agentSoundedAtMs < options.interruption.echoTailMs;
}

export function holdDeadlineMs(state: TurnState): number | undefined {
  const { reply, options } = state;
  // Keys hold the floor until they are a turn, and a line on hold until it is taken back.
  if (state.keys !== undefined || isLineHeld(state)) return undefined;
  // While the end of a turn is being decided the hold ends with the decision, not with the clock.
  if (reply?.floor.kind !== 'held' || state.caller.kind !== 'speaking' || state.caller.by !== 'voice') return undefined;
  // Who speaks words is not spoken over, whether or not they can be answered already.
  if (utteranceText(state.caller.utterance) !== '') return undefined;
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
  const isAsked = state.expects !== undefined && state.expects !== openQuestion;
  return reply.thinking.kind === 'finished' && isAsked && reply.sentences[last]?.started === true;
}

/** The end of what the agent said aloud. */
function agentWords(state: TurnState): string {
  const { reply, history } = state;
  const before = history.findLast((line) => line.speaker === 'agent')?.text ?? '';
  return reply === undefined ? before : `${before} ${heardText(reply, 0, state)}`;
}
