import { FlowError } from '../flow-error.ts';
import { validateAgent } from '../validate-agent.ts';
import type { KnownParts } from '../validation/known-names.ts';
import type { Problem } from '../validation/problem.ts';
import { type DefinitionDiff, diffDefinitions } from './definition-diff.ts';
import { noTraffic, rollbackTarget, rolledBackTo, type Traffic, versionInTraffic, withShare } from './traffic.ts';
import type { AgentVersion, Draft, VersionStore, VersionSummary } from './version-store.ts';

export interface AgentVersionsOptions {
  /** What the agent is used with, for checking it. */
  readonly knownTo: (agentId: string) => KnownParts;
  readonly nowEpochMs: () => number;
}

export type Publication =
  | { readonly kind: 'published'; readonly version: VersionSummary; readonly warnings: readonly Problem[] }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/** Others write at the same time rarely, and hardly ever five times in a row. */
const maxTries = 5;
const maxPage = 100;

/**
 * The life of an agent's definition: drafts that are saved over and over, versions that are published and never change, and
 * which of them answers whom. Conversations end with the version that they began with.
 */
export class AgentVersions {
  readonly #store: VersionStore;
  readonly #options: AgentVersionsOptions;

  constructor(store: VersionStore, options: AgentVersionsOptions) {
    this.#store = store;
    this.#options = options;
  }

  draft(agentId: string): Promise<Draft | undefined> {
    return this.#store.readDraft(agentId);
  }

  /**
   * Save what is being worked on; it is not checked.
   *
   * @param change.onRevision the revision that was changed; 0 for a new agent
   * @throws FlowError `draft_conflict` when somebody else saved meanwhile
   */
  async saveDraft(change: {
    readonly agentId: string;
    readonly onRevision: number;
    readonly definition: unknown;
    readonly by: string;
  }): Promise<Draft> {
    const draft: Draft = {
      agentId: change.agentId,
      revision: change.onRevision + 1,
      definition: change.definition,
      savedAtEpochMs: this.#options.nowEpochMs(),
      savedBy: change.by,
    };
    if ((await this.#store.writeDraft(draft)) === 'conflict') throw conflict(change.onRevision);
    return draft;
  }

  /**
   * Make the draft the next version, if nothing is wrong with it, and give it its share of new conversations.
   *
   * @param request.revision of the draft that was looked at: no other is published
   * @param request.percentage 0–100; the first version gets all, unless it is 0
   * @throws FlowError `agent_unknown`, `draft_conflict`, `percentage_invalid`
   */
  async publish(request: {
    readonly agentId: string;
    readonly revision: number;
    readonly percentage: number;
    readonly note: string;
    readonly by: string;
  }): Promise<Publication> {
    const { agentId, percentage } = request;
    checkPercentage(percentage);
    const draft = await this.#store.readDraft(agentId);
    if (draft === undefined) throw new FlowError('agent_unknown', { reason: `there is no draft of ${agentId}` });
    if (draft.revision !== request.revision) throw conflict(request.revision);
    const checked = validateAgent(draft.definition, this.#options.knownTo(agentId));
    if (checked.kind === 'invalid') return checked;
    const { definition } = checked;
    const version = await settled(async () => {
      const [last] = await this.#store.listVersions(agentId, { limit: 1 });
      const next: AgentVersion = {
        agentId,
        number: (last?.number ?? 0) + 1,
        note: request.note,
        publishedAtEpochMs: this.#options.nowEpochMs(),
        publishedBy: request.by,
        definition,
      };
      return (await this.#store.addVersion(next)) === 'written' ? next : undefined;
    });
    // Should this not come about any more, the version is there without conversations, and can be given some.
    await this.#changeTraffic(agentId, (traffic) => withShare(traffic, version.number, percentage));
    const { definition: _, ...summary } = version;
    return { kind: 'published', version: summary, warnings: checked.warnings };
  }

  /**
   * Give a published version its share of new conversations: see `publish`.
   *
   * @throws FlowError `version_unknown`, `percentage_invalid`
   */
  async setPercentage(agentId: string, version: number, percentage: number): Promise<Traffic> {
    checkPercentage(percentage);
    await this.version(agentId, version);
    return this.#changeTraffic(agentId, (traffic) => {
      if (traffic.stable === version && percentage < 100) {
        const reason = 'it is the stable version: give another one the rest, or roll back';
        throw new FlowError('percentage_invalid', { reason });
      }
      return withShare(traffic, version, percentage);
    });
  }

  /**
   * All new conversations to an earlier version: to the one that is given, else from a trial back to the stable one, else to
   * the one that was stable before.
   *
   * @throws FlowError `version_unknown`
   */
  async rollBack(agentId: string, to?: number): Promise<Traffic> {
    if (to !== undefined) await this.version(agentId, to);
    return this.#changeTraffic(agentId, (traffic) => {
      const target = to ?? rollbackTarget(traffic);
      if (target === undefined)
        throw new FlowError('version_unknown', { reason: 'there is no version before this one' });
      return rolledBackTo(traffic, target);
    });
  }

