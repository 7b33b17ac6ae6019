import type { AgentMemory, Understanding } from './agent.ts';
import type { EmotionalTone } from './synthesizer.ts';

/**
 * Where the milliseconds of a turn went, in the order they pass; each is a duration, undefined when the stage did not
 * happen. Together they add up to `voiceToVoiceMs` for spoken turns.
 */
export interface Waterfall {
  /** End of the caller's speech → the decision that the turn is over (silence waited for on purpose). */
  readonly endOfTurnMs: number | undefined;
  /** What was still waited for the recogniser after that decision was due. */
  readonly transcriptMs: number | undefined;
  /** Turn committed → the agent's first text. */
  readonly agentMs: number | undefined;
  /** First text → first whole sentence. */
  readonly sentenceMs: number | undefined;
  /** First sentence → its first audio. */
  readonly synthesisMs: number | undefined;
  /** First audio → first frame handed to the channel. */
  readonly playoutMs: number | undefined;
  /** End of the caller's speech at the server's edge → first agent frame out. Undefined for typed turns and greetings. */
  readonly voiceToVoiceMs: number | undefined;
}

/** A turn as it is stored: the caller's part (absent when the agent spoke first) and the agent's reply. */
export interface TurnRecord {
  readonly conversationId: string;
  readonly turnNumber: number;
  /** What the reply answers. */
  readonly cause: 'greeting' | 'turn' | 'reprompt' | 'farewell' | 'apology';
  readonly startedAtEpochMs: number;
  readonly caller:
    | {
        readonly text: string;
        readonly confidence: number;
        readonly rejected: boolean;
        readonly modality: 'voice' | 'text' | 'digits';
        /** The client's own id of a typed message: storing it twice is one turn. */
        readonly messageId: string | undefined;
      }
    | undefined;
  readonly understanding: Understanding | undefined;
  readonly reply:
    | {
        /** All that the agent meant to say. */
        readonly text: string;
        /** What the caller heard of it, to the word. Undefined while it is still being spoken. */
        readonly heardText: string | undefined;
        readonly interrupted: boolean;
        readonly tone: EmotionalTone;
        readonly actions: readonly { readonly name: string; readonly data: Readonly<Record<string, unknown>> }[];
      }
    | undefined;
  readonly waterfall: Waterfall;
  /** The agent's memory after this turn; undefined leaves the stored one as it is. */
  readonly memory: AgentMemory | undefined;
  /** The vocabulary context of the answer that the agent now waits for. */
  readonly expects: string | undefined;
}

export type EndReason = 'completed' | 'caller_left' | 'silence' | 'max_duration' | 'abandoned' | 'error' | 'shutdown';

/** A write that will never be taken, however often it is tried: the conversation goes on elsewhere, or does not exist. */
export class RecordingRefused extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RecordingRefused';
  }
}

/**
 * Durable memory of a conversation. Writes of one conversation arrive one at a time, in order.
 *
 * A write whose signal is aborted was given up, and another one may follow before it has settled. Then it must either not
 * happen any more, or take its place before the one that follows: what is older never replaces what is newer.
 */
export interface Recorder {
  /**
   * Insert or replace the turn (by conversation and number) and the memory in one transaction. Resolves once it is durable.
   * @throws RecordingRefused when trying again is of no use
   */
  recordTurn(turn: TurnRecord, signal?: AbortSignal): Promise<void>;
  recordEnd(conversationId: string, reason: EndReason, endedAtEpochMs: number, signal?: AbortSignal): Promise<void>;
}
