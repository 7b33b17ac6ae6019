import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { describe, expect, it } from 'vitest';
import { createLimiter, type Limiter, limiterDefaults, type Urgency } from './limiter.ts';

const options = { ...limiterDefaults, max: 2, maxWaiting: 2 };

function ask(limiter: Limiter, urgency: Urgency, log: string[], name: string) {
  const asked = { release: () => {}, giveUp: () => {} };
  asked.giveUp = limiter.wait(
    urgency,
    (release) => {
      asked.release = release;
      log.push(`${name} given`);
    },
    () => log.push(`${name} refused`),
  );
  return asked;
}

describe('an account’s places', () => {
  it('are given at once, then as they become free, calls before warm-up, and to no more than may wait', async () => {
    const clock = createVirtualClock().share();
    const limiter = createLimiter(clock, options);
    const log: string[] = [];
    const first = ask(limiter, 'call', log, 'first');
    const second = ask(limiter, 'call', log, 'second');
    const warm = ask(limiter, 'warmUp', log, 'warm');
    ask(limiter, 'call', log, 'third');
    const fourth = ask(limiter, 'call', log, 'fourth');
    ask(limiter, 'call', log, 'fifth');
    expect(log).toEqual(['first given', 'second given', 'fifth refused']);
    fourth.giveUp();
    first.release();
    first.release();
    expect(log.at(-1)).toBe('third given');
    expect(limiter).toMatchObject({ active: 2, waiting: 1 });
    second.release();
    // Half of the places at the most are for warm-up.
    expect(log.at(-1)).toBe('third given');
    warm.giveUp();
    expect(limiter).toMatchObject({ active: 1, waiting: 0 });
    expect(clock.pending).toBe(0);
  });

  it('are waited for no longer than a sentence takes elsewhere', async () => {
    const time = createVirtualClock();
    const clock = time.share();
    const limiter = createLimiter(clock, options);
    const log: string[] = [];
    expect(limiter.take()).toBeDefined();
    expect(limiter.take()).toBeDefined();
    expect(limiter.take()).toBeUndefined();
    ask(limiter, 'call', log, 'late');
    await time.advance(options.waitMs);
    expect(log).toEqual(['late refused']);
    expect(clock.pending).toBe(0);
  });

  it('may become more', () => {
    const limiter = createLimiter(createVirtualClock(), options);
    const log: string[] = [];
    ask(limiter, 'call', log, 'first');
    ask(limiter, 'call', log, 'second');
    ask(limiter, 'call', log, 'third');
    ask(limiter, 'call', log, 'fourth');
    limiter.resize(4);
    expect(log.slice(-2)).toEqual(['third given', 'fourth given']);
    expect(limiter).toMatchObject({ active: 4, waiting: 0 });
  });
});
