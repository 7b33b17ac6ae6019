/** Everything that was opened, to be freed in the reverse order: what came later may use what came before. */
export interface Owned {
  push(close: () => unknown): void;
  /** Frees each once, whatever the others do. Idempotent. */
  free(): Promise<void>;
}

/** @param onError told of what could not be freed; the rest is freed all the same */
export function createOwned(onError: (error: unknown) => void): Owned {
  const closes: (() => unknown)[] = [];
  return {
    push: (close) => void closes.push(close),
    async free() {
      for (const close of closes.splice(0).toReversed()) {
        try {
          await close();
        } catch (error) {
          onError(error);
        }
      }
    },
  };
}
