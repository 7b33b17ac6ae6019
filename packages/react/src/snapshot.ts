import type { BookingView } from '@parley/contract/conversations.ts';
import type { StreamLike } from './environment.ts';
import type { Microphone } from './microphone.ts';
import type { Notice } from './notices.ts';
import { emptyTranscript, type Transcript } from './transcript.ts';

/** What the agent is doing; `ended` once the conversation is over. */
export type ConversationState = 'waiting' | 'listening' | 'processing' | 'responding' | 'ended';

/**
 * `hands_free`: just speak, the server hears when you have finished. `tap`: a tap begins your turn, the next ends it.
 * `hold`: your turn lasts while the button is held.
 */
export type TalkMode = 'hands_free' | 'tap' | 'hold';

export type Connection =
  | 'idle'
  /** The first connection is being made, or voice is being added. */
  | 'connecting'
  | 'connected'
  /** It dropped and is being made again by itself. */
  | 'reconnecting'
  /** It dropped and did not come back; `retry()` tries again. */
  | 'lost'
  | 'ended';

/** Everything a page shows of a conversation. Immutable: a change is a new object. */
export interface ConversationSnapshot {
  readonly connection: Connection;
  /** How the person takes part, or last did. */
  readonly medium: 'none' | 'voice' | 'chat';
  readonly conversationId: string | undefined;
  readonly agent: { readonly name: string; readonly language: string; readonly greetingHint: string } | undefined;
  readonly state: ConversationState;
  readonly transcript: Transcript;
  /** From the record, once the conversation is over. */
  readonly bookings: readonly BookingView[];
  /** Newest last, one of a code. */
  readonly notices: readonly Notice[];
  readonly talkMode: TalkMode;
  /** Push-to-talk is pressed. */
  readonly isTalking: boolean;
  readonly isMuted: boolean;
  readonly microphones: readonly Microphone[];
  /** The chosen microphone; undefined is the system's choice. */
  readonly microphoneId: string | undefined;
  readonly microphoneStream: StreamLike | undefined;
  readonly agentStream: StreamLike | undefined;
  readonly startedAtEpochMs: number | undefined;
  readonly endedAtEpochMs: number | undefined;
  readonly endReason: string | undefined;
}

export const idleSnapshot: ConversationSnapshot = {
  connection: 'idle',
  medium: 'none',
  conversationId: undefined,
  agent: undefined,
  state: 'waiting',
  transcript: emptyTranscript,
  bookings: [],
  notices: [],
  talkMode: 'hands_free',
  isTalking: false,
  isMuted: false,
  microphones: [],
  microphoneId: undefined,
  microphoneStream: undefined,
  agentStream: undefined,
  startedAtEpochMs: undefined,
  endedAtEpochMs: undefined,
  endReason: undefined,
};
