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
      const { refuses, refusesCall } = overload ?? { refuses: () => false, refusesCall: () => false };
      return [
        ...[200, 3].filter((underWay) => refusesCall(underWay)).map((underWay) => `a call beside ${underWay}`),
        ...(['open', 'sign_in', 'heavy', 'other', 'conversation'] as const).filter((kind) => refuses(kind)),
      ];
    };
    expect(refused()).toEqual([]);
    delayMs = 11;
    expect(refused(), 'for a moment').toEqual([]);
    expect(refused()).toEqual(['a call beside 200']);
    delayMs = 41;
    expect(refused()).toEqual(['a call beside 200', 'a call beside 3']);
    delayMs = 101;
    expect(refused()).toEqual(['a call beside 200', 'a call beside 3', 'open']);
    delayMs = 401;
    expect(refused()).toEqual(['a call beside 200', 'a call beside 3', 'open', 'sign_in', 'heavy', 'other']);
    delayMs = 0;
    expect(refused(), 'for a moment').toEqual(['a call beside 200']);
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
    expect(overload.refusesCall(0)).toBe(false);
    expect(overload.begin()).toBeDefined();
    expect(overload.begin()).toBeUndefined();
    expect(overload.refusesCall(0)).toBe(true);
  });
});
