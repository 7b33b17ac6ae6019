import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startServerProcess, typedOnly } from './testing/server-process.ts';

it('tells a journal the key once, and a balancer that it ends while its port still answers', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-process-test-'));
  let output = '';
  const start = (env: Readonly<Record<string, string>>) => {
    output = '';
    const onOutput = (text: string) => (output += text);
    return startServerProcess({ dataDir, env: { ...typedOnly, ...env }, isFirstStart: true, onOutput });
  };
  try {
    const first = await start({ PRINT_OPERATOR_KEY: '', DRAIN_SECONDS: '300' });
    const key = (await readFile(join(dataDir, 'secrets', 'operator-key'), 'utf8')).trim();
    expect(first.operatorKey).toBe(key);
    const open = (body: object) =>
      fetch(`${first.url}/v1/conversations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    expect((await open({ channel_type: 'chat' })).status).toBe(201);

    process.kill(first.pid, 'SIGTERM');
    await expect.poll(() => output).toContain('answering for 300 s more');
    const ready = await fetch(`${first.url}/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ status: 'draining' });
    const refused = await open({ channel_type: 'chat' });
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ code: 'shutting_down' });
    // The second signal does not wait.
    expect(await first.stop()).toBe(0);

    const second = await start({ PRINT_OPERATOR_KEY: '' });
    expect(second.operatorKey).toBe('');
    expect(output).toContain(`The operator's key is in ${join(dataDir, 'secrets', 'operator-key')}.`);
    expect(output).not.toContain(key);
    expect(await second.stop()).toBe(0);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}, 180_000);
