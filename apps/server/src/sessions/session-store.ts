import type { SessionState } from '../conversations/stored-conversation.ts';

/**
 * What is needed to go on with a conversation, beside the database that it can always be rebuilt from. Whoever loads it takes it
 * only if its version is the row's. Nothing of it rejects or is waited for: a store that is away holds nothing.
 */
export interface SessionStore {
  load(conversationId: string): Promise<SessionState | undefined>;
  /** After the commit that the state belongs to. */
  save(conversationId: string, state: SessionState): void;
  remove(conversationId: string): void;
  /** Resolves when what was saved is there, or given up. */
  close(): Promise<void>;
}

export interface MemorySessionStoreOptions {
  readonly maxSessions: number;
  readonly idleMs: number;
}

export const memorySessionStoreDefaults: MemorySessionStoreOptions = {
  // A state is some 20 kB, 60 kB at most: tens of megabytes.
  maxSessions: 1000,
  idleMs: 1800_000,
};

/** In this process's memory; those that were used longest ago make room. */
export function createMemorySessionStore(
  options: MemorySessionStoreOptions = memorySessionStoreDefaults,
): SessionStore {
  const sessions = new Map<string, { readonly state: SessionState; readonly untilMs: number }>();
  const put = (id: string, state: SessionState) => {
    // Set anew, so that the map is ordered by last use.
    sessions.delete(id);
    sessions.set(id, { state, untilMs: performance.now() + options.idleMs });
    const [oldest] = sessions.keys();
    if (sessions.size > options.maxSessions && oldest !== undefined) sessions.delete(oldest);
  };
  return {
    load: async (id) => {
      const found = sessions.get(id);
      if (found === undefined) return undefined;
      if (found.untilMs <= performance.now()) {
        sessions.delete(id);
        return undefined;
      }
      put(id, found.state);
      return found.state;
    },
    save: put,
    remove: (id) => void sessions.delete(id),
    close: async () => sessions.clear(),
  };
}
