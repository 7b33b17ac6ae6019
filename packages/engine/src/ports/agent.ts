import type { EmotionalTone } from './synthesizer.ts';

/** JSON that the agent keeps between turns (its slots, its place in the flow). The engine stores it and never looks inside. */
export type AgentMemory = Readonly<Record<string, unknown>>;

/** What the caller was taken to say. */
export interface CallerTurn {
  /** 1-based, unique in the conversation; the idempotency key of side effects is `conversationId` + `turnNumber`. */
  readonly turnNumber: number;
  readonly text: string;
  /** The recogniser's, 0–1; 1 for typed text. */
  readonly confidence: number;
  /** The recogniser heard speech that it could not make out: `text` is a guess not to be acted on. */
  readonly rejected: boolean;
  readonly modality: 'voice' | 'text' | 'digits';
}

/** Why the agent is asked to speak. */
export type AgentCue =
  | { readonly type: 'greet' }
  | { readonly type: 'turn'; readonly turn: CallerTurn }
  /** The caller has been silent; `count` is 1 for the first reminder. */
  | { readonly type: 'reprompt'; readonly count: number }
  /** The conversation is about to end for the reason; say goodbye. */
  | { readonly type: 'farewell'; readonly reason: 'silence' | 'max_duration' };

/** One line of the conversation as both sides know it: what was said by the caller, and what was *heard* of the agent. */
export interface HistoryLine {
  readonly speaker: 'caller' | 'agent';
  readonly text: string;
}

export interface AgentRequest {
  readonly conversationId: string;
  /** Who calls, as far as the channel tells: a telephone number, a signed-in user. The same for each of their conversations. */
  readonly callerId?: string;
  readonly cue: AgentCue;
  readonly memory: AgentMemory | undefined;
  readonly history: readonly HistoryLine[];
  /** BCP 47 of the conversation. */
  readonly language: string;
  /** Reference time for "tomorrow": epoch milliseconds. */
  readonly nowEpochMs: number;
  /** IANA, such as `Europe/London`. */
  readonly timeZone: string;
  /**
   * To be awaited before anything with an effect outside (a booking, a payment, a message). Resolves once the turn is
   * certain; from then until the reply is finished the caller's voice cannot take the turn back or cut the reply off: their
   * words are taken up after it, so that what was done is known. Rejects when the thought was dropped.
   */
  commit(): Promise<void>;
}

/** What the agent understood of the turn; recorded with it. */
export interface Understanding {
  readonly intent: string | undefined;
  readonly confidence: number;
  readonly entities: readonly { readonly type: string; readonly text: string; readonly value: unknown }[];
  /** All that the agent holds of the caller's request after the turn, by slot; JSON. For agents that fill slots. */
  readonly slots?: Readonly<Record<string, unknown>>;
  /** The caller's words without what must not be kept, such as a PIN: they stand in the history, the record and on screens instead. */
  readonly retold?: string;
}

export type AgentOutput =
  | { readonly type: 'understood'; readonly understanding: Understanding }
  /** Text to speak or show, in pieces of any size; pieces are joined as they are. */
  | {
      readonly type: 'say';
      readonly text: string;
      readonly tone?: EmotionalTone;
      /**
       * `false` for what must be heard to its end (a legal line, the announcement of a recording): the caller's voice does
       * not stop it, and what they say meanwhile is taken up after it. Such a piece is a sentence of its own.
       */
      readonly interruptible?: boolean;
      /** The same words as an SSML fragment (no `speak` element) for voices that read it; the piece is a sentence of its own. */
      readonly ssml?: string;
    }
  /**
   * Something outside takes its time (a telephone rings), the caller knows, and hears something meanwhile: no fillers, and patience for
   * so long, unless another output comes before. At most `maxWaitMs` of the options.
   */
  | { readonly type: 'waiting'; readonly upToMs: number }
  /** Something was done for the caller that stays done (a booking row exists): named for clients and the record. */
  | { readonly type: 'acted'; readonly name: string; readonly data: Readonly<Record<string, unknown>> }
  /** Last output. `expects` names the vocabulary's context for the answer; `end` closes the conversation after the reply is heard. */
  | {
      readonly type: 'finished';
      readonly memory: AgentMemory;
      readonly expects: string | undefined;
      readonly end: boolean;
      /** The answer is a secret (a PIN, the number of a card): its sound is not to be kept. */
      readonly expectsSecret?: boolean;
      /**
       * With `end`: the caller is somebody else's from now on. What they said meanwhile was not for this agent, and what they say from
       * now on is not: the last words are heard to their end, and nothing follows.
       */
      readonly handedOver?: boolean;
    };

/** The mind behind a conversation. Stateless: everything it needs is in the request, so any replica can answer. */
export interface Agent {
  readonly id: string;
  readonly language: string;
  readonly voice: string | undefined;
  /**
   * The agent may be asked before the turn is certain, so that its answer is ready when it is. It promises to await `commit`
   * before anything with an effect outside.
   */
  readonly thinksAhead: boolean;
  respond(request: AgentRequest, signal: AbortSignal): AsyncIterable<AgentOutput>;
}
