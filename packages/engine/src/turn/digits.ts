import type { Digit } from '../ports/audio.ts';
import { type Draft, update } from './draft.ts';
import { holdFloor, keepsFloor } from './interruption.ts';
import { commitTurn, cutOffReply } from './replies.ts';
import { isSounding, type TurnState } from './state.ts';
import { utteranceText } from './utterance.ts';

export interface DigitOptions {
  /** Silence of the keys after which what was entered is the turn. `#` ends it at once. */
  readonly interDigitMs: number;
  /** As many keys end the turn. */
  readonly maxDigits: number;
  /** Contexts (`expects`) in which one key is the whole answer. */
  readonly singleKeyContexts: readonly string[];
}

export const digitDefaults: DigitOptions = {
  // Reading a number off a card takes people about a second between groups; after one and a half they are done.
  interDigitMs: 1500,
  // A card number has 19, an IBAN 34.
  maxDigits: 40,
  singleKeyContexts: ['menu'],
};

/**
 * A key was pressed: certain, like a push of a button, so the agent's voice stops at once. Keys and voice are two hands: words
 * said meanwhile ("my number is") are the same turn, and the tone of a key, which may sound like a voice, has no words.
 */
export function onDigit(draft: Draft, digit: Digit): void {
  const { reply, keys, expects, nowMs, options } = draft.state;
  if (keys?.complete) return;
  if (reply !== undefined && isSounding(reply) && !keepsFloor(reply)) cutOffReply(draft);
  // An answer that has not begun waits: more keys may come.
  else holdFloor(draft);
  const before = keys?.digits ?? '';
  // A lone "#" is an answer too.
  const ends = digit === '#' && before !== '';
  const digits = ends ? before : before + digit;
  const isSingle = expects !== undefined && options.digits.singleKeyContexts.includes(expects);
  const complete = ends || isSingle || digits.length >= options.digits.maxDigits;
  update(draft, { keys: { digits, complete, startedAtMs: keys?.startedAtMs ?? nowMs, lastKeyAtMs: nowMs } });
}

/** When the keys are a turn: at once when they are complete, or when no key came for long enough. */
export function keysDeadlineMs({ keys, reply, options }: TurnState): number | undefined {
  // What must be heard or done to its end is; the keys wait for it.
  if (keys === undefined || (reply !== undefined && keepsFloor(reply))) return undefined;
  return keys.complete ? keys.lastKeyAtMs : keys.lastKeyAtMs + options.digits.interDigitMs;
}

/** When keys alone are a turn. While something is being said its end decides, unless it is a noise without words. */
export function keysTurnDeadlineMs(state: TurnState): number | undefined {
  const { caller, options } = state;
  const dueAtMs = keysDeadlineMs(state);
  if (dueAtMs === undefined || caller.kind === 'quiet') return dueAtMs;
  if (caller.kind === 'pausing' || caller.by === 'pushToTalk' || utteranceText(caller.utterance) !== '')
    return undefined;
  return Math.max(dueAtMs, caller.sinceMs + options.interruption.maxHoldMs);
}

/** Keys alone are a turn; with words they are a part of the turn of the words, which takes them. */
export function commitKeys(draft: Draft): void {
  const { keys, nowMs } = draft.state;
  const dueAtMs = keysTurnDeadlineMs(draft.state);
  if (keys === undefined || dueAtMs === undefined || nowMs < dueAtMs) return;
  update(draft, { keys: undefined });
  commitTurn(draft, { text: keys.digits, confidence: 1, rejected: false, modality: 'digits' }, undefined, undefined, {
    startedAtMs: keys.startedAtMs,
    speechEndedAtMs: keys.lastKeyAtMs,
    decisionDueAtMs: dueAtMs,
  });
}

/** Words and keys of one turn, in the order in which they were begun. */
export function withKeys(text: string, startedAtMs: number, { keys }: TurnState): string {
  if (keys === undefined) return text;
  return startedAtMs <= keys.startedAtMs ? `${text} ${keys.digits}` : `${keys.digits} ${text}`;
}
