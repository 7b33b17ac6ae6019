import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { pathOfSet } from '@parley/dialogue/nlu/testing-sets.ts';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const folder = mkdtempSync(join(tmpdir(), 'nlu-'));
afterAll(() => rmSync(folder, { recursive: true }));
const main = new URL('./nlu.ts', import.meta.url).pathname;

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

const vietnamese = ['--train', pathOfSet('vi', 'train'), '--test', pathOfSet('vi', 'test')];
const embeddingRequest = z.object({ model: z.string(), input: z.array(z.string()) });
const addressSchema = z.object({ port: z.number() });

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

  it('evaluate --embeddings asks a server what sentences mean', async () => {
    const asked: unknown[] = [];
    const server = createServer(async (request, response) => {
      const { input, model } = embeddingRequest.parse(await json(request));
      asked.push(model, request.headers.authorization);
      // One direction for each first letter.
      const data = input.map((text, index) => ({
        index,
        embedding: Array.from({ length: 26 }, (_, at) => (text.charCodeAt(0) - 97 === at ? 1 : 0.01)),
      }));
      response.end(JSON.stringify({ data }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = addressSchema.parse(server.address());
    try {
      const train = ['dog', 'donkey', 'duck', 'cat', 'cow', 'calf', 'ant', 'ape', 'ass'];
      const intents: Readonly<Record<string, string>> = { d: 'with_d', c: 'with_c', a: 'with_a' };
      const { code, out, error } = await nlu(
        'evaluate',
        ...[
          '--train',
          file(
            'letters.json',
            train.map((text) => ({ text, intent: intents[text[0] ?? ''] })),
          ),
        ],
        ...[
          '--test',
          file('letters-test.json', [
            { text: 'dingo', intent: 'with_d' },
            { text: 'zebra', intent: null },
          ]),
        ],
        ...['--embeddings', `http://127.0.0.1:${port}/v1`, '--json'],
      );
      expect({ code, error }).toEqual({ code: 0, error: '' });
      const report = JSON.parse(out);
      expect(report).toMatchObject({ accuracyRaw: 1, auroc: 1, modelBytes: null, threshold: null, intents: 3 });
      expect(report.p50Us).toBeGreaterThan(0);
      expect(asked.slice(0, 2)).toEqual(['letters', 'Bearer key']);
    } finally {
      server.closeAllConnections();
      server.close();
    }
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
    ['arguments_invalid', ['evaluate', ...vietnamese, '--embeddings', 'minilm']],
    ['embedder_unusable', ['evaluate', ...vietnamese, '--embeddings', 'local:/nowhere']],
    ['service_failed', ['evaluate', ...vietnamese, '--embeddings', 'http://127.0.0.1:9/v1']],
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

const embeddingsEnv = { NLU_EMBEDDINGS_MODEL: 'letters', NLU_EMBEDDINGS_KEY: 'key' };

function nlu(...args: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [main, ...args],
      { timeout: 20_000, env: { ...process.env, ...embeddingsEnv } },
      (_, out, error) => resolve({ code: child.exitCode ?? -1, out, error }),
    );
  });
}
