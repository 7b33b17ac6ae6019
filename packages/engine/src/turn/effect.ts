import type { AgentCue, AgentMemory, HistoryLine } from '../ports/agent.ts';
import type { ClientNotice } from '../ports/client.ts';
import type { EndReason, TurnRecord } from '../ports/recorder.ts';
import type { EmotionalTone } from '../ports/synthesizer.ts';
import type { ReplyId } from './event.ts';

/** A turn to be stored, in the machine's own time; the driver adds the conversation and turns `startedAtMs` into wall time. */
export type TurnDraft = Omit<TurnRecord, 'conversationId' | 'startedAtEpochMs'> & {
  readonly startedAtMs: number;
  readonly replyId: ReplyId;
};

/** All that the machine asks of the world. The driver carries them out in order. */
export type Effect =
  | {
      readonly type: 'think';
      readonly replyId: ReplyId;
      readonly cue: AgentCue;
      readonly memory: AgentMemory | undefined;
      readonly history: readonly HistoryLine[];
      /** The turn is not certain yet: `commit` or `abandon` follows. */
      readonly ahead: boolean;
    }
  /** The turn that the reply was thought ahead for is certain. */
  | { readonly type: 'commit'; readonly replyId: ReplyId }
  /** Abort the agent's thinking and all synthesis of the reply; nothing of it may be played any more. */
  | { readonly type: 'abandon'; readonly replyId: ReplyId }
  /** Abort only the agent's thinking; what it said so far is still spoken. */
  | { readonly type: 'abandonThought'; readonly replyId: ReplyId }
  | {
      readonly type: 'synthesize';
      readonly replyId: ReplyId;
      readonly sentence: number;
      readonly text: string;
      readonly ssml: string | undefined;
      readonly tone: EmotionalTone;
      /** What the reply said just before. */
      readonly previousText: string;
    }
  /** Let the sentence sound, now or as soon as its audio is there. One sentence at a time. */
  | { readonly type: 'play'; readonly replyId: ReplyId; readonly sentence: number }
  /** The sentence was given up: abort its synthesis, and let nothing of it sound should it come after all. */
  | { readonly type: 'skip'; readonly replyId: ReplyId; readonly sentence: number }
  /** Stop sounding within one frame; keep what is left. */
  | { readonly type: 'pause'; readonly replyId: ReplyId }
  | { readonly type: 'resume'; readonly replyId: ReplyId }
  /** Throw away all audio of the reply, here and in the channel. */
  | { readonly type: 'clear'; readonly replyId: ReplyId }
  /** What the agent now waits to hear: a context of the vocabulary, or the whole of it; and whether it may be kept as sound. */
  | { readonly type: 'expect'; readonly context: string | undefined; readonly isSecret: boolean }
  | { readonly type: 'record'; readonly turn: TurnDraft }
  | { readonly type: 'tell'; readonly notice: ClientNotice }
  /** Send a `timer` event at this time; replaces the one before. Undefined: no timer. */
  | { readonly type: 'wakeAt'; readonly atMs: number | undefined }
  /** The conversation is over: free everything. Always the last effect. */
  | { readonly type: 'end'; readonly reason: EndReason };
