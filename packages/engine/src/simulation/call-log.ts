import type { AgentCue, HistoryLine } from '../ports/agent.ts';
import { FRAME_MS } from '../ports/audio.ts';
import type { ClientNotice, ConversationState } from '../ports/client.ts';
import type { EndReason, TurnRecord } from '../ports/recorder.ts';

/**
 * All that could be seen of a call from outside: by the caller's ear, by clients, and by the parts that the conversation
 * used. Nothing in it is the machine's own word for what it did.
 */
export interface CallLog {
  readonly name: string;
  /** What the caller said aloud, or what else sounded. */
  readonly spoken: {
    readonly fromMs: number;
    readonly toMs: number;
    readonly text: string;
    readonly isEcho: boolean;
  }[];
  readonly voiceHeard: VoiceHeard[];
  /** When the recogniser was given a stretch of voice. */
  readonly utterances: number[];
  /** Partials, and what the recogniser said of the end of the turn. */
  readonly partials: { readonly atMs: number; readonly text: string }[];
  readonly finals: FinalHeard[];
  readonly recognizerFailures: number[];
  /** What the recogniser was to hear and what became of it, where another one stands by. */
  readonly listened: Listened[];
  /** A part failed and another one took over. */
  readonly takeovers: { readonly atMs: number; readonly what: string }[];
  readonly digits: { readonly atMs: number; readonly digit: string }[];
  readonly typed: { readonly atMs: number; readonly text: string; readonly messageId: string }[];
  readonly buttons: { readonly atMs: number; readonly held: boolean }[];
  /** When the caller put the line on hold, and when they took it back or it was gone. */
  readonly holds: { readonly fromMs: number; toMs: number | undefined }[];
  readonly thoughts: Thinking[];
  readonly requests: VoiceRequest[];
  readonly sounds: Sound[];
  /** What a client was told, while one was attached. */
  readonly notices: Notice[];
  /** The conversation's state, looked at after everything that happened. */
  readonly states: { readonly atMs: number; readonly state: ConversationState }[];
  readonly writes: Write[];
  readonly stored: Map<number, TurnRecord>;
  /** The end, as the database took it. */
  readonly ends: { readonly atMs: number; readonly reason: EndReason }[];
  readonly channels: Channel[];
  readonly streams: Stream[];
  readonly errors: { readonly atMs: number; readonly context: string; readonly error: unknown }[];
  /** The caller left or the process went: whoever was not answered then does not wait for it. */
  leftAtMs: number | undefined;
  /** `onClosed` was called. */
  readonly closed: { readonly atMs: number; readonly reason: EndReason }[];
  /** Left alone, nothing more would ever have happened. */
  stuckAtMs: number | undefined;
  /** What the conversation still held when all was over. */
  leftover: { timers: number } | undefined;
  /** Until when the call was watched. */
  endMs: number;
}

/** The detector told the conversation of a voice. */
export interface VoiceHeard {
  readonly startedAtMs: number;
  stoppedAtMs: number | undefined;
}

export interface FinalHeard {
  readonly atMs: number;
  readonly text: string;
  readonly rejected: boolean;
  /** When the voice of it ended. */
  readonly spokenAtMs: number;
}

/** A stretch of voice that the conversation gave to its recogniser. */
export interface Listened {
  readonly endedAtMs: number;
  /** The words that sounded in it. */
  readonly said: string;
  final: { readonly atMs: number; readonly text: string; readonly rejected: boolean } | undefined;
  /** The conversation did not wait for it. */
  isCut: boolean;
}

/** A word of a sentence that sounded, or a part of it. */
export interface SaidWord {
  readonly text: string;
  ms: number;
}

