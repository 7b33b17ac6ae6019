import { completeness } from '../text/completeness.ts';
import { type Draft, tell, update } from './draft.ts';
import type { UtteranceId } from './event.ts';
import { holdFloor, isInterruption, releaseFloor } from './interruption.ts';
import { commitTurn, takeBackOrCutOff } from './replies.ts';
import type { Caller, TurnState, Utterance } from './state.ts';

export interface EndpointingOptions {
  /** Silence after a sentence that sounds complete. */
  readonly completeDelayMs: number;
  /** Silence after a sentence that cannot end there ("I'd like to book a"). */
  readonly incompleteDelayMs: number;
  /** Silence between groups while a number is dictated. */
  readonly dictationDelayMs: number;
  /** Silence after speech that the recogniser could not make out. */
  readonly rejectedDelayMs: number;
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
  // Someone who stops after "for" is thinking; two and a half seconds later they wait for help.
  incompleteDelayMs: 2500,
  // People pause about half a second to a second between the groups of a telephone number.
  dictationDelayMs: 1200,
  // Long enough for a second try of one's own, short enough that "sorry?" still sounds like an answer.
  rejectedDelayMs: 600,
  // Beyond a second everybody feels ignored.
  maxAdaptedDelayMs: 1000,
  // Streaming recognisers deliver within a second; past three the words are lost or the line is.
  transcriptTimeoutMs: 3000,
  pauseWeight: 0.3,
};

export function onVoiceStarted(draft: Draft, utteranceId: UtteranceId): void {
  const { caller, nowMs } = draft.state;
  if (caller.kind === 'speaking') return;
  if (caller.kind === 'pausing') learnPause(draft, nowMs - caller.speechEndedAtMs);
  holdFloor(draft);
  startSpeaking(draft, 'voice', utteranceId);
}

export function onVoiceStopped(draft: Draft, utteranceId: UtteranceId, speechEndedAtMs: number): void {
  const { caller } = draft.state;
  // Its final may have come already (a recogniser that ended the stretch by itself): what counts is that it is this stretch.
  if (caller.kind !== 'speaking' || caller.by !== 'voice' || caller.utteranceId !== utteranceId) return;
  update(draft, { caller: { kind: 'pausing', by: 'voice', speechEndedAtMs, utterance: caller.utterance } });
  decideEndOfTurn(draft);
}

/** A pressed button is certain: it interrupts at once, and its release ends the turn at once. */
export function onPushToTalk(
  draft: Draft,
  button:
    | { readonly kind: 'pressed'; readonly utteranceId: UtteranceId }
    | { readonly kind: 'released'; readonly utteranceId: UtteranceId; readonly speechEndedAtMs: number },
): void {
  const { caller } = draft.state;
  if (button.kind === 'pressed') {
    startSpeaking(draft, 'pushToTalk', button.utteranceId);
    interrupt(draft);
  } else if (caller.kind === 'speaking' && caller.by === 'pushToTalk') {
    const { speechEndedAtMs } = button;
    update(draft, { caller: { kind: 'pausing', by: 'pushToTalk', speechEndedAtMs, utterance: caller.utterance } });
    decideEndOfTurn(draft);
  }
}

export function onPartial(draft: Draft, utteranceId: UtteranceId, text: string): void {
  const { caller } = draft.state;
  if (caller.kind === 'quiet' || !caller.utterance.pending.includes(utteranceId)) return;
  setUtterance(draft, { ...caller.utterance, partial: text });
  if (draft.state.reply !== undefined && isInterruption(draft.state, text, 'partial')) interrupt(draft);
  // While the agent has the floor it is not yet known whether these are words; a caption would only flicker.
  if (draft.state.reply === undefined) tellTranscript(draft);
}

export function onFinal(
  draft: Draft,
  final: {
    readonly utteranceId: UtteranceId;
    readonly text: string;
    readonly confidence: number;
    readonly rejected: boolean;
  },
): void {
  const { caller } = draft.state;
  if (caller.kind === 'quiet' || !caller.utterance.pending.includes(final.utteranceId)) return;
  const { text, confidence, rejected } = final;
  const heard = text !== '' || rejected;
  setUtterance(draft, {
    ...caller.utterance,
    pending: caller.utterance.pending.filter((id) => id !== final.utteranceId),
    partial: '',
    finals: heard ? [...caller.utterance.finals, { text, confidence, rejected }] : caller.utterance.finals,
  });
  const { reply } = draft.state;
  if (reply !== undefined && !rejected && isInterruption(draft.state, text, 'final')) interrupt(draft);
  if (draft.state.reply === undefined) tellTranscript(draft);
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
  if (reply !== undefined) {
    // Words that take the floor took it when they came, unless the answer is to something typed meanwhile. All else that
    // was said while an answer is under way is a listener's "uh-huh", or a sound that nobody could make out.
    const understood = caller.utterance.finals.filter(isUnderstood).map((final) => final.text);
    if (!isInterruption(draft.state, understood.join(' '), 'final')) return dropUtterance(draft);
    interrupt(draft);
    return decideEndOfTurn(draft);
  }
  if (isTranscribed && isNothing(caller.utterance)) return dropUtterance(draft);
  if (!isDue) return;
  commitUtterance(draft, caller, dueAtMs);
}

