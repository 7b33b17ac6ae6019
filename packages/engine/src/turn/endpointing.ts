import { keysDeadlineMs, withKeys } from './digits.ts';
import { type Draft, tell, update } from './draft.ts';
import type { UtteranceId } from './event.ts';
import { goOnAfter } from './false-interruption.ts';
import { holdFloor, isInterruption, isOwnEcho, keepsFloor, releaseFloor } from './interruption.ts';
import { commitTurn, takeBackOrCutOff } from './replies.ts';
import { type Caller, isSounding, type TurnState, type Utterance } from './state.ts';
import { thoughtFor } from './thinking-ahead.ts';
import {
  isPending,
  isUnderstood,
  partialText,
  soundsComplete,
  startSpeaking,
  stopSpeaking,
  understoodText,
  updateUtterance,
  utteranceConfidence,
  utteranceOf,
  utteranceText,
} from './utterance.ts';

export interface EndpointingOptions {
  /** Silence after a sentence that sounds complete. */
  readonly completeDelayMs: number;
  /** Silence after a sentence that cannot end there ("I'd like to book a"). */
  readonly incompleteDelayMs: number;
  /** From this probability of being over (0–1) a sentence is waited for as one that is complete. */
  readonly sureProbability: number;
  /** Up to this one as one that is not; between the two the silence grows with the doubt. */
  readonly unsureProbability: number;
  /** Silence between groups while a number is dictated. */
  readonly dictationDelayMs: number;
  /** Silence after speech that the recogniser could not make out. */
  readonly rejectedDelayMs: number;
  /** The same if the best guess at it sounds unfinished. */
  readonly maxRejectedDelayMs: number;
  /** The most that this caller's own pauses may lengthen `completeDelayMs` to. */
  readonly maxAdaptedDelayMs: number;
  /** How long a final transcript is waited for before the last partial is taken. */
  readonly transcriptTimeoutMs: number;
  /** Weight of the newest pause in the moving average. */
  readonly pauseWeight: number;
}

export const endpointingDefaults: EndpointingOptions = {
  // Gaps between turns of people have their median near 200 ms; under 300 ms the pauses inside sentences are cut into.
  completeDelayMs: 300,
  // Someone who stops after "for" is thinking; a little over two seconds later they wait for help.
  incompleteDelayMs: 2200,
  // Both by the tuning set of the end-of-turn benchmark.
  sureProbability: 0.94,
  unsureProbability: 0.2,
  // People pause about half a second to a second between the groups of a telephone number.
  dictationDelayMs: 1200,
  // Long enough for a second try of one's own, short enough that "sorry?" still sounds like an answer.
  rejectedDelayMs: 600,
  // A beginning that was not understood alone may be with its end; the pauses in between are rarely longer.
  maxRejectedDelayMs: 1500,
  // Beyond a second everybody feels ignored.
  maxAdaptedDelayMs: 1000,
  // Streaming recognisers deliver within a second; past three the words are lost or the line is.
  transcriptTimeoutMs: 3000,
  pauseWeight: 0.3,
};

export function onVoiceStarted(draft: Draft, utteranceId: UtteranceId): void {
  const { caller, nowMs } = draft.state;
  if (caller.kind === 'speaking') return;
  if (caller.kind === 'pausing' && isTelling(draft.state, caller)) learnPause(draft, nowMs - caller.speechEndedAtMs);
  holdFloor(draft);
  startSpeaking(draft, 'voice', utteranceId);
}

export function onVoiceStopped(draft: Draft, utteranceId: UtteranceId, speechEndedAtMs: number): void {
  const { caller } = draft.state;
  // Its final may have come already (a recogniser that ended the stretch by itself): what counts is that it is this stretch.
  if (caller.kind !== 'speaking' || caller.by !== 'voice' || caller.utteranceId !== utteranceId) return;
  stopSpeaking(draft, speechEndedAtMs);
  decideEndOfTurn(draft);
}

/** A pressed button is certain: it silences the agent at once, and its release ends the turn at once. */
export function onPushToTalk(
  draft: Draft,
  button:
    | { readonly kind: 'pressed'; readonly utteranceId: UtteranceId }
    | { readonly kind: 'released'; readonly utteranceId: UtteranceId; readonly speechEndedAtMs: number },
): void {
  const { caller } = draft.state;
  if (button.kind === 'pressed') {
    startSpeaking(draft, 'pushToTalk', button.utteranceId);
    const { reply } = draft.state;
    // An answer that has not begun may still be the right one: words will tell.
    if (reply !== undefined && isSounding(reply) && !keepsFloor(reply)) interrupt(draft);
    else holdFloor(draft);
  } else if (caller.kind === 'speaking' && caller.by === 'pushToTalk') {
    stopSpeaking(draft, button.speechEndedAtMs);
    decideEndOfTurn(draft);
  }
}

