import { describe, expect, it } from 'vitest';
import { beginTimeLimit } from './time-limit.ts';

const never = new AbortController().signal;

describe('a limit of time', () => {
  it('aborts when the time is over', async () => {
    const limit = beginTimeLimit(never, 1);
    const reason = await new Promise<unknown>((resolve) => {
      // Nothing else keeps the process until then.
      const waiting = setTimeout(() => resolve('nothing came'), 5000);
      limit.signal.addEventListener('abort', () => {
        clearTimeout(waiting);
        resolve(limit.signal.reason);
      });
    });
    expect(reason).toMatchObject({ name: 'TimeoutError' });
    expect(limit.isOver).toBe(true);
  });

  it('aborts with whoever asked, for their reason', () => {
    const outer = new AbortController();
    const limit = beginTimeLimit(outer.signal, 60_000);
    outer.abort(new Error('given up'));
    expect(limit.signal.reason).toMatchObject({ message: 'given up' });
    expect(limit.isOver).toBe(false);
    limit.end();
  });

  it('is aborted from the start when whoever asked has given up before', () => {
    const limit = beginTimeLimit(AbortSignal.abort(new Error('given up')), 60_000);
    expect(limit.signal.aborted).toBe(true);
    limit.end();
  });

  it('says nothing any more once it has ended', () => {
    const outer = new AbortController();
    const limit = beginTimeLimit(outer.signal, 60_000);
    limit.end();
    outer.abort();
    expect(limit.signal.aborted).toBe(false);
  });
});
