import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestDatabaseUrl, databaseKinds } from '../testing/databases.ts';
import { hasRedis, startRedisServer } from '../testing/redis-server.ts';
import { runChecks } from './check.ts';
import { verifyCommand } from './verify-command.ts';

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'parley-verify-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

async function verify(env: Record<string, string>, ...args: string[]) {
  const lines: string[] = [];
  // Any free port: other tests hold theirs.
  const settings = { DATA_DIR: dataDir, WEBRTC_PORT: '0', ...env };
  const code = await verifyCommand(
    args,
    { write: (text) => lines.push(text), env: settings },
    new AbortController().signal,
  );
  return { code, text: lines.join('\n') };
}

const reportSchema = z.object({ ok: z.boolean(), findings: z.array(z.looseObject({ outcome: z.string() })) });

describe('npm run verify', () => {
  it('on a laptop without a key: hears, speaks, and can write recordings', async () => {
    const { code, text } = await verify({});
    expect(text).toMatch(/✓ {2}recogniser +embedded +\d+ ms +“i would like to book a haircut”/);
    expect(text).toMatch(/✓ {2}voice +embedded +\d+ ms +\d\.\d s of sound/);
    expect(text).toMatch(/✓ {2}files .* written, read, deleted/);
    expect(text).toMatch(/All \d+ parts work\.$/);
    expect(code).toBe(0);
  });

  it('says of each part that does not answer what is wrong and what to do, also for programs', async () => {
    const away = {
      DATABASE_URL: 'postgres://nobody:secret@127.0.0.1:1/none',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:2',
    };
    const { code, text } = await verify(away, '--json');
    expect(code).toBe(1);
    const { ok, findings } = reportSchema.parse(JSON.parse(text));
    expect(ok).toBe(false);
    const failed = findings.filter(({ outcome }) => outcome === 'fails');
    expect(failed).toMatchObject([
      {
        part: 'DATABASE_URL',
        problem: expect.stringContaining('ECONNREFUSED'),
        advice: expect.stringContaining('Check'),
      },
      { part: 'OTEL_EXPORTER_OTLP_ENDPOINT', problem: expect.stringContaining('ECONNREFUSED') },
    ]);
    expect(text).not.toContain('secret');
  });

  it('a setting that is wrong is named, and nothing is asked', async () => {
    const { code, text } = await verify({ PORT: 'many' });
    expect(code).toBe(1);
    expect(text).toMatch(/^PORT must be/);
    expect((await verify({}, '--jsno')).code).toBe(2);
  });

  it.skipIf(!databaseKinds.includes('postgres'))('names the version of a PostgreSQL of one’s own', async () => {
    const database = await createTestDatabaseUrl();
    try {
      const { text } = await verify({ DATABASE_URL: database.url });
      expect(text).toMatch(/✓ {2}database +DATABASE_URL +\d+ ms +1[5-9]\./);
    } finally {
      await database.remove();
    }
  });

  it.skipIf(!hasRedis)('names the version of Redis', async () => {
    const redis = await startRedisServer();
    try {
      const { text } = await verify({ REDIS_URL: redis.url });
      expect(text).toMatch(/✓ {2}cache +REDIS_URL +\d+ ms +[67]\./);
    } finally {
      await redis.stop();
    }
  });
});

it('a part that never answers costs its time-out, and the others are told all the same', async () => {
  const findings = await runChecks(
    [
      { kind: 'voice', part: 'mute', run: () => new Promise(() => {}) },
      { kind: 'voice', part: 'quick', run: async () => ({ version: '1' }) },
    ],
    new AbortController().signal,
    { timeoutMs: 20, atOnce: 1 },
  );
  expect(findings).toMatchObject([
    { part: 'mute', outcome: 'fails', problem: 'No answer within 0.02 s.' },
    { part: 'quick', outcome: 'works', version: '1' },
  ]);
});
