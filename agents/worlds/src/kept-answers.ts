/** What came of a change that was asked for with an idempotency key. */
export type KeptAnswer<T> =
  | { readonly outcome: 'done' | 'repeated'; readonly value: T }
  | { readonly outcome: 'conflict' };

/** Remembers what was done for each idempotency key, so that a change asked for twice is made once. */
export interface KeptAnswers<T> {
  /**
   * Do it, unless it was done for this key: then answer as before. `conflict` when the key came with another request. What
   * throws is not remembered, and may be tried again with the same key.
   */
  once(key: string, request: string, act: () => T): KeptAnswer<T>;
}

/** Keeps the answers of the last `capacity` keys. Synchronous: nothing comes between the look-up and the change. */
export function keptAnswers<T>(capacity: number): KeptAnswers<T> {
  const kept = new Map<string, { readonly request: string; readonly value: T }>();
  return {
    once(key, request, act) {
      const before = kept.get(key);
      if (before !== undefined) {
        return before.request === request ? { outcome: 'repeated', value: before.value } : { outcome: 'conflict' };
      }
      const value = act();
      kept.set(key, { request, value });
      if (kept.size > capacity) {
        const oldest = kept.keys().next();
        if (oldest.done !== true) kept.delete(oldest.value);
      }
      return { outcome: 'done', value };
    },
  };
}
