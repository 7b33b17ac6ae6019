import { FlowError } from '../flow-error.ts';
import type { Traffic } from './traffic.ts';
import type { AgentVersion, Draft, VersionStore, VersionSummary } from './version-store.ts';

export interface MemoryVersionStoreOptions {
  readonly maxAgents: number;
  readonly maxVersionsPerAgent: number;
  /** Conversations whose version is remembered; the one that began longest ago is forgotten first. */
  readonly maxPins: number;
}

export const memoryVersionStoreDefaults: MemoryVersionStoreOptions = {
  // What one process without a database is for: trying out, and small places.
  maxAgents: 1000,
  // One a day for three years.
  maxVersionsPerAgent: 1000,
  // A hundred bytes each; a thousand times as many as talk at once.
  maxPins: 100_000,
};

/** Keeps drafts and versions as long as the process runs; for tests, and for places without a database. */
export class MemoryVersionStore implements VersionStore {
  readonly #options: MemoryVersionStoreOptions;
  readonly #agents = new Map<string, StoredAgent>();
  readonly #pins = new Map<string, number>();

  constructor(options: Partial<MemoryVersionStoreOptions> = {}) {
    this.#options = { ...memoryVersionStoreDefaults, ...options };
  }

  async readDraft(agentId: string): Promise<Draft | undefined> {
    return copy(this.#agents.get(agentId)?.draft);
  }

  async writeDraft(draft: Draft): Promise<'written' | 'conflict'> {
    const known = this.#agents.get(draft.agentId);
    if ((known?.draft?.revision ?? 0) !== draft.revision - 1) return 'conflict';
    this.#agentOf(draft.agentId).draft = copy(draft);
    return 'written';
  }

  async addVersion(version: AgentVersion): Promise<'written' | 'conflict'> {
    const { versions } = this.#agentOf(version.agentId);
    if (version.number !== versions.length + 1) return 'conflict';
    if (versions.length >= this.#options.maxVersionsPerAgent) {
      throw new FlowError('too_many_versions', { reason: `${version.agentId} has ${versions.length} versions` });
    }
    versions.push(copy(version));
    return 'written';
  }

  async readVersion(agentId: string, number: number): Promise<AgentVersion | undefined> {
    return copy(this.#agents.get(agentId)?.versions[number - 1]);
  }

  async listVersions(
    agentId: string,
    { before, limit }: { readonly before?: number; readonly limit: number },
  ): Promise<readonly VersionSummary[]> {
    const versions = this.#agents.get(agentId)?.versions ?? [];
    const end = Math.min(versions.length, (before ?? Number.POSITIVE_INFINITY) - 1);
    return versions
      .slice(Math.max(0, end - limit), Math.max(0, end))
      .reverse()
      .map(({ definition: _, ...summary }) => summary);
  }

  async readTraffic(agentId: string): Promise<Traffic | undefined> {
    return copy(this.#agents.get(agentId)?.traffic);
  }

  async writeTraffic(agentId: string, traffic: Traffic): Promise<'written' | 'conflict'> {
    const agent = this.#agentOf(agentId);
    if ((agent.traffic?.revision ?? 0) !== traffic.revision - 1) return 'conflict';
    agent.traffic = copy(traffic);
    return 'written';
  }

  async pin(agentId: string, conversationKey: string, version: number): Promise<number> {
    const key = pinKey(agentId, conversationKey);
    const known = this.#pins.get(key);
    if (known !== undefined) return known;
    const oldest = this.#pins.keys().next();
    if (this.#pins.size >= this.#options.maxPins && !oldest.done) this.#pins.delete(oldest.value);
    this.#pins.set(key, version);
    return version;
  }

  async readPin(agentId: string, conversationKey: string): Promise<number | undefined> {
    return this.#pins.get(pinKey(agentId, conversationKey));
  }

  async unpin(agentId: string, conversationKey: string): Promise<void> {
    this.#pins.delete(pinKey(agentId, conversationKey));
  }

  #agentOf(agentId: string): StoredAgent {
    const known = this.#agents.get(agentId);
    if (known !== undefined) return known;
    if (this.#agents.size >= this.#options.maxAgents) {
      throw new FlowError('too_many_versions', { reason: `there are ${this.#agents.size} agents` });
    }
    const made: StoredAgent = { draft: undefined, versions: [], traffic: undefined };
    this.#agents.set(agentId, made);
    return made;
  }
}

interface StoredAgent {
  draft: Draft | undefined;
  readonly versions: AgentVersion[];
  traffic: Traffic | undefined;
}

/** Nobody outside holds what is stored: what they change is their own. */
function copy<Value>(value: Value): Value {
  return structuredClone(value);
}

/** Agents' names have no blanks. */
function pinKey(agentId: string, conversationKey: string): string {
  return `${agentId} ${conversationKey}`;
}
