import type { BookingView, ConversationView } from '@parley/contract/conversations.ts';
import type { TurnView } from '@parley/contract/turn.ts';
import type { Pcm } from '@parley/engine/ports/audio.ts';

/** What happens in a call as the caller experiences it; `atMs` counts from the moment the line stood. */
export type CallEvent = { readonly atMs: number } & (
  | {
      readonly type: 'connected';
      readonly conversationId: string;
      readonly agent: string;
      readonly channel: CallChannel;
    }
  /** The caller begins to say this (`wav`: the file's name, `sound`: what kind), or has typed it or pressed these keys. */
  | {
      readonly type: 'caller';
      readonly text: string;
      readonly how: 'spoken' | 'wav' | 'typed' | 'pressed' | 'sound';
      readonly interrupting: boolean;
    }
  /** What the agent does, by its own word: waiting, listening, processing, responding or ended. */
  | { readonly type: 'state'; readonly state: string }
  /** What the agent takes the caller to be saying so far. */
  | { readonly type: 'partial'; readonly text: string }
  /** What the agent understood. */
  | { readonly type: 'understood'; readonly text: string; readonly confidence: number }
  /** A sentence of the agent begins to sound. */
  | { readonly type: 'agent'; readonly turnNumber: number; readonly text: string }
  | { readonly type: 'cutOff'; readonly turnNumber: number; readonly heardText: string; readonly unheardText: string }
  | { readonly type: 'action'; readonly name: string; readonly data: Readonly<Record<string, unknown>> }
  /** The turn is stored and played. */
  | { readonly type: 'turn'; readonly turn: CallTurn }
  | { readonly type: 'trouble'; readonly code: string; readonly message: string }
  /** An `expect` of the script was met. */
  | { readonly type: 'expected'; readonly text: string }
  | { readonly type: 'ended'; readonly reason: string }
);

export type CallChannel = 'webrtc' | 'chat';

/** A turn with what the caller heard of it. */
export interface CallTurn extends TurnView {
  /** From the caller's last sound to the agent's first as this caller heard it; null in text, and when the agent was already speaking. */
  readonly heardVoiceToVoiceMs: number | null;
}

export type CallFailureCode =
  | 'connection_failed'
  | 'connection_lost'
  | 'agent_silent'
  | 'agent_never_finished'
  | 'nothing_recognised'
  | 'ended_early'
  | 'not_as_expected'
  | 'caller_failed'
  | 'aborted';

/** Why a call counts as failed; the message is one sentence for a person. */
export class CallError extends Error {
  override readonly name = 'CallError';
  readonly code: CallFailureCode;

  constructor(code: CallFailureCode, message: string) {
    super(message);
    this.code = code;
  }
}

export interface CallResult {
  /** Undefined when the call was as it should be. */
  readonly failure: { readonly code: CallFailureCode; readonly message: string } | undefined;
  readonly conversationId: string | undefined;
  readonly durationMs: number;
  readonly events: readonly CallEvent[];
  readonly turns: readonly CallTurn[];
  readonly bookings: readonly BookingView[];
  /** The server's own record at the end; undefined when it could not be read. */
  readonly record: ConversationView | undefined;
  /** Both sides on one clock, 16 kHz; empty in text. */
  readonly audio: { readonly caller: Pcm; readonly agent: Pcm };
}
