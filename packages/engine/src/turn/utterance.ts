import { type Completeness, completeness } from '../text/completeness.ts';
import { type Draft, update } from './draft.ts';
import type { UtteranceId } from './event.ts';
import { soundsAround } from './interruption.ts';
import type { TurnState, Utterance } from './state.ts';

/** What the caller is in the middle of saying; undefined when they are quiet. */
export function utteranceOf({ caller }: TurnState): Utterance | undefined {
  return caller.kind === 'quiet' ? undefined : caller.utterance;
}

export function updateUtterance(draft: Draft, change: Partial<Utterance>): void {
  const { caller } = draft.state;
  if (caller.kind === 'quiet') return;
  const utterance = { ...caller.utterance, ...change };
  // Another partial says something else; a final mostly says what the last partial did.
  const known = change.pending === undefined || change.finals !== undefined ? judged.get(caller.utterance) : undefined;
  if (known !== undefined) judged.set(utterance, known);
  update(draft, { caller: { ...caller, utterance } });
}

/** A stretch of voice begins; it goes on with the utterance in progress, if there is one. */
export function startSpeaking(draft: Draft, by: 'voice' | 'pushToTalk', utteranceId: UtteranceId): void {
  const { nowMs } = draft.state;
  const before = utteranceOf(draft.state) ?? freshUtterance(draft.state);
  // A button pressed in the middle of a stretch of voice goes on with that stretch.
  const pending = isPending(before, utteranceId)
    ? before.pending
    : [...before.pending, { id: utteranceId, partial: '' }];
  const utterance = { ...before, pending };
  update(draft, { caller: { kind: 'speaking', by, sinceMs: nowMs, utteranceId, utterance } });
}

/** The stretch is over; whether the turn is, is decided elsewhere. */
export function stopSpeaking(draft: Draft, speechEndedAtMs: number): void {
  const { caller } = draft.state;
  if (caller.kind !== 'speaking') return;
  const { by, utterance } = caller;
  update(draft, { caller: { kind: 'pausing', by, speechEndedAtMs, utterance } });
}

function freshUtterance(state: TurnState): Utterance {
  return {
    startedAtMs: state.nowMs,
    continues: undefined,
    cutOff: undefined,
    finals: [],
    partialSinceMs: state.nowMs,
    pending: [],
    turnEnd: 'unknown',
    overAgent: soundsAround(state),
    thoughts: [],
  };
}

export function isPending({ pending }: Utterance, utteranceId: UtteranceId): boolean {
  return pending.some(({ id }) => id === utteranceId);
}

/** What is known of the stretches whose finals are still to come. */
export function partialText({ pending }: Utterance): string {
  if (pending.length === 1) return pending[0]?.partial ?? '';
  return pending
    .map(({ partial }) => partial)
    .filter((partial) => partial !== '')
    .join(' ');
}

/** Words that were understood; where none were, the best guess at them. */
export function utteranceText(utterance: Utterance): string {
  const understood = utterance.finals.filter(isUnderstood);
  const finals = understood.length > 0 ? understood : utterance.finals;
  const texts = [utterance.continues?.text ?? '', ...finals.map((final) => final.text), partialText(utterance)];
  return texts.filter((text) => text !== '').join(' ');
}

/**
 * Do the words so far sound like all of the turn? Judged once for the words and the question that was asked: an utterance is replaced
 * when it changes, and the next one, where it is of the same words, takes along what was judged.
 */
export function soundsComplete(utterance: Utterance, { expects, options }: TurnState): Completeness {
  const known = judged.get(utterance);
  const text = utteranceText(utterance);
  if (known !== undefined && known.text === text && known.expects === expects) return known.result;
  const result = completeness(text, expects, options.language);
  judged.set(utterance, { text, expects, result });
  return result;
}

const judged = new WeakMap<Utterance, Judged>();

interface Judged {
  readonly text: string;
  readonly expects: string | undefined;
  readonly result: Completeness;
}

/** Only what the recogniser stands for. */
export function understoodText(utterance: Utterance): string {
  const texts = utterance.finals.filter(isUnderstood).map((final) => final.text);
  return texts.join(' ');
}

/** The least of its parts; 0 where only a partial ever showed the words: those are not to be acted on. */
export function utteranceConfidence(utterance: Utterance): number {
  const understood = utterance.finals.filter(isUnderstood).map((final) => final.confidence);
  const parts = utterance.continues === undefined ? understood : [utterance.continues.confidence, ...understood];
  return parts.length > 0 ? Math.min(...parts) : 0;
}

export function isUnderstood(final: { readonly text: string; readonly rejected: boolean }): boolean {
  return !final.rejected && final.text !== '';
}
