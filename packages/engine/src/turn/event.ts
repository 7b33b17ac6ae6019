import type { AgentMemory, Understanding } from '../ports/agent.ts';
import type { Digit } from '../ports/audio.ts';
import type { EmotionalTone, SpokenWord } from '../ports/synthesizer.ts';

/** Names one reply; every event and effect of a reply carries it, so what belongs to an abandoned one is known by it. */
export type ReplyId = number & { readonly __brand: 'ReplyId' };

/** Names one stretch of voice, counted by the driver; transcripts carry it, so a late one is known by it. */
export type UtteranceId = number & { readonly __brand: 'UtteranceId' };

/** All that can happen to a conversation. `atMs` is the driver's monotonic clock; events come in order of time. */
export type TurnEvent = { readonly atMs: number } & (
  | { readonly type: 'started' }
  /** A channel with ears and a mouth is attached; `playoutDelayMs` is what passes between a frame sent and a frame heard. */
  | { readonly type: 'audioAttached'; readonly playoutDelayMs: number; readonly echo: 'cancelled' | 'possible' }
  /** The channel has measured anew what passes between a frame sent and a frame heard. */
  | { readonly type: 'playoutDelayChanged'; readonly playoutDelayMs: number }
  /** The caller put the line on hold, or came back. */
  | { readonly type: 'lineHeld'; readonly isHeld: boolean }
  | { readonly type: 'audioLost' }
  /** How many clients (pages, chat windows) watch and type. */
  | { readonly type: 'clientsChanged'; readonly count: number }
  | { readonly type: 'voiceStarted'; readonly utteranceId: UtteranceId }
  /** Voice activity is over; `speechEndedAtMs` is when the last voiced frame arrived, a little before `atMs`. */
  | { readonly type: 'voiceStopped'; readonly utteranceId: UtteranceId; readonly speechEndedAtMs: number }
  | { readonly type: 'pushToTalkStarted'; readonly utteranceId: UtteranceId }
  | { readonly type: 'pushToTalkEnded'; readonly utteranceId: UtteranceId; readonly speechEndedAtMs: number }
  | { readonly type: 'partial'; readonly utteranceId: UtteranceId; readonly text: string }
  | {
      readonly type: 'final';
      readonly utteranceId: UtteranceId;
      readonly text: string;
      readonly confidence: number;
      readonly rejected: boolean;
      readonly endsTurn: boolean;
    }
  /** The recogniser takes the turn for over, with these words; `final` or `turnResumed` follows. */
  | {
      readonly type: 'eagerEndOfTurn';
      readonly utteranceId: UtteranceId;
      readonly text: string;
      readonly confidence: number;
    }
  | { readonly type: 'turnResumed'; readonly utteranceId: UtteranceId }
  | { readonly type: 'digitPressed'; readonly digit: Digit }
  | { readonly type: 'textTyped'; readonly text: string; readonly messageId: string }
  /** The agent is about to do something outside for this turn. */
  | { readonly type: 'agentCommitted'; readonly replyId: ReplyId }
  | { readonly type: 'agentUnderstood'; readonly replyId: ReplyId; readonly understanding: Understanding }
  | {
      readonly type: 'agentSaid';
      readonly replyId: ReplyId;
      readonly text: string;
      readonly tone: EmotionalTone | undefined;
      /** False: the caller's voice does not stop it. */
      readonly interruptible: boolean;
      readonly ssml: string | undefined;
    }
  /** Nothing will come of the agent for up to so long, and the caller knows why. */
  | { readonly type: 'agentWaits'; readonly replyId: ReplyId; readonly upToMs: number }
  | {
      readonly type: 'agentActed';
      readonly replyId: ReplyId;
      readonly name: string;
      readonly data: Readonly<Record<string, unknown>>;
    }
  | {
      readonly type: 'agentFinished';
      readonly replyId: ReplyId;
      readonly memory: AgentMemory;
      readonly expects: string | undefined;
      readonly end: boolean;
      readonly expectsSecret?: boolean;
      readonly handedOver?: boolean;
    }
  | { readonly type: 'agentFailed'; readonly replyId: ReplyId; readonly code: string }
  /** More audio of a sentence is ready to play: `audioMs` in all so far. */
  | {
      readonly type: 'synthesized';
      readonly replyId: ReplyId;
      readonly sentence: number;
      readonly audioMs: number;
      readonly words: readonly SpokenWord[];
      readonly done: boolean;
    }
  | {
      readonly type: 'synthesisFailed';
      readonly replyId: ReplyId;
      readonly sentence: number;
      readonly code: string;
    }
  /** The first frame of a sentence went out to the channel. */
  | { readonly type: 'sentenceStarted'; readonly replyId: ReplyId; readonly sentence: number }
  /** Where playout stands. The driver sends it before every other event that comes while the agent sounds. */
  | {
      readonly type: 'playoutPosition';
      readonly replyId: ReplyId;
      readonly sentence: number;
      readonly playedMs: number;
    }
  | { readonly type: 'sentencePlayed'; readonly replyId: ReplyId; readonly sentence: number }
  /** The turn is durable. */
  | { readonly type: 'recorded'; readonly turnNumber: number; readonly replyId: ReplyId }
  | { readonly type: 'recordFailed'; readonly turnNumber: number; readonly replyId: ReplyId }
  | { readonly type: 'recognizerFailed'; readonly code: string }
  | { readonly type: 'timer' }
  | { readonly type: 'hungUp' }
  /** The process will be gone in some seconds, and whoever is on the line cannot come back to it. */
  | { readonly type: 'shutdownNear' }
  /** The process is going down. */
  | { readonly type: 'shutdown' }
);

/** What comes of the agent's thinking. */
export type AgentEvent = Extract<
  TurnEvent,
  { readonly type: 'agentUnderstood' | 'agentSaid' | 'agentWaits' | 'agentActed' | 'agentFinished' | 'agentFailed' }
>;

/** An event before the driver has given it its time. */
export type UntimedEvent = WithoutTime<TurnEvent>;

type WithoutTime<Event> = Event extends unknown ? Omit<Event, 'atMs'> : never;
