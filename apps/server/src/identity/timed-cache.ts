export interface TimedCache<T> {
  /** What is known under the key, if it is fresh. */
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
  /** Looks at all of them: for what happens seldom. */
  deleteWhere(isMeant: (value: T) => boolean): void;
}

/** Remembers a bounded number of things for a while; the one set longest ago is forgotten first. */
export function createTimedCache<T>(options: {
  readonly maxEntries: number;
  readonly freshForMs: number;
  /** Monotonic. */
  readonly nowMs?: () => number;
}): TimedCache<T> {
  const { maxEntries, freshForMs, nowMs = () => performance.now() } = options;
  const entries = new Map<string, { readonly value: T; readonly untilMs: number }>();
  return {
    get: (key) => {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      if (entry.untilMs > nowMs()) return entry.value;
      entries.delete(key);
      return undefined;
    },
    set: (key, value) => {
      entries.delete(key);
      entries.set(key, { value, untilMs: nowMs() + freshForMs });
      const [oldest] = entries.keys();
      if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest);
    },
    delete: (key) => void entries.delete(key),
    deleteWhere: (isMeant) => {
      for (const [key, { value }] of entries) if (isMeant(value)) entries.delete(key);
    },
  };
}
