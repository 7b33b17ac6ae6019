import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';
import type { Traffic } from './traffic.ts';

/** What is being worked on; it may be wrong in any way. */
export interface Draft {
  readonly agentId: string;
  /** 1 when it is saved first, one more each time. */
  readonly revision: number;
  /** JSON. */
  readonly definition: unknown;
  readonly savedAtEpochMs: number;
  readonly savedBy: string;
}

export interface VersionSummary {
  readonly agentId: string;
  /** From 1, without gaps. */
  readonly number: number;
  /** What is new in it. */
  readonly note: string;
  readonly publishedAtEpochMs: number;
  readonly publishedBy: string;
}

/** What was published; never changes. */
export interface AgentVersion extends VersionSummary {
  readonly definition: AgentDefinition;
}

/**
 * Where drafts and versions are kept. What several replicas do at once is settled here: each write says what it goes on from,
 * and is refused if that is no longer so. Values that are given and taken are the store's own copies.
 */
export interface VersionStore {
  readDraft(agentId: string): Promise<Draft | undefined>;
  /** @returns `conflict`, and keeps what it has, unless the draft there has the revision before this one */
  writeDraft(draft: Draft): Promise<'written' | 'conflict'>;

  /** @returns `conflict` unless its number is the one after the last */
  addVersion(version: AgentVersion): Promise<'written' | 'conflict'>;
  readVersion(agentId: string, number: number): Promise<AgentVersion | undefined>;
  /** The newest first, those with a number below `before` if it is given. */
  listVersions(
    agentId: string,
    page: { readonly before?: number; readonly limit: number },
  ): Promise<readonly VersionSummary[]>;

  readTraffic(agentId: string): Promise<Traffic | undefined>;
  /** @returns `conflict` unless the one there has the revision before this one */
  writeTraffic(agentId: string, traffic: Traffic): Promise<'written' | 'conflict'>;

  /** Keeps the version for the conversation, unless it has one already. @returns the one that it has now */
  pin(agentId: string, conversationKey: string, version: number): Promise<number>;
  readPin(agentId: string, conversationKey: string): Promise<number | undefined>;
  unpin(agentId: string, conversationKey: string): Promise<void>;
}
