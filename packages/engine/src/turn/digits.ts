import type { Digit } from '../ports/audio.ts';
import { type Draft, update } from './draft.ts';
import { keepsFloor } from './interruption.ts';
import { commitTurn, cutOffReply } from './replies.ts';
import { type Caller, isSounding, type TurnState } from './state.ts';
import { utteranceOf, utteranceText } from './utterance.ts';

export interface DigitOptions {
  /** Silence of the keys after which what was entered is the turn. `#` ends it at once. */
  readonly interDigitMs: number;
  /** As many keys end the turn. */
  readonly maxDigits: number;
  /** Contexts (`expects`) in which one key is the whole answer. */
  readonly singleKeyContexts: readonly string[];
  /** A voice that begins so soon after a key is the key's own tone. */
  readonly toneMs: number;
}

export const digitDefaults: DigitOptions = {
  // Reading a number off a card takes people about a second between groups; after one and a half they are done.
  interDigitMs: 1500,
  // A card number has 19, an IBAN 34.
  maxDigits: 40,
  singleKeyContexts: ['menu'],
  // A key is held for 100–300 ms; its tone comes through the microphone or past the telephone's filter.
  toneMs: 400,
};

/** A key was pressed: certain, like a push of a button, so the agent's voice stops at once. */
export function onDigit(draft: Draft, digit: Digit): void {
  const { state } = draft;
  const { reply, caller, nowMs, options } = state;
  if (reply !== undefined && isSounding(reply) && !keepsFloor(reply)) cutOffReply(draft);
  const keyed =
    caller.kind === 'keying'
      ? caller
      : { kind: 'keying' as const, digits: '', said: saidBefore(state), startedAtMs: nowMs, complete: false };
  if (keyed.complete) return;
  // A lone "#" is an answer too.
  const ends = digit === '#' && keyed.digits !== '';
  const digits = ends ? keyed.digits : keyed.digits + digit;
  const isSingle = state.expects !== undefined && options.digits.singleKeyContexts.includes(state.expects);
  const complete = ends || isSingle || digits.length >= options.digits.maxDigits;
  update(draft, { caller: { ...keyed, digits, lastKeyAtMs: nowMs, complete } });
  commitWhenKeyed(draft);
}

/** Commit what was keyed when it is complete, or no key came for long enough. */
export function commitWhenKeyed(draft: Draft): void {
  const { state } = draft;
  const dueAtMs = digitsDeadlineMs(state);
  if (state.caller.kind !== 'keying' || dueAtMs === undefined || state.nowMs < dueAtMs) return;
  commitKeyed(draft, state.caller);
}

export function digitsDeadlineMs({ caller, reply, options }: TurnState): number | undefined {
  if (caller.kind !== 'keying') return undefined;
  // What must be heard or done to its end is; the keys wait for it.
  if (reply !== undefined && keepsFloor(reply)) return undefined;
  return caller.complete ? caller.lastKeyAtMs : caller.lastKeyAtMs + options.digits.interDigitMs;
}

/** A voice while keys are pressed: the tone of a key is ignored; words mean that the keys are done. */
export function onVoiceWhileKeying(draft: Draft): 'tone' | 'voice' {
  const { caller, nowMs, options, reply } = draft.state;
  if (caller.kind !== 'keying') return 'voice';
  if (nowMs - caller.lastKeyAtMs < options.digits.toneMs || (reply !== undefined && keepsFloor(reply))) return 'tone';
  commitKeyed(draft, caller);
  return 'voice';
}

function commitKeyed(draft: Draft, { digits, said, startedAtMs, lastKeyAtMs }: Extract<Caller, { kind: 'keying' }>) {
  update(draft, { caller: { kind: 'quiet' } });
  const text = said === '' ? digits : `${said} ${digits}`;
  commitTurn(draft, { text, confidence: 1, rejected: false, modality: 'digits' }, undefined, undefined, {
    startedAtMs,
    speechEndedAtMs: lastKeyAtMs,
    decisionDueAtMs: draft.state.nowMs,
  });
}

/** "My number is", and then the keys: one turn. */
function saidBefore(state: TurnState): string {
  const utterance = utteranceOf(state);
  return utterance === undefined || utterance.overAgent ? '' : utteranceText(utterance);
}
