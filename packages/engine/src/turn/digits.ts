import type { Digit } from '../ports/audio.ts';
import { type Draft, update } from './draft.ts';
import type { UtteranceId } from './event.ts';
import { holdFloor, isInterruption, isOwnEcho, keepsFloor } from './interruption.ts';
import { commitTurn, cutOffReply } from './replies.ts';
import { type Caller, isSounding, type TurnState } from './state.ts';
import { freshUtterance, startSpeaking, stopSpeaking, utteranceOf, utteranceText } from './utterance.ts';

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
  // An answer that has not begun waits: more keys may come.
  else holdFloor(draft);
  const keyed =
    caller.kind === 'keying'
      ? caller
      : {
          kind: 'keying' as const,
          digits: '',
          said: saidBefore(state),
          startedAtMs: nowMs,
          complete: false,
          voice: undefined,
        };
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

/** The keys are done, whatever more may come. While an answer cannot be cut off they stay the beginning of what is said. */
export function endKeying(draft: Draft): void {
  const { caller, reply } = draft.state;
  if (caller.kind !== 'keying') return;
  if (reply === undefined || !keepsFloor(reply)) return commitKeyed(draft, { ...caller, voice: undefined });
  const final = { text: keyedText(caller), confidence: 1, rejected: false };
  update(draft, {
    caller: {
      kind: 'pausing',
      by: 'voice',
      speechEndedAtMs: caller.lastKeyAtMs,
      utterance: { ...freshUtterance(draft.state), startedAtMs: caller.startedAtMs, finals: [final] },
    },
  });
}

/**
 * A voice while keys are pressed. Right after a key it is the key's tone, unless it lasts or has words; later it means that
 * the keys are done.
 */
export function onVoiceWhileKeying(draft: Draft, utteranceId: UtteranceId): 'tone' | 'voice' {
  const { caller, nowMs, options, reply } = draft.state;
  if (caller.kind !== 'keying') return 'voice';
  if (nowMs - caller.lastKeyAtMs < options.digits.toneMs || (reply !== undefined && keepsFloor(reply))) {
    update(draft, { caller: { ...caller, voice: { utteranceId, endedAtMs: undefined } } });
    return 'tone';
  }
  commitKeyed(draft, caller);
  return 'voice';
}

export function onVoiceStoppedWhileKeying(draft: Draft, utteranceId: UtteranceId, endedAtMs: number): void {
  const { caller } = draft.state;
  if (caller.kind !== 'keying' || caller.voice?.utteranceId !== utteranceId) return;
  update(draft, { caller: { ...caller, voice: { utteranceId, endedAtMs } } });
}

/** Tones have no words: it was a voice all along, and the keys were done. */
export function takeToneForVoice(draft: Draft, utteranceId: UtteranceId, text: string): void {
  const { caller, reply } = draft.state;
  if (caller.kind !== 'keying' || caller.voice?.utteranceId !== utteranceId || text === '') return;
  if (reply !== undefined && keepsFloor(reply)) return;
  const { endedAtMs } = caller.voice;
  commitKeyed(draft, { ...caller, voice: undefined });
  holdFloor(draft);
  startSpeaking(draft, 'voice', utteranceId);
  if (endedAtMs !== undefined) stopSpeaking(draft, endedAtMs);
}

function commitKeyed(draft: Draft, keyed: Extract<Caller, { kind: 'keying' }>): void {
  const { startedAtMs, lastKeyAtMs, voice } = keyed;
  update(draft, { caller: { kind: 'quiet' } });
  const text = keyedText(keyed);
  commitTurn(draft, { text, confidence: 1, rejected: false, modality: 'digits' }, undefined, undefined, {
    startedAtMs,
    speechEndedAtMs: lastKeyAtMs,
    decisionDueAtMs: draft.state.nowMs,
  });
  // What outlasts the keys by so much is no tone.
  if (voice === undefined || voice.endedAtMs !== undefined) return;
  holdFloor(draft);
  startSpeaking(draft, 'voice', voice.utteranceId);
}

function keyedText({ said, digits }: { readonly said: string; readonly digits: string }): string {
  return said === '' ? digits : `${said} ${digits}`;
}

/** "My number is", and then the keys: one turn. A listener's "uh-huh" and an echo are no part of it. */
function saidBefore(state: TurnState): string {
  const utterance = utteranceOf(state);
  if (utterance === undefined) return '';
  const text = utteranceText(utterance);
  const isMeant = state.reply === undefined ? !isOwnEcho(state, text) : isInterruption(state, text, 'final');
  return isMeant ? text : '';
}
