/** Of all replicas, one at a time holds a conversation live: its owner. */
export interface Ownership {
  /**
   * Become the owner. Another replica that is it is asked to let go, and waited for.
   * @throws WireError `conversation_busy` when it does not let go: it carries a call
   */
  acquire(conversationId: string, owner: Owner): Promise<Lease>;
  /** Those of them that are live in some replica. Rejects when that cannot be known. */
  ownedOf(conversationIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Everything is let go. Idempotent. */
  close(): Promise<void>;
}

/** What is asked of whoever holds a conversation. */
export interface Owner {
  /** Another replica needs it. `leaving`: it is let go as soon as the turn in progress is over. May come more than once. */
  readonly onAsked: () => 'leaving' | 'busy';
  /** Another replica has it: it must be left at once, and nothing written. */
  readonly onLost: () => void;
}

export interface Lease {
  /** Let go. Never rejects; idempotent. */
  release(): Promise<void>;
}

/** For a server that is alone: whoever asks gets it. */
export function createSoleOwnership(): Ownership {
  const owned = new Set<string>();
  return {
    acquire: async (conversationId) => {
      owned.add(conversationId);
      return {
        release: async () => {
          owned.delete(conversationId);
        },
      };
    },
    ownedOf: async (conversationIds) => new Set(conversationIds.filter((id) => owned.has(id))),
    close: async () => owned.clear(),
  };
}
