import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AsyncCodeSandbox, createAsyncCodeSandbox } from './async-code-sandbox.ts';

let sandbox: AsyncCodeSandbox;
beforeAll(async () => {
  sandbox = await createAsyncCodeSandbox();
});
afterAll(() => sandbox.close());

const forEver = ['for (;;);', 'return "a".repeat(1e6).indexOf("a".repeat(5e4) + "b")'];

describe('code steps beside the calls', () => {
  it.each(forEver)('let everything else go on while they run: %s', async (source) => {
    let frames = 0;
    const timer = setInterval(() => {
      frames += 1;
    }, 20);
    const result = await sandbox.run(source, {}, { deadlineMs: 200 });
    clearInterval(timer);
    expect(result).toMatchObject({ kind: 'failed', code: 'deadline' });
    // Ten were due; none would have come if the process had waited in place.
    expect(frames).toBeGreaterThanOrEqual(3);
  });

  it('are run one after another, each with its own answer, whatever became of the one before', async () => {
    const sources = ['return input.n', forEver[1] ?? '', 'return input.n', 'throw 1', 'return input.n'];
    const results = await Promise.all(sources.map((source, n) => sandbox.run(source, { n }, { deadlineMs: 50 })));
    expect(results).toMatchObject([
      { kind: 'done', value: 0 },
      { kind: 'failed', code: 'deadline' },
      { kind: 'done', value: 2 },
      { kind: 'failed', code: 'threw' },
      { kind: 'done', value: 4 },
    ]);
  });

  it('are not kept without end', async () => {
    const results = await Promise.all(
      Array.from({ length: 60 }, () => sandbox.run('return 1', {}, { deadlineMs: 100 })),
    );
    expect(results.filter(({ kind }) => kind === 'done')).toHaveLength(50);
    expect(results.at(-1)).toMatchObject({ kind: 'failed', code: 'unavailable' });
  });

  it('end with the sandbox', async () => {
    const other = await createAsyncCodeSandbox();
    const running = other.run('for (;;);', {}, { deadlineMs: 5000 });
    await other.close();
    expect(await running).toMatchObject({ kind: 'failed', code: 'unavailable' });
    expect(await other.run('return 1', {}, { deadlineMs: 100 })).toMatchObject({ code: 'unavailable' });
  });
});
