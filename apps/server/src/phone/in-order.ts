/** Does what belongs to one key one after another, each whatever became of the one before. What is under way is kept, and nothing else. */
export interface InOrder {
  /** Resolves when it is done, or failed: `onError` is told. Never rejects. */
  run(key: string, what: string, work: () => Promise<void>): Promise<void>;
}

export function createInOrder(onError: (error: unknown, context: string) => void): InOrder {
  const last = new Map<string, Promise<void>>();
  return {
    run(key, what, work) {
      const before = last.get(key) ?? Promise.resolve();
      const done = before.then(work).catch((error: unknown) => onError(error, what));
      last.set(key, done);
      void done.then(() => {
        if (last.get(key) === done) last.delete(key);
      });
      return done;
    },
  };
}
