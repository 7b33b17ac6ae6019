/** Those who wait for something to become true. */
export interface Watch {
  /** Something is other than before. */
  changed(): void;
  /**
   * Resolves with what the check gives, now or later.
   * @param state said in the error @throws Error after the time-out
   */
  until<T>(what: string, check: () => T | undefined | false, timeoutMs: number, state?: () => string): Promise<T>;
}

/** What the check looks at may be another's, who tells nobody when it changes. */
const lookEveryMs = 20;

export function createWatch(): Watch {
  const watchers = new Set<() => void>();
  return {
    changed() {
      for (const look of watchers) look();
    },
    until<T>(what: string, check: () => T | undefined | false, timeoutMs: number, state = () => '') {
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      const look = () => {
        try {
          const found = check();
          if (found !== undefined && found !== false) resolve(found);
        } catch (error) {
          reject(error);
        }
      };
      const timer = setTimeout(() => {
        reject(new Error(`It did not come within ${timeoutMs} ms: ${what}. ${state()}`));
      }, timeoutMs);
      const again = setInterval(look, lookEveryMs);
      watchers.add(look);
      look();
      return promise.finally(() => {
        clearTimeout(timer);
        clearInterval(again);
        watchers.delete(look);
      });
    },
  };
}
