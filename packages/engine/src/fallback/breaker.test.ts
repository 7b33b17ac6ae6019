import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../simulation/virtual-clock.ts';
import { type Breaker, createBreaker } from './breaker.ts';
import { createRotation } from './rotation.ts';

const options = { failuresToOpen: 2, openMs: 1000, maxOpenMs: 3000 };

function fail(breaker: Breaker): void {
  breaker.enter()?.failed();
}

describe('a part that fails again and again', () => {
  it('is left alone, then tried by one use at a time, and is back after one that succeeds', async () => {
    const clock = createVirtualClock();
    const breaker = createBreaker(clock, options);
    fail(breaker);
    expect(breaker.state).toBe('closed');
    fail(breaker);
    expect(breaker.state).toBe('open');
    expect(breaker.enter()).toBeUndefined();
    await clock.advance(1000);
    expect(breaker.state).toBe('halfOpen');
    const trial = breaker.enter();
    expect(trial).toBeDefined();
    expect(breaker.enter()).toBeUndefined();
    trial?.succeeded();
    expect(breaker.state).toBe('closed');
  });

  it('is left alone for longer after each trial that fails, up to a bound, and for the first time again once it was back', async () => {
    const clock = createVirtualClock();
    const breaker = createBreaker(clock, options);
    fail(breaker);
    fail(breaker);
    const waits: number[] = [];
    for (let n = 0; n < 4; n += 1) {
      waits.push(breaker.retryAtMs - clock.nowMs());
      await clock.advanceTo(breaker.retryAtMs);
      fail(breaker);
    }
    expect(waits).toEqual([1000, 2000, 3000, 3000]);
    await clock.advanceTo(breaker.retryAtMs);
    breaker.enter()?.succeeded();
    fail(breaker);
    fail(breaker);
    expect(breaker.retryAtMs - clock.nowMs()).toBe(1000);
  });

  it('is not judged by failures that successes lie between, nor by uses that were given up', () => {
    const breaker = createBreaker(createVirtualClock(), options);
    for (let n = 0; n < 10; n += 1) {
      fail(breaker);
      breaker.enter()?.succeeded();
      breaker.enter()?.released();
    }
    expect(breaker.state).toBe('closed');
  });

  it('is left alone at the first time-out where callers are to be spared', () => {
    const clock = createVirtualClock();
    const breaker = createBreaker(clock, { ...options, hangsToOpen: 1 });
    breaker.enter()?.failed('hung');
    expect(breaker.state).toBe('open');
    const patient = createBreaker(clock, options);
    patient.enter()?.failed('hung');
    expect(patient.state).toBe('closed');
  });

  it('is left alone for as long as it asks, whatever the uses under way come to, and for the longest of what it asked', async () => {
    const clock = createVirtualClock();
    const breaker = createBreaker(clock, options);
    const underWay = breaker.enter();
    breaker.leaveAlone(5000);
    breaker.leaveAlone(2000);
    underWay?.failed();
    expect(breaker.state).toBe('open');
    expect(breaker.retryAtMs).toBe(5000);
    await clock.advance(5000);
    const trial = breaker.enter();
    trial?.succeeded();
    expect(breaker.state).toBe('closed');
  });

  it('may be tried by the next when a trial was given up', async () => {
    const clock = createVirtualClock();
    const breaker = createBreaker(clock, options);
    fail(breaker);
    fail(breaker);
    await clock.advance(1000);
    breaker.enter()?.released();
    expect(breaker.enter()).toBeDefined();
  });

  it('is not opened anew by what was begun before it came back', async () => {
    const clock = createVirtualClock();
    const breaker = createBreaker(clock, options);
    const old = [breaker.enter(), breaker.enter(), breaker.enter()];
    fail(breaker);
    fail(breaker);
    await clock.advance(1000);
    breaker.enter()?.succeeded();
    for (const ticket of old) ticket?.failed();
    expect(breaker.state).toBe('closed');
  });
});

describe('the order of parts', () => {
  it('is kept; what is to be left alone is skipped; and when nothing else is left, what is due back soonest is used', async () => {
    const clock = createVirtualClock();
    const rotation = createRotation(['first', 'second'], clock, { ...options, failuresToOpen: 1 });
    const choose = () => rotation.choose(() => true);
    expect(choose()?.part).toBe('first');
    choose()?.ticket.failed();
    expect(choose()?.part).toBe('second');
    await clock.advance(10);
    choose()?.ticket.failed();
    const last = choose();
    expect(last?.part).toBe('first');
    last?.ticket.succeeded();
    expect(rotation.breakers[0]?.state).toBe('closed');
    expect(rotation.choose((part) => part === 'third')).toBeUndefined();
  });
});