  /** Which version answers whom. */
  async traffic(agentId: string): Promise<Traffic> {
    return (await this.#store.readTraffic(agentId)) ?? noTraffic;
  }

  /** The newest first, at most 100; the rest by `before`. */
  list(
    agentId: string,
    page: { readonly before?: number; readonly limit?: number } = {},
  ): Promise<readonly VersionSummary[]> {
    const limit = Math.min(Math.max(1, page.limit ?? maxPage), maxPage);
    return this.#store.listVersions(agentId, { ...(page.before !== undefined && { before: page.before }), limit });
  }

  /** @throws FlowError `version_unknown` */
  async version(agentId: string, number: number): Promise<AgentVersion> {
    const version = await this.#store.readVersion(agentId, number);
    if (version !== undefined) return version;
    throw new FlowError('version_unknown', { reason: `${agentId} has no version ${number}` });
  }

  /**
   * What became of the nodes, and of all else, from one version to another.
   *
   * @throws FlowError `version_unknown`
   */
  async diff(agentId: string, from: number, to: number): Promise<DefinitionDiff> {
    const [before, after] = await Promise.all([this.version(agentId, from), this.version(agentId, to)]);
    return diffDefinitions(before.definition, after.definition);
  }

  /**
   * The version that answers in a conversation: the one that it began with, or for a new one the version that the traffic gives
   * the caller.
   *
   * @param conversation.callerKey the same for all conversations of a caller; the conversation's own, if left out
   * @throws FlowError `nothing_published`
   */
  async versionFor(conversation: {
    readonly agentId: string;
    readonly conversationKey: string;
    readonly callerKey?: string;
  }): Promise<number> {
    const { agentId, conversationKey, callerKey = conversationKey } = conversation;
    const pinned = await this.#store.readPin(agentId, conversationKey);
    if (pinned !== undefined) return pinned;
    const version = versionInTraffic(await this.traffic(agentId), agentId, callerKey);
    if (version === undefined) throw new FlowError('nothing_published', { reason: `no version of ${agentId} answers` });
    return this.#store.pin(agentId, conversationKey, version);
  }

  /** To be told when a conversation is over for good: nothing needs to be known of it any more. */
  conversationEnded(agentId: string, conversationKey: string): Promise<void> {
    return this.#store.unpin(agentId, conversationKey);
  }

  #changeTraffic(agentId: string, change: (traffic: Traffic) => Traffic): Promise<Traffic> {
    return settled(async () => {
      const changed = change(await this.traffic(agentId));
      return (await this.#store.writeTraffic(agentId, changed)) === 'written' ? changed : undefined;
    });
  }
}

/** What comes of a write that goes on from what is there, when others write too. */
async function settled<Result>(attempt: () => Promise<Result | undefined>): Promise<Result> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const result = await attempt();
    if (result !== undefined) return result;
  }
  throw new FlowError('version_conflict', { reason: `others changed it ${maxTries} times meanwhile` });
}

function checkPercentage(percentage: number): void {
  if (Number.isInteger(percentage) && percentage >= 0 && percentage <= 100) return;
  throw new FlowError('percentage_invalid', { reason: `${percentage} is no percentage` });
}

function conflict(revision: number): FlowError {
  return new FlowError('draft_conflict', { reason: `the draft is no longer at revision ${revision}` });
}