/** When the decision is due: after the silence that these words call for; or when the transcript has been waited for too long. */
export function endOfTurnDeadlineMs(state: TurnState): number | undefined {
  const { caller, options } = state;
  if (caller.kind !== 'pausing') return undefined;
  if (caller.utterance.pending.length > 0) return caller.speechEndedAtMs + options.endpointing.transcriptTimeoutMs;
  return caller.speechEndedAtMs + endOfTurnDelayMs(state, caller);
}

function endOfTurnDelayMs(state: TurnState, caller: Extract<Caller, { kind: 'pausing' }>): number {
  const { endpointing, language } = state.options;
  if (caller.by === 'pushToTalk') return 0;
  if (!caller.utterance.finals.some(isUnderstood)) return endpointing.rejectedDelayMs;
  switch (completeness(utteranceText(caller.utterance), state.expects, language)) {
    case 'complete':
      return adaptedDelayMs(state);
    case 'dictating':
      return endpointing.dictationDelayMs;
    case 'incomplete':
      return endpointing.incompleteDelayMs;
  }
}

/** A caller who pauses long inside sentences is given longer at their end. */
function adaptedDelayMs({ averagePauseMs, options }: TurnState): number {
  const { completeDelayMs, maxAdaptedDelayMs } = options.endpointing;
  if (averagePauseMs === undefined) return completeDelayMs;
  return Math.min(maxAdaptedDelayMs, Math.max(completeDelayMs, averagePauseMs));
}

function learnPause(draft: Draft, pauseMs: number): void {
  const { averagePauseMs, options } = draft.state;
  const weight = options.endpointing.pauseWeight;
  update(draft, {
    averagePauseMs: averagePauseMs === undefined ? pauseMs : averagePauseMs * (1 - weight) + pauseMs * weight,
  });
}

function startSpeaking(draft: Draft, by: 'voice' | 'pushToTalk', utteranceId: UtteranceId): void {
  const { caller, nowMs } = draft.state;
  const before: Utterance =
    caller.kind === 'quiet'
      ? { startedAtMs: nowMs, continues: undefined, finals: [], partial: '', pending: [] }
      : caller.utterance;
  // A button pressed in the middle of a stretch of voice goes on with that stretch.
  const known = before.pending.includes(utteranceId);
  const utterance = { ...before, pending: known ? before.pending : [...before.pending, utteranceId] };
  update(draft, { caller: { kind: 'speaking', by, sinceMs: nowMs, utteranceId, utterance } });
}

/** The caller takes the floor. A turn that was committed too early goes on. */
function interrupt(draft: Draft): void {
  const takenBack = takeBackOrCutOff(draft);
  const { caller } = draft.state;
  if (takenBack !== undefined && caller.kind !== 'quiet') {
    setUtterance(draft, { ...caller.utterance, continues: takenBack });
  }
}

/** What was taken for a voice were no words for us: as if nothing had happened. */
function dropUtterance(draft: Draft): void {
  const { lastTurnNumber, reply } = draft.state;
  update(draft, { caller: { kind: 'quiet' } });
  if (reply !== undefined) return releaseFloor(draft);
  // An empty final takes back the caption of the partials.
  tell(draft, { type: 'transcript', turnNumber: lastTurnNumber + 1, text: '', confidence: 0, isFinal: true });
}

function commitUtterance(draft: Draft, caller: Extract<Caller, { kind: 'pausing' }>, dueAtMs: number): void {
  const { utterance, speechEndedAtMs } = caller;
  const { endpointing } = draft.state.options;
  const understood = utterance.finals.filter(isUnderstood);
  const text = utteranceText(utterance);
  const rejected = understood.length === 0 && utterance.partial === '';
  // Words that only a partial ever showed are not to be acted on.
  const confidence = understood.length > 0 ? Math.min(...understood.map((final) => final.confidence)) : 0;
  update(draft, { caller: { kind: 'quiet' } });
  commitTurn(draft, { text, confidence, rejected, modality: 'voice' }, undefined, {
    startedAtMs: utterance.startedAtMs,
    speechEndedAtMs,
    // A transcript that never came was waited for longer than any decision would have taken.
    decisionDueAtMs: utterance.pending.length === 0 ? dueAtMs : speechEndedAtMs + endpointing.completeDelayMs,
  });
}

function setUtterance(draft: Draft, utterance: Utterance): void {
  const { caller } = draft.state;
  if (caller.kind !== 'quiet') update(draft, { caller: { ...caller, utterance } });
}

/** Words that were understood; where none were, the best guess at them. */
function utteranceText(utterance: Utterance): string {
  const understood = utterance.finals.filter(isUnderstood);
  const finals = understood.length > 0 ? understood : utterance.finals;
  const texts = [utterance.continues?.text ?? '', ...finals.map((final) => final.text), utterance.partial];
  return texts.filter((text) => text !== '').join(' ');
}

function isUnderstood(final: { readonly text: string; readonly rejected: boolean }): boolean {
  return !final.rejected && final.text !== '';
}

function isNothing(utterance: Utterance): boolean {
  return utterance.finals.length === 0 && utterance.partial === '' && utterance.continues === undefined;
}

function tellTranscript(draft: Draft): void {
  const { caller, lastTurnNumber } = draft.state;
  if (caller.kind === 'quiet') return;
  const understood = caller.utterance.finals.filter(isUnderstood);
  tell(draft, {
    type: 'transcript',
    turnNumber: lastTurnNumber + 1,
    text: utteranceText(caller.utterance),
    confidence: understood.length > 0 ? Math.min(...understood.map((final) => final.confidence)) : 0,
    isFinal: false,
  });
}
