import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withLock } from './lock.mjs';

test('two set-ups at once run one after the other', async () => {
  await inFolder(async (path) => {
    const order: string[] = [];
    const finishFirst = Promise.withResolvers<void>();
    const first = withLock(path, async () => {
      order.push('first begins');
      await finishFirst.promise;
      order.push('first ends');
    });
    const second = withLock(path, async () => order.push('second'), { onWait: () => finishFirst.resolve() });
    await Promise.all([first, second]);
    expect(order).toEqual(['first begins', 'first ends', 'second']);
    expect(existsSync(path)).toBe(false);
  });
});

test('the lock of a set-up that was killed is taken over at once', async () => {
  await inFolder(async (path) => {
    // No process has this number: it is above the largest that systems give.
    writeFileSync(path, `99999999 ${hostname()} 0`);
    expect(await withLock(path, async () => 'done', { timeoutMs: 1000 })).toBe('done');
  });
});

test('a set-up that fails leaves no lock behind', async () => {
  await inFolder(async (path) => {
    const failing = withLock(path, async () => {
      throw new Error('no network');
    });
    await expect(failing).rejects.toThrow('no network');
    expect(existsSync(path)).toBe(false);
  });
});

async function inFolder(work: (lockPath: string) => Promise<void>) {
  const folder = mkdtempSync(join(tmpdir(), 'parley-lock-'));
  try {
    await work(join(folder, 'setup.lock'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
