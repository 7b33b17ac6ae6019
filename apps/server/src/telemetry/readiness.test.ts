import { describe, expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';
import { createReadiness, type Dependency, diskSpace } from './readiness.ts';

const ok: Dependency['check'] = () => ({ state: 'ok' });

describe('readiness', () => {
  it('names what is degraded, and serves on', async () => {
    const metrics = createMetrics();
    const ask = createReadiness(
      () => [
        { name: 'database', isVital: true, check: ok },
        { name: 'redis', isVital: false, check: () => ({ state: 'degraded', detail: 'It is away.' }) },
      ],
      metrics,
    );
    expect(await ask()).toEqual({
      ready: true,
      parts: { database: 'ok', redis: 'degraded' },
      details: { redis: 'It is away.' },
    });
    expect(await metrics.scrape()).toContain('parley_dependency_state{dependency="redis"} 1');
  });

  it('ends when something vital is down, and not when something else is', async () => {
    const down = (isVital: boolean) =>
      createReadiness(() => [{ name: 'part', isVital, check: () => ({ state: 'down' }) }], createMetrics())();
    expect((await down(true)).ready).toBe(false);
    expect((await down(false)).ready).toBe(true);
  });

  it('waits for no part that does not answer, and tells no secrets of one that throws', async () => {
    const ask = createReadiness(
      () => [
        { name: 'silent', isVital: false, check: () => new Promise(() => {}) },
        {
          name: 'broken',
          isVital: false,
          check: () => Promise.reject(Object.assign(new Error('password=hunter2'), { code: 'ECONNREFUSED' })),
        },
      ],
      createMetrics(),
    );
    expect(await ask()).toEqual({
      ready: true,
      parts: { silent: 'down', broken: 'down' },
      details: { silent: 'No answer within 2000 ms.', broken: 'ECONNREFUSED' },
    });
  });

  it('asks parts no more than once a second, however many ask', async () => {
    let asked = 0;
    let nowMs = 0;
    const check: Dependency['check'] = () => {
      asked += 1;
      return { state: 'ok' };
    };
    const ask = createReadiness(
      () => [{ name: 'part', isVital: true, check }],
      createMetrics(),
      () => nowMs,
    );
    await Promise.all([ask(), ask(), ask()]);
    nowMs = 999;
    await ask();
    expect(asked).toBe(1);
    nowMs = 1000;
    await ask();
    expect(asked).toBe(2);
  });

  it('looks at the disk', async () => {
    const stateWith = async (enoughFreeBytes: number, leastFreeBytes: number) =>
      (await diskSpace('/', { enoughFreeBytes, leastFreeBytes }).check(AbortSignal.timeout(1000))).state;
    expect(await stateWith(0, 0)).toBe('ok');
    expect(await stateWith(Number.POSITIVE_INFINITY, 0)).toBe('degraded');
    expect(await stateWith(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)).toBe('down');
    await expect(diskSpace('/no/such/folder').check(AbortSignal.timeout(1000))).rejects.toThrow('ENOENT');
  });
});
