import type { Conversation, Over, Step } from './step.ts';

/** What happens in a conversation as the caller experiences it; `atMs` counts from its beginning. */
export type TimelineEvent = { readonly atMs: number } & (
  | { readonly type: 'caller'; readonly what: string; readonly text: string; readonly interrupting: boolean }
  | { readonly type: 'understood'; readonly text: string; readonly confidence: number }
  | { readonly type: 'state'; readonly state: string }
  /** A sentence of the agent begins to sound, or is shown. */
  | { readonly type: 'agent'; readonly turnNumber: number; readonly text: string }
  | { readonly type: 'cutOff'; readonly turnNumber: number; readonly heardText: string; readonly unheardText: string }
  | { readonly type: 'action'; readonly name: string; readonly data: Readonly<Record<string, unknown>> }
  | { readonly type: 'turn'; readonly turn: TurnFacts }
  | { readonly type: 'trouble'; readonly code: string; readonly message: string }
  | { readonly type: 'ended'; readonly reason: string }
);

/** What is recorded of a turn, as far as tests ask for it. */
export interface TurnFacts {
  readonly turnNumber: number;
  /** Undefined when the agent spoke first. */
  readonly callerText: string | undefined;
  readonly intent: string | undefined;
  /** Undefined for agents that fill none. */
  readonly slots: Readonly<Record<string, unknown>> | undefined;
  readonly entities: readonly { readonly type: string; readonly value: unknown }[];
  readonly heardText: string | undefined;
}

/** What the caller does on the line. */
export type Move = Exclude<Step, { type: 'expect' | 'never' | 'pause' }>;

/** The conversation cannot go on: the agent is silent, the connection lost. The message is one sentence. */
export class LineError extends Error {
  override readonly name = 'LineError';
}

/** An open way to the agent. One implementation for each way to hold a conversation; the steps are carried out by the runner. */
export interface TestLine {
  readonly over: Over;
  /** All that has happened, oldest first. */
  readonly events: readonly TimelineEvent[];
  isOver(): boolean;
  /** Resolves when the caller has done it. Moves that this way of talking does not have are left out. */
  act(move: Move): Promise<void>;
  /** Resolves so long after the agent began to speak since the caller's last move. Rejects with a LineError when it does not. */
  intoReply(afterMs: number): Promise<void>;
  /**
   * Resolves when the agent has nothing more to say.
   * @param needsReply it must have said something since the last move. Rejects with a LineError when it has not in time.
   */
  agentFinished(needsReply: boolean): Promise<void>;
  wait(durationMs: number): Promise<void>;
  /** From the end of the last move to the agent's first sound or sentence; undefined while there is none. */
  replyDelayMs(): number | undefined;
  /** Frees everything. */
  close(): Promise<void>;
}

/** What comes on top of `within`, for what is no part of the agent: network, jitter buffers, a busy machine. */
export interface TestWay {
  readonly over: Over;
  readonly withinToleranceMs: number;
  /** How long what the agent has done may take to be known here (a record over the network). */
  readonly graceMs: number;
  open(conversation: Conversation, signal: AbortSignal): Promise<TestLine>;
}

/** What the caller does, in words: `says`, and what. */
export function describeMove(move: Move): readonly [what: string, text: string] {
  switch (move.type) {
    case 'say':
      return ['says', move.text];
    case 'wav':
      return ['plays', move.text ?? move.path];
    case 'sound':
      return [move.kind, move.text];
    case 'text':
      return ['types', move.text];
    case 'press':
      return ['presses', move.keys.join('')];
    case 'loseNetwork':
      return ['loses the network', ''];
    case 'reconnect':
      return ['comes back', ''];
    case 'hangUp':
      return ['hangs up', ''];
  }
}
