import type { AgentCue, AgentMemory, CallerTurn, HistoryLine, Understanding } from '../ports/agent.ts';
import type { ConversationState, ProcessingStatus } from '../ports/client.ts';
import type { EndReason, TurnRecord } from '../ports/recorder.ts';
import type { EmotionalTone, SpokenWord } from '../ports/synthesizer.ts';
import type { AgentEvent, ReplyId, UtteranceId } from './event.ts';
import type { SpokenSentence } from './heard.ts';
import type { TurnOptions } from './options.ts';
import type { CutOff } from './replies.ts';

/** Everything the machine knows. Plain data: it can be printed, stored, replayed. */
export interface TurnState {
  readonly options: TurnOptions;
  readonly nowMs: number;
  readonly life: Life;
  readonly audio: Audio;
  readonly clients: number;
  /** What the greeting waits for: the way the conversation was opened. `never` once it was said, or for a resumed one. */
  readonly greetOn: 'audio' | 'client' | 'never';
  /** What the caller is doing. */
  readonly caller: Caller;
  /** What the caller is keying in, beside whatever they say. */
  readonly keys: Keys | undefined;
  /** The one reply that owns the floor. */
  readonly reply: Reply | undefined;
  /** An answer to a turn that is not certain yet; becomes the reply, or is dropped. */
  readonly thought: Thought | undefined;
  /** Typed messages that wait for the reply in progress. */
  readonly typed: readonly { readonly text: string; readonly messageId: string }[];
  readonly memory: AgentMemory | undefined;
  readonly expects: string | undefined;
  readonly history: readonly HistoryLine[];
  readonly lastTurnNumber: number;
  readonly lastReplyId: number;
  readonly silence: { readonly sinceMs: number; readonly reprompts: number };
  /** Moving average of the caller's pauses inside a turn; undefined until one was seen. */
  readonly averagePauseMs: number | undefined;
  /** Failures of the agent with no success between. */
  readonly failuresInARow: number;
  readonly recognizerApologized: boolean;
  /** Sentences that had no voice, with none between that had. */
  readonly voiceFailuresInARow: number;
  /** When the agent last stopped sounding; undefined before its first word. */
  readonly agentSoundedAtMs: number | undefined;
  /** The last sentences and how long the voice took for them; tells how far it is in one whose length is not known. */
  readonly spokenLately: readonly SpokenSentence[];
  /** The timer that the driver was asked for last; it may ring before anything is due. */
  readonly wakeAtMs: number | undefined;
}

export type Life =
  | { readonly kind: 'new' }
  | { readonly kind: 'open'; readonly startedAtMs: number }
  | { readonly kind: 'ended'; readonly reason: EndReason };

export type Audio =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'attached';
      readonly playoutDelayMs: number;
      readonly echo: 'cancelled' | 'possible';
      /** When the agent first sounded there: the far end learns to cancel its echo from then on. */
      readonly firstSoundAtMs: number | undefined;
      /** The caller put the line on hold, and hears nothing. */
      readonly isHeld: boolean;
    }
  /** The network went; the caller may come back. */
  | { readonly kind: 'lost'; readonly sinceMs: number };

export type Caller =
  | { readonly kind: 'quiet' }
  /** Voice is active, or push-to-talk is held. */
  | {
      readonly kind: 'speaking';
      readonly by: 'voice' | 'pushToTalk';
      readonly sinceMs: number;
      /** The stretch of voice that is going on. */
      readonly utteranceId: UtteranceId;
      readonly utterance: Utterance;
    }
  /** Voice has stopped; the end of the turn is being decided. */
  | {
      readonly kind: 'pausing';
      readonly by: 'voice' | 'pushToTalk';
      readonly speechEndedAtMs: number;
      readonly utterance: Utterance;
    };

/** Keys that were pressed and are not a turn yet. */
export interface Keys {
  readonly digits: string;
  /** `#` was pressed, or as many keys as a turn may have. */
  readonly complete: boolean;
  readonly startedAtMs: number;
  readonly lastKeyAtMs: number;
}

/** What the caller has said of the turn so far; may span several stretches of voice. */
export interface Utterance {
  readonly startedAtMs: number;
  /** The turn this one goes on with: it was committed too early, and nothing of its reply was heard. */
  readonly continues: CallerTurn | undefined;
  /** The reply that its first words cut off. */
  readonly cutOff: CutOff | undefined;
  readonly finals: readonly { readonly text: string; readonly confidence: number; readonly rejected: boolean }[];
  /** Stretches whose final is still to come, oldest first, with the words that are known of them. */
  readonly pending: readonly { readonly id: UtteranceId; readonly partial: string }[];
  /** Since when the words known have been the same. */
  readonly partialSinceMs: number;
  /** What the recogniser says of the end of the turn, if it models turns. */
  readonly turnEnd: 'unknown' | 'likely' | 'certain';
  /** It began while the agent was sounding, or just after: it may be the agent's own echo. */
  readonly overAgent: boolean;
  /** The words for which answers were thought ahead so far. */
  readonly thoughts: readonly string[];
}

/** An answer that is thought before the turn is certain. It has no floor: what comes of it is held back until it has. */
export interface Thought {
  readonly replyId: ReplyId;
  /** The words that it answers. */
  readonly text: string;
  readonly held: readonly AgentEvent[];
}