export function onPartial(draft: Draft, utteranceId: UtteranceId, text: string): void {
  const utterance = utteranceOf(draft.state);
  if (utterance === undefined || !isPending(utterance, utteranceId)) return;
  const pending = utterance.pending.map((stretch) =>
    stretch.id === utteranceId && stretch.partial !== text ? { id: utteranceId, partial: text } : stretch,
  );
  if (pending.some((stretch, index) => stretch !== utterance.pending[index])) {
    updateUtterance(draft, { pending, partialSinceMs: draft.state.nowMs, turnEnd: 'unknown' });
  }
  if (draft.state.reply !== undefined && isInterruption(draft.state, text, 'partial')) interrupt(draft);
  // While the agent has the floor it is not yet known whether these are words; a caption would only flicker.
  if (draft.state.reply === undefined) tellTranscript(draft);
}

/** The recogniser takes the turn for over: reason enough to think, not to answer. */
export function onEagerEndOfTurn(draft: Draft, utteranceId: UtteranceId, text: string): void {
  onPartial(draft, utteranceId, text);
  const utterance = utteranceOf(draft.state);
  if (utterance !== undefined && isPending(utterance, utteranceId)) updateUtterance(draft, { turnEnd: 'likely' });
}

export function onTurnResumed(draft: Draft, utteranceId: UtteranceId): void {
  const utterance = utteranceOf(draft.state);
  if (utterance !== undefined && isPending(utterance, utteranceId)) updateUtterance(draft, { turnEnd: 'unknown' });
}

export function onFinal(
  draft: Draft,
  final: {
    readonly utteranceId: UtteranceId;
    readonly text: string;
    readonly confidence: number;
    readonly rejected: boolean;
    readonly endsTurn: boolean;
  },
): void {
  const utterance = utteranceOf(draft.state);
  if (utterance === undefined || !isPending(utterance, final.utteranceId)) return;
  const { text, confidence, rejected, endsTurn } = final;
  const heard = text !== '' || rejected;
  updateUtterance(draft, {
    pending: utterance.pending.filter(({ id }) => id !== final.utteranceId),
    partialSinceMs: draft.state.nowMs,
    turnEnd: endsTurn ? 'certain' : 'unknown',
    finals: heard ? [...utterance.finals, { text, confidence, rejected }] : utterance.finals,
  });
  const { reply, caller, nowMs } = draft.state;
  if (reply !== undefined && !rejected && isInterruption(draft.state, text, 'final')) interrupt(draft);
  if (draft.state.reply === undefined) tellTranscript(draft);
  // What the detector still takes for a voice (a television, a street) is none to a recogniser that knows turns.
  if (endsTurn && caller.kind === 'speaking' && caller.by === 'voice' && caller.utteranceId === final.utteranceId) {
    stopSpeaking(draft, nowMs);
  }
  decideEndOfTurn(draft);
}

/** Is the turn over? Asked whenever something changed and when the time for it has come. */
export function decideEndOfTurn(draft: Draft): void {
  const { caller, nowMs, reply } = draft.state;
  if (caller.kind !== 'pausing') return;
  const dueAtMs = endOfTurnDeadlineMs(draft.state);
  const isDue = dueAtMs !== undefined && nowMs >= dueAtMs;
  const isTranscribed = caller.utterance.pending.length === 0;
  if (!isTranscribed && !isDue) return;
  // Said into a passage that nobody interrupts, or while something is being done: taken up after it.
  if (reply !== undefined && keepsFloor(reply)) return;
  if (reply !== undefined) {
    // Words that take the floor took it when they came, unless the answer is to something typed meanwhile. All else that
    // was said while an answer is under way is a listener's "uh-huh", or a sound that nobody could make out.
    if (!isInterruption(draft.state, understoodText(caller.utterance), 'final')) return dropUtterance(draft);
    interrupt(draft);
    return decideEndOfTurn(draft);
  }
  if (isTranscribed && isNothing(caller.utterance)) return dropUtterance(draft);
  if (isTranscribed && isOwnEcho(draft.state, utteranceText(caller.utterance))) return dropUtterance(draft);
  if (!isDue) return;
  commitUtterance(draft, caller, dueAtMs);
}

/** When the decision is due: after the silence that these words call for; or when the transcript has been waited for too long. */
export function endOfTurnDeadlineMs(state: TurnState): number | undefined {
  const { caller, options, reply } = state;
  if (caller.kind !== 'pausing' || (reply !== undefined && keepsFloor(reply))) return undefined;
  if (caller.utterance.pending.length > 0) return caller.speechEndedAtMs + options.endpointing.transcriptTimeoutMs;
  // Keys say better than a pause whether there is more to come.
  if (state.keys !== undefined) return keysDeadlineMs(state);
  return caller.speechEndedAtMs + endOfTurnDelayMs(state, caller);
}