export interface Thinking {
  readonly atMs: number;
  readonly cue: AgentCue;
  readonly history: readonly HistoryLine[];
  readonly signal: AbortSignal;
  abandonedAtMs: number | undefined;
  endedAtMs: number | undefined;
  outcome: 'running' | 'finished' | 'failed' | 'empty';
  readonly said: { readonly atMs: number; readonly text: string; readonly interruptible: boolean }[];
  /** Effects outside, done only once the turn was certain. */
  readonly acts: { readonly atMs: number; readonly name: string }[];
}

/** A sentence that the voice was asked for. */
export interface VoiceRequest {
  readonly atMs: number;
  /** `conversation/reply`, as the passage is called. */
  readonly reply: number;
  readonly sentence: number;
  readonly text: string;
  readonly wordMs: number;
  readonly wordTimes: boolean;
  readonly signal: AbortSignal;
  abandonedAtMs: number | undefined;
  /** The notices that had been told when it was made. */
  readonly noticesBefore: number;
  /** When sound was given, and how much there was then. */
  readonly given: { readonly atMs: number; readonly audioMs: number }[];
  /** Word by word, where several voices may have said it; undefined where one did. */
  said: SaidWord[] | undefined;
  outcome: 'running' | 'done' | 'failed';
  endedAtMs: number | undefined;
}

/** Frames of one sentence that left one after the other without a gap. */
export interface Sound {
  readonly request: VoiceRequest;
  readonly channel: number;
  readonly fromMs: number;
  /** When its last frame left. */
  toMs: number;
  readonly fromFrame: number;
  frames: number;
  /** The notices that had been told when it began. */
  readonly noticesBefore: number;
}

export type Notice = { readonly atMs: number; readonly notice: ClientNotice };

export interface Write {
  readonly atMs: number;
  readonly turn: TurnRecord;
  settledAtMs: number | undefined;
  outcome: 'running' | 'stored' | 'failed';
}

export interface Channel {
  readonly attachedAtMs: number;
  readonly playoutDelayMs: number;
  readonly aheadMs: number;
  /** The most sound that it had at a time and had not played. */
  mostGivenAheadMs: number;
  detachedAtMs: number | undefined;
  readonly closes: { readonly atMs: number; readonly reason: string }[];
}

/** Something opened for the conversation that must be told when it is over. */
export interface Stream {
  readonly kind: 'recogniser' | 'detector';
  readonly openedAtMs: number;
  readonly signal: AbortSignal;
}

/** A stretch of time in which the conversation showed one state. */
export interface StateSpan {
  readonly state: ConversationState;
  readonly fromMs: number;
  readonly toMs: number;
}

export function stateSpans(log: CallLog): readonly StateSpan[] {
  return log.states.map(({ state, atMs }, index) => ({
    state,
    fromMs: atMs,
    toMs: log.states[index + 1]?.atMs ?? log.endMs,
  }));
}

/** Frames of one sentence that left one after the other, whatever was told meanwhile. */
export function soundSpans(
  log: CallLog,
): readonly { readonly request: VoiceRequest; readonly fromMs: number; readonly toMs: number }[] {
  const spans: { request: VoiceRequest; fromMs: number; toMs: number }[] = [];
  for (const { request, fromMs, toMs } of log.sounds) {
    const last = spans.at(-1);
    if (last?.request === request && fromMs - last.toMs < 2 * FRAME_MS) last.toMs = toMs;
    else spans.push({ request, fromMs, toMs });
  }
  return spans;
}

export function createCallLog(name: string): CallLog {
  return {
    name,
    spoken: [],
    voiceHeard: [],
    utterances: [],
    partials: [],
    finals: [],
    recognizerFailures: [],
    listened: [],
    takeovers: [],
    digits: [],
    typed: [],
    buttons: [],
    holds: [],
    thoughts: [],
    requests: [],
    sounds: [],
    notices: [],
    states: [],
    writes: [],
    stored: new Map(),
    ends: [],
    channels: [],
    streams: [],
    errors: [],
    leftAtMs: undefined,
    closed: [],
    stuckAtMs: undefined,
    leftover: undefined,
    endMs: 0,
  };
}
