import type { SpeechUsage } from '@parley/speech/router/usage.ts';
import { createUsageMeter, type UsageLine } from './usage-meter.ts';

/** What a request takes outside of any conversation. */
export interface RequestUsage {
  readonly onUsage: (usage: SpeechUsage) => void;
  /** It is over. What engines were stopped in is told a moment later, and counts too. Idempotent. */
  end(): void;
}

/** @param write told what was taken once the request is over, and what came after that; nothing twice */
export function countRequest(write: (lines: readonly UsageLine[]) => void): RequestUsage {
  // Prices are known to those who tell.
  let meter = createUsageMeter(undefined);
  let isOver = false;
  let isFlushing = false;
  const flush = () => {
    if (isFlushing) return;
    isFlushing = true;
    setImmediate(() => {
      isFlushing = false;
      const lines = meter.lines();
      meter = createUsageMeter(undefined);
      if (lines.length > 0) write(lines);
    });
  };
  return {
    onUsage(usage) {
      meter.speech(usage);
      if (isOver) flush();
    },
    end() {
      isOver = true;
      flush();
    },
  };
}
