import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createOverload, type Overload } from './overload.ts';

let overload: Overload | undefined;

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => {
  overload?.close();
  vi.useRealTimers();
});

describe('a process that is late', () => {
  it('takes no more telephone calls, then no new conversations, then nothing new at all, but goes on with those under way', () => {
    let delayMs = 0;
    overload = createOverload({ maxEventLoopDelayMs: 100, maxRequestsInFlight: 1 }, () => delayMs);
    const refused = (): string[] => {
      vi.advanceTimersByTime(1000);
      const { refuses } = overload ?? { refuses: () => false };
      return (['call', 'open', 'sign_in', 'heavy', 'other', 'conversation'] as const).filter((kind) => refuses(kind));
    };
    expect(refused()).toEqual([]);
    delayMs = 41;
    expect(refused()).toEqual(['call']);
    delayMs = 101;
    expect(refused()).toEqual(['call', 'open']);
    delayMs = 401;
    expect(refused()).toEqual(['call', 'open', 'sign_in', 'heavy', 'other']);
    delayMs = 0;
    expect(refused()).toEqual([]);
  });

  it('is found so by the clock of the event loop itself', () => {
    vi.useRealTimers();
    overload = createOverload({ maxEventLoopDelayMs: 60, maxRequestsInFlight: 1 });
    const { promise, resolve } = Promise.withResolvers<void>();
    // Busy for most of the time, as with too many calls.
    const busy = setInterval(() => {
      const untilMs = performance.now() + 200;
      while (performance.now() < untilMs);
      if (overload?.refuses('open') === true) resolve();
    }, 1);
    return promise.finally(() => clearInterval(busy));
  }, 10_000);

  it('counts a request once however often it ends', () => {
    overload = createOverload({ maxEventLoopDelayMs: 100, maxRequestsInFlight: 2 }, () => 0);
    const first = overload.begin();
    overload.begin();
    expect(overload.begin()).toBeUndefined();
    first?.();
    first?.();
    expect(overload.requestsInFlight).toBe(1);
    expect(overload.refuses('call')).toBe(false);
    expect(overload.begin()).toBeDefined();
    expect(overload.begin()).toBeUndefined();
    expect(overload.refuses('call')).toBe(true);
  });
});
