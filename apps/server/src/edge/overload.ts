import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { RouteClass } from './route-classes.ts';

export interface OverloadOptions {
  /** Mean lateness over a second from which on nothing new is taken on. */
  readonly maxEventLoopDelayMs: number;
  /** Requests answered at once. */
  readonly maxRequestsInFlight: number;
}

/** Knows whether this process still has time for more. */
export interface Overload {
  /** Whether a request of this kind is to be turned away now. */
  refuses(kind: RouteClass): boolean;
  /** Whether another telephone call is, with so many under way. */
  refusesCall(underWay: number): boolean;
  readonly requestsInFlight: number;
  /** Mean of the last second. */
  readonly eventLoopDelayMs: number;
  /** A request begins; undefined when too many are under way. What it returns ends it; it may be called more than once. */
  begin(): (() => void) | undefined;
  close(): void;
}

const sampleMs = 20;
const windowMs = 1000;

/**
 * Telephone calls are refused from these shares of the limit on: 100 ms of 250, and 25 once there are many. Many are what makes a
 * process late, a frame of sound each 20 ms, and are what suffers: far ends hold back 60 to 100 ms of sound, and with a mean of 25 ms one
 * frame in some tens is later than that. With few it is something else, such as a start, which passes.
 */
const callShare = { few: 0.4, many: 0.1 } as const;
/** What one slow core carries without effort. */
const manyCalls = 50;
/**
 * Beside many calls the middle one of so many means counts. With 300 calls on a machine that does other things as well, most seconds
 * were at 5 to 20 ms and five of sixty at 25 to 65, two of them alone: such a second tells of the others, not of too many calls.
 */
const windowsLooked = 3;
/** Beyond this many times the limit even what is not new is turned away, but for turns of conversations under way. */
const severeFactor = 4;

/**
 * Turns new telephone calls away first, then new conversations, then all else, and what goes on with a conversation not for lateness at all: a caller in the
 * middle of a sentence is served late rather than not.
 *
 * The mean over a second, not the worst moment: one long pause (a collection of garbage) is no overload.
 */
export function createOverload(
  { maxEventLoopDelayMs, maxRequestsInFlight }: OverloadOptions,
  measure: () => number = createDelayMeter(),
): Overload {
  let inFlight = 0;
  let delayMs = 0;
  let lastDelaysMs: readonly number[] = Array.from({ length: windowsLooked }, () => 0);
  const timer = setInterval(() => {
    delayMs = measure();
    lastDelaysMs = [delayMs, ...lastDelaysMs].slice(0, windowsLooked);
  }, windowMs);
  timer.unref();
  return {
    refuses: (kind) => {
      if (kind === 'conversation') return false;
      return delayMs > maxEventLoopDelayMs * (kind === 'open' ? 1 : severeFactor);
    },
    refusesCall: (underWay) =>
      delayMs > maxEventLoopDelayMs * callShare.few ||
      (underWay >= manyCalls && middleOf(lastDelaysMs) > maxEventLoopDelayMs * callShare.many) ||
      inFlight >= maxRequestsInFlight,
    get requestsInFlight() {
      return inFlight;
    },
    get eventLoopDelayMs() {
      return delayMs;
    },
    begin: () => {
      if (inFlight >= maxRequestsInFlight) return undefined;
      inFlight += 1;
      let hasEnded = false;
      return () => {
        if (!hasEnded) inFlight -= 1;
        hasEnded = true;
      };
    },
    close: () => clearInterval(timer),
  };
}

function middleOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** The mean lateness since it was last asked. */
function createDelayMeter(): () => number {
  const histogram = monitorEventLoopDelay({ resolution: sampleMs });
  histogram.enable();
  return () => {
    const meanMs = histogram.count === 0 ? 0 : histogram.mean / 1e6;
    histogram.reset();
    // It measures the pause between samples.
    return Math.max(0, meanMs - sampleMs);
  };
}
