import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createToneBrain } from '@parley/fakes/brains/tone-brain.ts';
import { fakes } from '@parley/fakes/registry.ts';
import { listEngines, providers } from '@parley/speech/registry.ts';
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

const reportSchema = z.object({
  ok: z.boolean(),
  findings: z.array(z.looseObject({ kind: z.string(), part: z.string(), outcome: z.string() })),
});

/** Models of a folder need the folder, and there is none here. */
function needsAccount(engine: string): boolean {
  const owner = providers.find(({ recognizers, synthesizers }) => engine in recognizers || engine in synthesizers);
  return owner !== undefined && owner.accountOf({}) === undefined && fakes.some(({ name }) => name === owner.name);
}

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

  it('asks every engine of a vendor that there is a key for, and tells a wrong key from a dead address', async () => {
    const brain = createToneBrain(() => 'yes');
    const running = await Promise.all(fakes.map((fake) => fake.start({ port: 0, brain })));
    const environment = (name: string) => running.find((fake) => fake.name === name)?.environment ?? {};
    try {
      const all = await verify(Object.assign({}, ...running.map((fake) => fake.environment)), '--json');
      const { findings } = reportSchema.parse(JSON.parse(all.text));
      // A brain that hears tones makes nothing of speech; that it was asked and answered is what counts here.
      const asked = findings.filter(({ kind }) => kind === 'voice' || kind === 'language model');
      expect(asked.filter(({ outcome }) => outcome !== 'works')).toEqual([]);
      const parts = findings.map(({ part }) => part);
      for (const { name } of [...listEngines('recognizer'), ...listEngines('synthesizer')]) {
        if (needsAccount(name)) expect(parts, all.text).toContain(name);
      }

      const wrong = await verify({ ...environment('deepgram'), DEEPGRAM_API_KEY: 'wrong' }, '--json');
      const refused = reportSchema.parse(JSON.parse(wrong.text)).findings.filter(({ part }) => part === 'deepgram');
      expect(refused.length).toBeGreaterThan(1);
      for (const finding of refused) {
        expect(finding).toMatchObject({ outcome: 'fails', advice: expect.stringContaining('Check the key') });
      }
      expect(wrong.text).not.toContain('wrong');

      const dead = await verify({ ...environment('openai'), OPENAI_BASE_URL: 'http://127.0.0.1:2/v1' }, '--json');
      expect(reportSchema.parse(JSON.parse(dead.text)).findings.find(({ part }) => part === 'openai')).toMatchObject({
        outcome: 'fails',
        problem: expect.stringContaining('ECONNREFUSED'),
      });
    } finally {
      await Promise.all(running.map((fake) => fake.close()));
      await brain.close();
    }
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
    if (redis === undefined) throw new Error('There is no redis-server.');
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
