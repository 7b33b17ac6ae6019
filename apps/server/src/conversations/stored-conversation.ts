import type { AgentMemory, HistoryLine } from '@parley/engine/ports/agent.ts';
import type { TurnRecord } from '@parley/engine/ports/recorder.ts';
import type { Resumption } from '@parley/engine/turn/state.ts';

/** How a conversation was opened. */
export type ChannelType = 'voice' | 'chat' | 'api';

/** A conversation before its first word. */
export interface NewConversation {
  readonly id: string;
  readonly organizationId: string;
  readonly agentId: string;
  /** The version of a drawn agent that it keeps to its end. */
  readonly flowId: string | undefined;
  readonly flowVersion: number | undefined;
  readonly channelType: ChannelType;
  /** Who calls, as far as the channel tells; the same for each of their conversations. */
  readonly callerId: string | undefined;
  readonly userId: string | undefined;
  /** IANA. */
  readonly timeZone: string;
  /** BCP 47. */
  readonly language: string;
  /** What was known of the caller when it began. */
  readonly initialContext: Readonly<Record<string, unknown>>;
  /** SHA-256; the token itself is never stored. */
  readonly tokenHash: string;
  readonly tokenExpiresAt: Date;
}

/** A conversation as it is stored, without what was said in it. */
export interface StoredConversation extends NewConversation {
  readonly startedAt: Date;
  readonly lastActivityAt: Date;
  /** Undefined while it goes on. */
  readonly endReason: string | undefined;
}

/** What is needed to go on with a conversation. */
export interface SessionState {
  /** Of the row that it belongs to: a state of another version is not the conversation's any more. */
  readonly version: number;
  readonly memory: AgentMemory | undefined;
  readonly expects: string | undefined;
  /** The latest turns, oldest first; a handful more than agents look back. */
  readonly recentTurns: readonly TurnRecord[];
}

/** What the host needs of storage. Methods throw WireError `storage_unavailable`. */
export interface ConversationStore {
  create(conversation: NewConversation): Promise<void>;
  find(id: string): Promise<StoredConversation | undefined>;
  /** With what is needed to go on: the state that is known already, if it is still the conversation's, or what the database holds. */
  load(
    id: string,
    cached: SessionState | undefined,
  ): Promise<{ readonly conversation: StoredConversation; readonly state: SessionState } | undefined>;
}

/** The state as the engine takes up a conversation; undefined for one in which nothing was said yet. */
export function resumptionOf({ memory, expects, recentTurns }: SessionState): Resumption | undefined {
  const lastTurnNumber = recentTurns.at(-1)?.turnNumber ?? 0;
  if (lastTurnNumber === 0) return undefined;
  return { memory, expects, history: recentTurns.flatMap(historyOf), lastTurnNumber };
}

/** The state after the turn was stored. */
export function stateAfter(state: SessionState, turn: TurnRecord, version: number, maxTurns: number): SessionState {
  const { memory, expects, ...kept } = turn;
  // The memory is the session's, not the turn's.
  const stored: TurnRecord = { ...kept, memory: undefined, expects: undefined };
  const others = state.recentTurns.filter(({ turnNumber }) => turnNumber !== turn.turnNumber);
  const isLatest = others.every(({ turnNumber }) => turnNumber < turn.turnNumber);
  const recentTurns = [...others, stored].sort((a, b) => a.turnNumber - b.turnNumber).slice(-maxTurns);
  return isLatest && memory !== undefined
    ? { version, memory, expects, recentTurns }
    : { ...state, version, recentTurns };
}

/** What was said by the caller and what was heard of the agent; what was still being spoken when the process died counts whole. */
function historyOf({ caller, reply }: TurnRecord): HistoryLine[] {
  const lines: HistoryLine[] = [];
  if (caller !== undefined && caller.text !== '') lines.push({ speaker: 'caller', text: caller.text });
  const heard = reply?.heardText ?? reply?.text ?? '';
  if (heard !== '') lines.push({ speaker: 'agent', text: heard });
  return lines;
}
