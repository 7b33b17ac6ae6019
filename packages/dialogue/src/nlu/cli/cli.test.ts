import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pathOfSet } from '../testing-sets.ts';

const folder = mkdtempSync(join(tmpdir(), 'nlu-'));
afterAll(() => rmSync(folder, { recursive: true }));
const main = new URL('./main.ts', import.meta.url).pathname;

const share = z.number().min(0).max(1);
const figures = z.object({
  accuracyInScope: share,
  accuracyRaw: share,
  outOfScopeRecall: share,
  auroc: share,
  expectedCalibrationError: share,
  threshold: share,
  trainSeconds: z.number().positive(),
  p50Us: z.number().positive(),
  p99Us: z.number().positive(),
  modelBytes: z.number().positive(),
});

describe('npm run nlu', () => {
  it('evaluate --json tells every figure', async () => {
    const { code, out } = await nlu(
      'evaluate',
      '--train',
      pathOfSet('vi', 'train'),
      '--test',
      pathOfSet('vi', 'test'),
      '--json',
    );
    expect(code).toBe(0);
    expect(figures.parse(JSON.parse(out)).accuracyRaw).toBeGreaterThan(0.6);
  });

  it('what a test cannot tell is null', async () => {
    const test = file('in-scope.json', [{ text: 'tôi bị mất thẻ', intent: 'mat_the' }]);
    const { out } = await nlu('evaluate', '--train', pathOfSet('vi', 'train'), '--test', test, '--json');
    expect(JSON.parse(out)).toMatchObject({ outOfScopeRecall: null, auroc: null, accuracyRaw: 1 });
  });

  it('evaluate tells the same in sentences', async () => {
    const { out } = await nlu('evaluate', '--train', pathOfSet('vi', 'train'), '--test', pathOfSet('vi', 'test'));
    expect(out).toMatch(/144 examples of 16 intents/);
    expect(out).toMatch(/µs at the 99th percentile/);
  });

  it('train keeps a model that try asks', async () => {
    const model = join(folder, 'model');
    expect(await nlu('train', '--train', pathOfSet('vi', 'train'), '--out', model)).toMatchObject({ code: 0 });
    const { out } = await nlu('try', '--model', model, '--json', 'khoa the giup toi');
    expect(JSON.parse(out)).toMatchObject({ intent: 'mat_the' });
  });

  it.each([
    ['arguments_invalid', ['dance']],
    ['arguments_invalid', ['evaluate', '--train', 'x']],
    ['arguments_invalid', ['evaluate', '--loud']],
    ['file_unreadable', ['evaluate', '--train', 'nowhere.json', '--test', 'nowhere.json']],
    ['file_invalid', ['train', '--train', main, '--out', 'x']],
    ['file_invalid', ['train', '--train', pathOfSet('vi', 'test'), '--out', 'x']],
    ['model_invalid', ['try', '--model', main, 'hello']],
  ])('%s: %j', async (code, args) => {
    const result = await nlu(...args);
    expect(result.code).toBe(2);
    expect(result.error).toContain(`(${code})`);
  });

  it('--help says how', async () => {
    expect((await nlu('--help')).out).toContain('npm run nlu -- evaluate');
  });
});

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

function nlu(...args: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...args], { timeout: 20_000 }, (_, out, error) =>
      resolve({ code: child.exitCode ?? -1, out, error }),
    );
  });
}
