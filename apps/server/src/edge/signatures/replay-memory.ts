import { signatureError, signatureToleranceMs } from './signatures.ts';

/** Remembers what was signed and came already, for as long as its signature would be taken. */
export interface ReplayMemory {
  /**
   * Call it after the signature was found right: what strangers send must not fill it.
   * @throws WireError `signature_invalid` for one that came before
   */
  once(id: string, nowMs: number): void;
  readonly size: number;
}

export interface ReplayMemoryOptions {
  /** Twice the tolerance: a request signed by a clock that is ahead is good for that long. */
  readonly keptForMs: number;
  /** Beyond it the oldest is forgotten: only who knows the secret gets so many in. */
  readonly maxIds: number;
}

export const replayMemoryDefaults: ReplayMemoryOptions = {
  keptForMs: 2 * signatureToleranceMs,
  // Some 30 a second for the whole time; about 100 bytes each.
  maxIds: 20_000,
};

/** `id`: what the sender names the delivery by, or the signature itself. */
export function createReplayMemory(options: ReplayMemoryOptions = replayMemoryDefaults): ReplayMemory {
  const seen = new Map<string, number>();
  return {
    once: (id, nowMs) => {
      for (const [old, atMs] of seen) {
        if (nowMs - atMs < options.keptForMs && seen.size < options.maxIds) break;
        seen.delete(old);
      }
      if (seen.has(id)) throw signatureError('replayed');
      seen.set(id, nowMs);
    },
    get size() {
      return seen.size;
    },
  };
}