function endOfTurnDelayMs(state: TurnState, caller: Extract<Caller, { kind: 'pausing' }>): number {
  const { endpointing } = state.options;
  if (caller.by === 'pushToTalk' || caller.utterance.turnEnd === 'certain') return 0;
  const { rejectedDelayMs, maxRejectedDelayMs } = endpointing;
  const byWordsMs = delayByWordsMs(state, caller);
  if (caller.utterance.finals.some(isUnderstood)) return byWordsMs;
  // Of what was not made out the guess still tells whether it was a beginning.
  return Math.min(maxRejectedDelayMs, Math.max(rejectedDelayMs, byWordsMs));
}

function delayByWordsMs(state: TurnState, caller: Extract<Caller, { kind: 'pausing' }>): number {
  const { endpointing } = state.options;
  const { kind, probability } = soundsComplete(caller.utterance, state);
  if (kind === 'dictating') return endpointing.dictationDelayMs;
  const { incompleteDelayMs, sureProbability, unsureProbability } = endpointing;
  const sureDelayMs = adaptedDelayMs(state);
  const doubt = (sureProbability - probability) / (sureProbability - unsureProbability);
  // The fourth root: a little doubt already costs most of it, for pauses inside sentences are seldom shorter than half a second.
  return sureDelayMs * (incompleteDelayMs / sureDelayMs) ** (Math.min(1, Math.max(0, doubt)) ** 0.25);
}

/** A caller who pauses long inside sentences is given longer at their end. */
function adaptedDelayMs({ averagePauseMs, options }: TurnState): number {
  const { completeDelayMs, maxAdaptedDelayMs } = options.endpointing;
  if (averagePauseMs === undefined) return completeDelayMs;
  return Math.min(maxAdaptedDelayMs, Math.max(completeDelayMs, averagePauseMs));
}

/** A pause after "um", or in the middle of a number, says nothing about the silence after this caller's sentences. */
function isTelling(state: TurnState, { utterance }: Extract<Caller, { kind: 'pausing' }>): boolean {
  const { kind, probability } = soundsComplete(utterance, state);
  return kind === 'complete' && probability >= state.options.endpointing.sureProbability;
}

function learnPause(draft: Draft, pauseMs: number): void {
  const { averagePauseMs, options } = draft.state;
  const { pauseWeight, completeDelayMs } = options.endpointing;
  const before = averagePauseMs ?? completeDelayMs;
  update(draft, { averagePauseMs: before * (1 - pauseWeight) + pauseMs * pauseWeight });
}

/** The caller takes the floor. A turn that was committed too early goes on. */
function interrupt(draft: Draft): void {
  const left = takeBackOrCutOff(draft);
  if (left?.kind === 'takenBack') updateUtterance(draft, { continues: left.turn });
  else if (left !== undefined) updateUtterance(draft, { cutOff: left });
}

/** What was taken for a voice were no words for us: as if nothing had happened. */
function dropUtterance(draft: Draft): void {
  const { lastTurnNumber, reply } = draft.state;
  const cutOff = utteranceOf(draft.state)?.cutOff;
  update(draft, { caller: { kind: 'quiet' } });
  if (reply !== undefined) return releaseFloor(draft);
  // An empty final takes back the caption of the partials.
  tell(draft, { type: 'transcript', turnNumber: lastTurnNumber + 1, text: '', confidence: 0, isFinal: true });
  if (cutOff !== undefined) goOnAfter(draft, cutOff);
}

function commitUtterance(draft: Draft, caller: Extract<Caller, { kind: 'pausing' }>, dueAtMs: number): void {
  const { utterance, speechEndedAtMs } = caller;
  const { endpointing } = draft.state.options;
  const { keys } = draft.state;
  const text = utteranceText(utterance);
  const confidence = utteranceConfidence(utterance);
  const rejected =
    !utterance.finals.some(isUnderstood) && partialText(utterance) === '' && utterance.continues === undefined;
  const thought = keys === undefined ? thoughtFor(draft.state, { text, confidence }) : undefined;
  const turn =
    keys === undefined
      ? { text, confidence, rejected, modality: 'voice' as const }
      : {
          text: withKeys(rejected ? '' : text, utterance.startedAtMs, draft.state).trim(),
          confidence: rejected ? 1 : confidence,
          rejected: false,
          modality: 'digits' as const,
        };
  update(draft, { caller: { kind: 'quiet' }, keys: undefined });
  commitTurn(draft, turn, undefined, thought?.replyId, {
    startedAtMs: utterance.startedAtMs,
    speechEndedAtMs,
    // A transcript that never came was waited for longer than any decision would have taken.
    decisionDueAtMs: utterance.pending.length === 0 ? dueAtMs : speechEndedAtMs + endpointing.completeDelayMs,
  });
}

function isNothing(utterance: Utterance): boolean {
  return utterance.finals.length === 0 && partialText(utterance) === '' && utterance.continues === undefined;
}

function tellTranscript(draft: Draft): void {
  const { lastTurnNumber } = draft.state;
  const utterance = utteranceOf(draft.state);
  if (utterance === undefined) return;
  tell(draft, {
    type: 'transcript',
    turnNumber: lastTurnNumber + 1,
    text: utteranceText(utterance),
    confidence: utteranceConfidence(utterance),
    isFinal: false,
  });
}
