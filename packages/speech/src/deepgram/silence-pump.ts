import type { Clock } from '@parley/engine/ports/clock.ts';

/** Feeds silence as fast as it would be heard, while nobody speaks and an answer is waited for. */
export interface SilencePump {
  start(): void;
  stop(): void;
}

/** The vendor wants its sound in pieces of 80 ms. */
const pieceMs = 80;
/** A process that was held up does not send more than this at once. */
const maxPieceMs = 400;

/** @param send so many milliseconds of silence */
export function createSilencePump(clock: Clock, send: (durationMs: number) => void): SilencePump {
  let cancel: (() => void) | undefined;
  let sentToMs = 0;
  const next = () => {
    cancel = clock.wakeAt(sentToMs + pieceMs, () => {
      const owedMs = Math.min(maxPieceMs, Math.floor((clock.nowMs() - sentToMs) / pieceMs) * pieceMs);
      sentToMs = Math.max(sentToMs + owedMs, clock.nowMs() - pieceMs);
      if (owedMs > 0) send(owedMs);
      next();
    });
  };
  return {
    start() {
      if (cancel !== undefined) return;
      sentToMs = clock.nowMs();
      next();
    },
    stop() {
      cancel?.();
      cancel = undefined;
    },
  };
}