export interface Reply {
  readonly id: ReplyId;
  readonly turnNumber: number;
  readonly cause: TurnRecord['cause'];
  readonly cue: AgentCue | undefined;
  readonly caller: (CallerTurn & { readonly messageId: string | undefined }) | undefined;
  readonly understanding: Understanding | undefined;
  /** Spoken sentence by sentence, or shown in text once durable. */
  readonly delivery: 'voice' | 'text';
  readonly thinking: /** `sinceMs`: since the last word that came of it. `waitsUntilMs`: until then it said that nothing would come. */
    | { readonly kind: 'running'; readonly sinceMs: number; readonly waitsUntilMs?: number }
    /** `handedOver`: the caller is somebody else's, and can neither interrupt nor be answered. */
    | { readonly kind: 'finished'; readonly end: EndReason | undefined; readonly handedOver?: boolean };
  /** Something was begun outside for this turn: it cannot be taken back, and its outcome must be known before the next. */
  readonly acting: boolean;
  /** Text that the cutter has not cut into a sentence yet. */
  readonly uncut: string;
  readonly sentences: readonly Sentence[];
  /** Index of the sentence that the driver was told to play. */
  readonly playing: number | undefined;
  /** The floor is the caller's while they may be interrupting: sound waits. */
  readonly floor: { readonly kind: 'held'; readonly sinceMs: number } | { readonly kind: 'free' };
  readonly tone: EmotionalTone;
  readonly actions: readonly { readonly name: string; readonly data: Readonly<Record<string, unknown>> }[];
  readonly memoryBefore: AgentMemory | undefined;
  readonly marks: Marks;
}

export interface Sentence {
  readonly text: string;
  readonly ssml: string | undefined;
  readonly interruptible: boolean;
  /** A filler ("one moment, please") is heard but is not part of the answer. */
  readonly filler: boolean;
  readonly synthesis:
    | { readonly kind: 'waiting' }
    /** `sinceMs`: since it was asked for, or since more of it came. */
    | { readonly kind: 'requested'; readonly sinceMs: number }
    | { readonly kind: 'done' }
    /** No voice, or one that broke off; `shown` when clients were given it to read instead. */
    | { readonly kind: 'failed'; readonly shown: boolean };
  readonly audioMs: number;
  readonly words: readonly SpokenWord[];
  readonly playedMs: number;
  readonly started: boolean;
  readonly played: boolean;
}

/** Moments of a turn, for the waterfall. */
export interface Marks {
  readonly startedAtMs: number;
  readonly speechEndedAtMs: number | undefined;
  /** When the turn would have been committed had the transcript been there. */
  readonly decisionDueAtMs: number | undefined;
  readonly committedAtMs: number;
  readonly firstTextAtMs: number | undefined;
  readonly firstSentenceAtMs: number | undefined;
  readonly firstAudioAtMs: number | undefined;
  readonly firstFrameAtMs: number | undefined;
}

/** What a resumed conversation brings from the database; a new one brings nothing. */
export interface Resumption {
  readonly memory: AgentMemory | undefined;
  readonly expects: string | undefined;
  readonly history: readonly HistoryLine[];
  readonly lastTurnNumber: number;
}

export function initialState(
  options: TurnOptions,
  greetOn: 'audio' | 'client',
  resumption: Resumption | undefined,
  nowMs: number,
): TurnState {
  return {
    options,
    nowMs,
    life: { kind: 'new' },
    audio: { kind: 'none' },
    clients: 0,
    greetOn,
    caller: { kind: 'quiet' },
    keys: undefined,
    reply: undefined,
    thought: undefined,
    typed: [],
    memory: resumption?.memory,
    expects: resumption?.expects,
    history: resumption?.history ?? [],
    lastTurnNumber: resumption?.lastTurnNumber ?? 0,
    lastReplyId: 0,
    silence: { sinceMs: nowMs, reprompts: 0 },
    averagePauseMs: undefined,
    failuresInARow: 0,
    recognizerApologized: false,
    voiceFailuresInARow: 0,
    agentSoundedAtMs: undefined,
    spokenLately: [],
    wakeAtMs: undefined,
  };
}

/** The state that clients see, derived from the machine's own. */
export function conversationState(state: TurnState): ConversationState {
  if (state.life.kind === 'ended') return 'ended';
  if (isCallerBusy(state)) return 'listening';
  if (state.reply === undefined) return 'waiting';
  return isResponding(state.reply) ? 'responding' : 'processing';
}

/** Is the caller in the middle of something? */
export function isCallerBusy({ caller, keys }: TurnState): boolean {
  return caller.kind !== 'quiet' || keys !== undefined;
}

/** What is being waited for, in the words of the clients; `complete` when nothing is. */
export function processingStatus(state: TurnState): ProcessingStatus {
  const { caller, reply } = state;
  if (caller.kind === 'pausing' && caller.utterance.pending.length > 0) return 'transcribing';
  if (reply === undefined || isResponding(reply)) return 'complete';
  if (reply.sentences.every((sentence) => sentence.played)) return 'thinking';
  return reply.delivery === 'voice' ? 'synthesizing' : 'thinking';
}

/** Does the reply sound, or is its next sound there already? A reply that pauses to think is silent, and says so. */
function isResponding(reply: Reply): boolean {
  if (!isSounding(reply)) return false;
  const next = reply.sentences.find((sentence) => !sentence.played);
  return next !== undefined && (next.started || next.audioMs > 0);
}

/** Has any sound of the reply gone out? */
export function isSounding(reply: Reply): boolean {
  return reply.sentences.some((sentence) => sentence.started);
}

export function hasVoice(state: TurnState): boolean {
  return state.audio.kind === 'attached';
}

/** Did the caller put the line on hold? */
export function isLineHeld({ audio }: Pick<TurnState, 'audio'>): boolean {
  return audio.kind === 'attached' && audio.isHeld;
}
