import { type Digit, FRAME_MS, type Pcm } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { HangUpReason, Party } from './phone-leg.ts';

export interface BridgeOptions {
  readonly clock: Clock;
  /** A side may be ahead of the clock by so much sound; what is more is dropped, so that a burst or a fast clock adds no delay for good. */
  readonly maxAheadMs?: number;
  /** The longest that two people may talk: a line that both forgot must not stay open for ever. */
  readonly maxDurationMs?: number;
}

export interface Bridge {
  /** Resolves when both are gone. */
  readonly ended: Promise<void>;
  /** Ends both. Idempotent. */
  hangUp(reason: HangUpReason): void;
}

const defaults = {
  // As much as mobile networks hold back at a time; what is added to the way beyond it makes people talk into one another.
  maxAheadMs: 200,
  // As long as trunks commonly let a call be.
  maxDurationMs: 4 * 60 * 60 * 1000,
} as const;

/** Two people talk through us: sound and keys go both ways, and when one goes the other goes. */
export function bridgeLegs(a: Party, b: Party, options: BridgeOptions): Bridge {
  const { clock } = options;
  const { maxAheadMs, maxDurationMs } = { ...defaults, ...options };
  const scope = new AbortController();

  const hangUp = (reason: HangUpReason) => {
    if (scope.signal.aborted) return;
    scope.abort();
    cancelLimit();
    a.listen(undefined);
    b.listen(undefined);
    a.hangUp(reason);
    b.hangUp(reason);
  };
  const cancelLimit = clock.wakeAt(clock.nowMs() + maxDurationMs, () => hangUp('max_duration'));

  const join = (from: Party, to: Party) => {
    const pace = createPace(clock, maxAheadMs);
    const press = createKeys(to, scope.signal);
    from.listen({
      frame: (frame: Pcm) => {
        if (pace()) to.write(frame);
      },
      digit: press,
    });
    void from.ended.then(() => hangUp('completed'));
  };
  // What is left of the agent or of music is not to be heard any more.
  a.clear();
  b.clear();
  join(a, b);
  join(b, a);
  return { ended: Promise.all([a.ended, b.ended]).then(() => undefined), hangUp };
}

/** @returns tells of each frame whether it may go on; a side that paused starts anew */
function createPace(clock: Clock, maxAheadMs: number): () => boolean {
  /** When the sound that was let through will have been heard. */
  let soundsUntilMs = Number.NEGATIVE_INFINITY;
  return () => {
    const nowMs = clock.nowMs();
    const fromMs = Math.max(soundsUntilMs, nowMs);
    if (fromMs - nowMs >= maxAheadMs) return false;
    soundsUntilMs = fromMs + FRAME_MS;
    return true;
  };
}

/** Nobody presses more within the moment that one takes to be sent. */
const maxWaitingKeys = 32;

/** Keys go on one after another; a leg that cannot press keys is left in peace. */
function createKeys(leg: Party, signal: AbortSignal): (digit: Digit) => void {
  const waiting: Digit[] = [];
  let isSending = false;
  const send = async () => {
    isSending = true;
    try {
      while (waiting.length > 0 && !signal.aborted) await leg.sendDigits(waiting.splice(0), signal);
    } catch {
      waiting.length = 0;
    } finally {
      isSending = false;
    }
  };
  return (digit) => {
    if (signal.aborted || waiting.length >= maxWaitingKeys) return;
    waiting.push(digit);
    if (!isSending) void send();
  };
}
