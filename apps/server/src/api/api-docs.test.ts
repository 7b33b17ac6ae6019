import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess, typedOnly } from '../testing/server-process.ts';

const password = 'violet teapot on mars';
const hasPrograms = ['bash', 'curl', 'jq', 'openssl'].every((name) => spawnSync(name, ['--help']).status === 0);

describe.skipIf(!hasPrograms)('the example of docs/api.md', () => {
  let server: ServerProcess;

  beforeAll(async () => {
    server = await startServerProcess({ env: { ...typedOnly, PARLEY_ADMIN_PASSWORD: password } });
  });

  afterAll(async () => {
    await server?.stop();
  });

  it('works as it stands, from signing in to the file of an export', async () => {
    const page = await readFile(new URL('../../../../docs/api.md', import.meta.url), 'utf8');
    const sample = /<!-- sample: sh -->\n```sh\n(.*?)```/s.exec(page)?.[1];
    const { stdout } = await promisify(execFile)('bash', ['-eu', '-o', 'pipefail', '-c', sample ?? 'exit 1'], {
      env: { PATH: process.env.PATH, PARLEY: server.url, PASSWORD: password },
      timeout: 60_000,
    });
    expect(stdout).toContain('"intent": "book"');
    expect(stdout).toContain('"turn_count": 2');
    expect(stdout).toContain('"highlights"');
    // The last command's: what a person reads of their own conversation.
    expect(stdout).toMatch(/caller: I would like to book a haircut for Friday at three\n.*receptionist: /);
  });
});
