import { type Draft, update } from './draft.ts';
import { cutOffReply, endConversation, openReply } from './replies.ts';
import { conversationState, hasVoice, isLineHeld, type TurnState } from './state.ts';

export interface SilenceOptions {
  /** A caller's silence after which the agent reminds them, by voice only. */
  readonly repromptAfterMs: number;
  /** A caller who put the line on hold and came back is told so soon where the conversation stands. */
  readonly repromptAfterHoldMs: number;
  readonly maxReprompts: number;
  /** Longest conversation by voice: the goodbye comes in the first pause after it. */
  readonly maxDurationMs: number;
  /** How long such a pause is waited for; then the goodbye comes anyway. */
  readonly overtimeMs: number;
  /** How long a caller whose network went may take to come back. */
  readonly audioGraceMs: number;
  /** A conversation in text that nobody went on with is over after this. */
  readonly idleExpiryMs: number;
}

export const silenceDefaults: SilenceOptions = {
  // Looking up a date in a diary takes people five to eight seconds; after ten they wonder whether the line is dead.
  repromptAfterMs: 10_000,
  // Who comes back says so within a second or two; whoever does not waits for the agent.
  repromptAfterHoldMs: 3000,
  maxReprompts: 2,
  // A reception desk's calls end within five minutes; an hour is a line that was left open.
  maxDurationMs: 3_600_000,
  // Long enough to finish a thought; a line on which a television talks for ever has no pause.
  overtimeMs: 60_000,
  // Walking from Wi-Fi to the mobile network takes 5 to 20 s with a browser's reconnection.
  audioGraceMs: 30_000,
  // The mission's idle expiry of a session.
  idleExpiryMs: 1_800_000,
};

export function silenceDeadlineMs(state: TurnState): number | undefined {
  const { silence, life, audio, clients, options } = state;
  if (life.kind !== 'open') return undefined;
  // Nobody hears a reminder, nor a goodbye.
  if (isLineHeld(state)) return life.startedAtMs + options.silence.maxDurationMs;
  if (conversationState(state) !== 'waiting') return overtimeDeadlineMs(state, life.startedAtMs);
  if (hasVoice(state)) {
    // Before the caller has been greeted nobody is silent.
    if (state.greetOn === 'audio') return undefined;
    const overAtMs = life.startedAtMs + options.silence.maxDurationMs;
    return Math.min(overAtMs, silence.sinceMs + options.silence.repromptAfterMs);
  }
  if (audio.kind === 'lost' && clients === 0) return audio.sinceMs + options.silence.audioGraceMs;
  return silence.sinceMs + options.silence.idleExpiryMs;
}

export function onSilenceTimer(draft: Draft): void {
  const { state } = draft;
  const deadlineMs = silenceDeadlineMs(state);
  if (deadlineMs === undefined || state.nowMs < deadlineMs || state.life.kind !== 'open') return;
  if (isLineHeld(state)) return endConversation(draft, 'max_duration');
  if (conversationState(state) !== 'waiting') {
    if (state.reply !== undefined) cutOffReply(draft);
    update(draft, { caller: { kind: 'quiet' } });
    openReply(draft, { cause: 'farewell', cue: { type: 'farewell', reason: 'max_duration' } });
    return;
  }
  if (!hasVoice(state)) return endConversation(draft, state.audio.kind === 'lost' ? 'caller_left' : 'abandoned');
  if (state.nowMs >= state.life.startedAtMs + state.options.silence.maxDurationMs) {
    openReply(draft, { cause: 'farewell', cue: { type: 'farewell', reason: 'max_duration' } });
  } else if (state.silence.reprompts >= state.options.silence.maxReprompts) {
    openReply(draft, { cause: 'farewell', cue: { type: 'farewell', reason: 'silence' } });
  } else {
    const count = state.silence.reprompts + 1;
    update(draft, { silence: { sinceMs: state.nowMs, reprompts: count } });
    openReply(draft, { cause: 'reprompt', cue: { type: 'reprompt', count } });
  }
}

/** A goodbye in progress is not cut off by another one. */
function overtimeDeadlineMs(state: TurnState, startedAtMs: number): number | undefined {
  if (!hasVoice(state) || state.reply?.cause === 'farewell') return undefined;
  return startedAtMs + state.options.silence.maxDurationMs + state.options.silence.overtimeMs;
}
