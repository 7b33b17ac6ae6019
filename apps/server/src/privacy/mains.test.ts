import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test.each([
  ['keys-main.ts', ['status']],
  ['privacy-main.ts', ['export', '--person', 'mary@example.com']],
])(
  '%s works on what .env says, as the server beside it does',
  async (main, args) => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-mains-'));
    try {
      // Nobody listens there: whoever reads the file says so, whoever does not would make an empty database in ./data.
      await writeFile(join(folder, '.env'), 'DATABASE_URL=postgresql://nobody@127.0.0.1:1/none\nDATA_DIR=./kept\n');
      const { DATABASE_URL: _own, DATA_DIR: _folder, ...env } = process.env;
      const { code, stderr } = await run(join(import.meta.dirname, main), args, folder, env);
      expect(stderr).toMatch(/^The database cannot be reached \(.*127\.0\.0\.1:1.*\n$/);
      expect(code).toBe(1);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  30_000,
);

function run(file: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv) {
  return new Promise<{ readonly code: number | string | null | undefined; readonly stderr: string }>((resolve) => {
    execFile(process.execPath, [file, ...args], { cwd, env, timeout: 25_000 }, (error, _stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stderr }),
    );
  });
}
