import type { Clock } from '@parley/engine/ports/clock.ts';

/** A way through a network that takes its time and keeps the order, as TCP does. */
export interface DelayLine {
  run(action: () => void): void;
  /** What is under way never arrives. */
  drop(): void;
}

/** Each way, in ms; 0 and 0: at once. */
export interface NetworkDelay {
  readonly delayMs: number;
  /** Up to so much more, differently each time. */
  readonly jitterMs: number;
}

export const noDelay: NetworkDelay = { delayMs: 0, jitterMs: 0 };

export function createDelayLine(clock: Clock, { delayMs, jitterMs }: NetworkDelay): DelayLine {
  const underWay: { readonly dueMs: number; readonly action: () => void }[] = [];
  let lastDueMs = 0;
  let seed = 0x2545_f491;
  let cancel: (() => void) | undefined;

  const random = (): number => {
    // xorshift32: the same jitter in each run.
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return (seed >>> 0) / 0x1_0000_0000;
  };
  const arrive = () => {
    cancel = undefined;
    while (underWay[0] !== undefined && underWay[0].dueMs <= clock.nowMs()) underWay.shift()?.action();
    const next = underWay[0];
    if (next !== undefined) cancel ??= clock.wakeAt(next.dueMs, arrive);
  };
  return {
    run(action) {
      if (delayMs === 0 && jitterMs === 0) return action();
      const dueMs = Math.max(lastDueMs, clock.nowMs() + delayMs + random() * jitterMs);
      lastDueMs = dueMs;
      underWay.push({ dueMs, action });
      cancel ??= clock.wakeAt(dueMs, arrive);
    },
    drop() {
      underWay.length = 0;
      cancel?.();
      cancel = undefined;
    },
  };
}
