import type { Digit } from './audio.ts';
import type { EndReason, TurnRecord } from './recorder.ts';
import type { EmotionalTone } from './synthesizer.ts';

/** What the outside sees of a conversation; derived from the machine's state, never stored beside it. */
export type ConversationState = 'waiting' | 'listening' | 'processing' | 'responding' | 'ended';

export type ProcessingStatus = 'transcribing' | 'thinking' | 'synthesizing' | 'complete';

/** Everything a client (page, widget, chat window, console) is told while a conversation goes on. */
export type ClientNotice =
  | { readonly type: 'state'; readonly state: ConversationState }
  | { readonly type: 'processing'; readonly status: ProcessingStatus }
  /** The caller's words. A final may be followed by more partials of the same turn: each carries the whole turn so far. */
  | {
      readonly type: 'transcript';
      readonly turnNumber: number;
      readonly text: string;
      readonly confidence: number;
      readonly isFinal: boolean;
    }
  /** A sentence of the agent, at the moment it is heard (voice) or once the turn is durable (text). */
  | {
      readonly type: 'said';
      readonly turnNumber: number;
      /** 0-based within the reply. */
      readonly sentence: number;
      readonly text: string;
      readonly tone: EmotionalTone;
    }
  /** The caller interrupted: of the whole reply only `heardText` was heard. */
  | { readonly type: 'cutOff'; readonly turnNumber: number; readonly heardText: string; readonly unheardText: string }
  | {
      readonly type: 'acted';
      readonly turnNumber: number;
      readonly name: string;
      readonly data: Readonly<Record<string, unknown>>;
    }
  /** The turn is in the database. Sent again when its heard text and waterfall are known. */
  | { readonly type: 'recorded'; readonly turn: TurnRecord }
  /** Something failed; `message` is in the conversation's language and fit for a caller. */
  | { readonly type: 'trouble'; readonly code: string; readonly message: string }
  | { readonly type: 'ended'; readonly reason: EndReason };

/** A client's way to be told. Never throws, never blocks. */
export interface ClientOutlet {
  tell(notice: ClientNotice): void;
}

/** A client's way to speak to the conversation. All calls after `detach` or the end are ignored. */
export interface ClientInlet {
  /** A typed message. `messageId` makes it safe to send again after a reconnect. */
  text(text: string, messageId: string): void;
  /** Push-to-talk pressed: the caller's turn begins, voice activity no longer decides its end. */
  pushToTalkStarted(): void;
  /** Push-to-talk released: the turn ends at once. */
  pushToTalkEnded(): void;
  /** A key was pressed on the page's keypad, as on a telephone. */
  digit(digit: Digit): void;
  hangUp(): void;
  detach(): void;
}
