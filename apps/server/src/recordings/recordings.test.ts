import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listRecordings } from '@parley/contract/api/recordings-api.ts';
import { WireError } from '@parley/contract/errors.ts';
import { decodeWav } from '@parley/engine/audio/wav.ts';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { CallRecording } from '@parley/engine/ports/call-recorder.ts';
import { createRandom } from '@parley/engine/simulation/random.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../config.ts';
import { createJobs } from '../jobs/jobs.ts';
import type { Sealer } from '../privacy/sealer.ts';
import { openRedis, type Redis, redisDefaults } from '../redis/redis.ts';
import { type ApiServer, startApiServer } from '../testing/api-server.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { hasRedis, startRedisServer } from '../testing/redis-server.ts';
import { createTestSealer } from '../testing/test-sealer.ts';
import type { BlobStore } from './blob-store.ts';
import { createRecordingsRoom } from './create-recordings.ts';
import { createDiskBlobStore } from './disk-blob-store.ts';
import { createRecordings, type Recordings, recordingsDefaults } from './recordings.ts';
import { createRecordingsRepository, type RecordingsRepository } from './recordings-repository.ts';
import { recordingRoutes } from './recordings-routes.ts';

const organizationId = randomUUID();
const otherId = randomUUID();
const listener = `${organizationId}~all`;

describe.each(databaseKinds)('recordings in a %s database', (kind) => {
  let stored: TestDatabase;
  let sealer: Sealer;
  let repository: RecordingsRepository;
  let folder: string;
  let store: BlobStore;
  let recordings: Recordings;
  let api: ApiServer;
  let errors: unknown[];
  /** The time of the calls: a call of minutes is recorded in milliseconds. */
  let nowMs = 0;

  beforeAll(async () => {
    stored = await openTestDatabase(kind);
    sealer = await createTestSealer();
    for (const id of [organizationId, otherId]) {
      await stored.pool.query('insert into organizations (organization_id, name) values ($1, $2)', [id, 'A shop']);
    }
    repository = createRecordingsRepository(stored.database);
  }, 60_000);
  afterAll(() => stored?.close());

  beforeEach(async () => {
    errors = [];
    folder = await mkdtemp(join(tmpdir(), 'parley-recordings-'));
    store = createDiskBlobStore(folder);
    recordings = newRecordings();
    const routes = recordingRoutes({ recordings, repository, onError: (error) => errors.push(error) });
    api = await startApiServer(routes, { database: stored.database, sealer });
    await stored.pool.query('update organizations set settings = $1', [{ recording: { mode: 'always' } }]);
    await stored.pool.query("update recordings set status = 'deleted', url = ''");
  });
  afterEach(async () => {
    await api.close();
    await recordings.close();
    await rm(folder, { recursive: true, force: true });
  });

  const newRecordings = (options: Partial<typeof recordingsDefaults> = {}, redis?: Redis, rows = repository) =>
    createRecordings(
      {
        repository: rows,
        redis,
        store,
        sealer,
        clock: { nowMs: () => nowMs, epochMs: () => Date.now(), wakeAt: () => () => {}, everyFrame: () => () => {} },
        retentionDays: 30,
        onError: (error) => errors.push(error),
      },
      { ...recordingsDefaults, ...options },
    );

  async function newConversation(owner = organizationId): Promise<string> {
    const id = randomUUID();
    await stored.pool.query(
      `insert into sessions (session_id, organization_id, agent_id, channel_type, time_zone, language, token_hash)
       values ($1, $2, 'receptionist', 'voice', 'UTC', 'en-US', 'x')`,
      [id, owner],
    );
    return id;
  }

  const planFor = (id: string, more: Partial<Parameters<Recordings['plan']>[0]> = {}) =>
    recordings.plan({
      id,
      organizationId,
      openedBy: 'voice',
      language: 'en-US',
      isResumed: false,
      agentRecords: undefined,
      ...more,
    });

  async function begin(conversationId: string): Promise<CallRecording> {
    const recording = (await planFor(conversationId))?.begin();
    if (recording === undefined) throw new Error('It is not recorded.');
    return recording;
  }

  /** The caller speaks noise, the agent a tone. */
  function talk(recording: CallRecording, ms: number): void {
    const random = createRandom(ms);
    for (let passed = 0; passed < ms; passed += FRAME_MS) {
      nowMs += FRAME_MS;
      recording.caller(Int16Array.from({ length: FRAME_SAMPLES }, () => random.int(-3000, 3000)));
      recording.agent(Int16Array.from({ length: FRAME_SAMPLES }, (_, n) => 5000 * Math.sin(n / 5)));
    }
  }

  async function ended(conversationId: string) {
    const deadlineMs = performance.now() + 20_000;
    for (;;) {
      const [row] = (await repository.list(organizationId, { cursor: undefined, limit: 1, conversationId })).recordings;
      if (row !== undefined && row.status !== 'recording') return row;
      if (performance.now() > deadlineMs) throw new Error('The recording did not end within 20 s.');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  async function recorded(ms: number) {
    const conversationId = await newConversation();
    const recording = await begin(conversationId);
    talk(recording, ms);
    recording.end();
    return ended(conversationId);
  }

  const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${api.url}${path}`, { method, headers: { authorization: `Bearer ${listener}`, ...headers } });
  const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer());

  it('are heard as one WAV: the caller on the left, the agent on the right, or one of them', async () => {
    const { recording_id: id, audio_url: url, duration_ms: durationMs, status, expires_at } = await recorded(3500);
    expect({ durationMs, status }).toEqual({ durationMs: 3500, status: 'complete' });
    const keptDays = (Date.parse(expires_at ?? '') - Date.now()) / 86_400_000;
    expect(keptDays).toBeGreaterThan(29.9);
    expect(keptDays).toBeLessThan(30.1);
    const answer = await ask(url);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('audio/wav');
    const { channels, sampleRateHz } = decodeWav(await bytesOf(answer));
    expect(sampleRateHz).toBe(SAMPLE_RATE_HZ);
    expect(channels.map(({ length }) => length)).toEqual([3.5 * SAMPLE_RATE_HZ, 3.5 * SAMPLE_RATE_HZ]);
    const one = async (channel: string) => decodeWav(await bytesOf(await ask(`${url}?channel=${channel}`))).channels;
    expect(await one('caller')).toEqual([channels[0]]);
    expect(await one('agent')).toEqual([channels[1]]);
    const [mix] = await one('mix');
    expect(mix?.[1000]).toBe((channels[0]?.[1000] ?? 0) + (channels[1]?.[1000] ?? 0));
    expect((await ask(`${url}?channel=other`)).status).toBe(400);
    const { rows } = await stored.pool.query(
      "select after from audit_logs where action = 'recordings:read' and resource_id = $1 order by audit_id",
      [id],
    );
    expect(rows.map(({ after }) => after.channel)).toEqual(['both', 'caller', 'agent', 'mix']);
  });

  it('are given in any range of bytes, as if they were one file', async () => {
    const { audio_url: url } = await recorded(2340);
    const answer = await ask(url);
    const whole = await bytesOf(answer);
    const etag = answer.headers.get('etag') ?? '';
    expect(answer.headers.get('accept-ranges')).toBe('bytes');
    const random = createRandom('ranges of a recording');
    for (let round = 0; round < 60; round += 1) {
      const start = random.chance(0.3) ? random.int(0, 60) : random.int(0, whole.length - 1);
      const end = random.chance(0.3) ? start + random.int(0, 9) : random.int(start, whole.length + 50);
      const part = await ask(url, { range: `bytes=${start}-${end}` });
      const last = Math.min(end, whole.length - 1);
      expect(part.status).toBe(206);
      expect(part.headers.get('content-range')).toBe(`bytes ${start}-${last}/${whole.length}`);
      expect((await bytesOf(part)).equals(whole.subarray(start, last + 1)), `${start}-${end}`).toBe(true);
    }
    expect((await bytesOf(await ask(url, { range: 'bytes=-100' }))).equals(whole.subarray(-100))).toBe(true);
    const beyond = await ask(url, { range: `bytes=${whole.length}-` });
    expect(beyond.status).toBe(416);
    expect(beyond.headers.get('content-range')).toBe(`bytes */${whole.length}`);
    expect((await ask(url, { range: 'bytes=0-9', 'if-range': etag })).status).toBe(206);
    expect((await ask(url, { range: 'bytes=0-9', 'if-range': '"another"' })).status).toBe(200);
    const head = await ask(url, {}, 'HEAD');
    expect(head.status).toBe(200);
    expect(head.headers.get('content-length')).toBe(String(whole.length));
    expect(errors).toEqual([]);
  });

  it('can be heard while the call goes on', async () => {
    const conversationId = await newConversation();
    const recording = await begin(conversationId);
    talk(recording, 5000);
    const deadlineMs = performance.now() + 10_000;
    let heardMs = 0;
    while (heardMs < 4000 && performance.now() < deadlineMs) {
      const [row] = (await repository.list(organizationId, { cursor: undefined, limit: 1, conversationId })).recordings;
      if (row === undefined) continue;
      expect(row.status).toBe('recording');
      const heard = decodeWav(await bytesOf(await ask(row.audio_url))).channels[0]?.length ?? 0;
      heardMs = heard / 16;
    }
    expect(heardMs).toBeGreaterThanOrEqual(4000);
    recording.end();
    expect((await ended(conversationId)).duration_ms).toBe(5000);
  });

  it('are paused and resumed from outside, and by a secret at the same time', async () => {
    const conversationId = await newConversation();
    const recording = await begin(conversationId);
    const change = async (what: 'pause' | 'resume') => {
      const answer = await ask(`/v1/conversations/${conversationId}/recording/${what}`, {}, 'POST');
      return { status: answer.status, body: await answer.json() };
    };
    talk(recording, 1000);
    expect(await change('pause')).toMatchObject({ status: 200, body: { is_paused: true } });
    talk(recording, 1000);
    recording.pause('secret');
    expect(await change('resume')).toMatchObject({ status: 200, body: { is_paused: true } });
    talk(recording, 1000);
    recording.resume('secret');
    talk(recording, 1000);
    recording.end();
    const row = await ended(conversationId);
    expect(row.pauses).toEqual([{ from_ms: 1000, to_ms: 3000 }]);
    const { channels } = decodeWav(await bytesOf(await ask(row.audio_url)));
    const isSilent = (second: number) =>
      channels.every((channel) => channel.subarray(second * 16_000, (second + 1) * 16_000).every((n) => n === 0));
    expect([0, 1, 2, 3].map(isSilent)).toEqual([false, true, true, false]);
    expect((await change('pause')).status).toBe(409);
  });

  it.skipIf(!hasRedis)('are paused by whichever server is asked, also without a Redis that answers', async () => {
    const program = await startRedisServer();
    const open = () =>
      openRedis({ url: program?.url ?? '', keyPrefix: 'test:' }, () => {}, { ...redisDefaults, commandTimeoutMs: 300 });
    const connections = [await open(), await open()];
    const [here, there] = connections.map((redis) => newRecordings({}, redis));
    try {
      recordings = here ?? recordings;
      const conversationId = await newConversation();
      const recording = await begin(conversationId);
      const pause = (paused: boolean, owner = organizationId) => {
        const actor = { kind: 'operator' } as const;
        const context = { actor, organizationId: owner, clientAddress: '127.0.0.1', traceId: 'a-test' };
        return there?.setPaused(context, conversationId, paused);
      };
      talk(recording, 1000);
      expect(await pause(true)).toMatchObject({ isPaused: true });
      talk(recording, 1000);
      expect(await pause(false)).toMatchObject({ isPaused: false });
      expect(await pause(true, otherId)).toBeUndefined();
      await program?.kill();
      expect(await pause(true)).toBeUndefined();
      recording.end();
      expect((await ended(conversationId)).pauses).toEqual([{ from_ms: 1000, to_ms: 2000 }]);
    } finally {
      await Promise.all([here?.close(), there?.close()]);
      await Promise.all(connections.map((redis) => redis.close()));
      await program?.stop();
    }
  });

  it('are nobody else’s', async () => {
    const { recording_id: id, audio_url: url } = await recorded(1000);
    const foreign = { authorization: `Bearer ${otherId}~all` };
    for (const path of [url, `/v1/recordings/${id}`]) {
      expect((await ask(path, foreign)).status).toBe(404);
      expect((await ask(path, { authorization: `Bearer ${organizationId}~conversations/read` })).status).toBe(403);
    }
    expect((await ask(`/v1/recordings/${id}`, foreign, 'DELETE')).status).toBe(404);
    expect(await (await ask('/v1/recordings', foreign)).json()).toEqual({ recordings: [], next_cursor: null });
    expect((await ask(`/v1/recordings/${id}`)).status).toBe(200);
    expect((await ask(`/v1/recordings/${randomUUID()}`)).status).toBe(404);
    expect((await ask('/v1/recordings/nonsense')).status).toBe(404);
  });

  it('are listed page by page, newest first', async () => {
    const made: string[] = [];
    for (let n = 0; n < 5; n += 1) made.unshift((await recorded(100)).recording_id);
    const listed: string[] = [];
    let path = '/v1/recordings?limit=2';
    for (;;) {
      const page = listRecordings.reply.schema.parse(await (await ask(path)).json());
      listed.push(...page.recordings.map((row) => row.recording_id));
      if (page.next_cursor === null) break;
      path = `/v1/recordings?limit=2&cursor=${page.next_cursor}`;
    }
    expect(listed).toEqual(made);
    expect((await ask('/v1/recordings?cursor=nonsense')).status).toBe(400);
  });

  it('are deleted by their key first, and then their files', async () => {
    const { recording_id: id, audio_url: url } = await recorded(2000);
    expect((await ask(`/v1/recordings/${id}`, {}, 'DELETE')).status).toBe(204);
    expect((await ask(url)).status).toBe(404);
    expect((await ask(`/v1/recordings/${id}`, {}, 'DELETE')).status).toBe(404);
    const { rows } = await stored.pool.query('select sealed_key, status, url from recordings where recording_id = $1', [
      id,
    ]);
    expect(rows).toEqual([{ sealed_key: '', status: 'deleted', url: '' }]);
    expect(await readdir(join(folder, organizationId))).toEqual([]);
  });

  it('that are deleted while they are made are not made any further', async () => {
    const conversationId = await newConversation();
    const recording = await begin(conversationId);
    talk(recording, 3000);
    const { recordings: rows } = await until(async () => {
      const page = await repository.list(organizationId, { cursor: undefined, limit: 1, conversationId });
      return page.recordings.length > 0 ? page : undefined;
    });
    expect((await ask(`/v1/recordings/${rows[0]?.recording_id}`, {}, 'DELETE')).status).toBe(204);
    talk(recording, 3000);
    recording.end();
    await recordings.close();
    expect(await readdir(join(folder, organizationId))).toEqual([]);
  });

  it('that another server deleted are noticed by the one that makes them', async () => {
    recordings = newRecordings({ heartbeatMs: 5 });
    const conversationId = await newConversation();
    const recording = await begin(conversationId);
    talk(recording, 3000);
    const prefix = await until(() => prefixOf(conversationId));
    await until(async () => ((await store.list(prefix, soon())).length > 0 ? true : undefined));
    await stored.pool.query("update recordings set status = 'deleted', sealed_key = '' where session_id = $1", [
      conversationId,
    ]);
    await until(async () => ((await store.list(prefix, soon())).length === 0 ? true : undefined));
    talk(recording, 3000);
    recording.end();
    await recordings.close();
    expect(await store.list(prefix, soon())).toEqual([]);
  });

  it('of a process that died are finished by another, and can be heard', async () => {
    const conversationId = await newConversation();
    const dying = await begin(conversationId);
    talk(dying, 4600);
    const prefix = await until(() => prefixOf(conversationId));
    await until(async () => {
      const found = await store.list(prefix, soon());
      return found.reduce((sum, { name }) => sum + Number(name.slice(-2)), 0) >= 4 ? true : undefined;
    });
    const survivor = newRecordings({ deadAfterMs: 0 });
    expect(await newRecordings({ deadAfterMs: 60_000 }).finishInterrupted(soon())).toBe(0);
    expect(await survivor.finishInterrupted(soon())).toBe(1);
    const row = await ended(conversationId);
    expect(row).toMatchObject({ status: 'interrupted', duration_ms: 4000 });
    expect(decodeWav(await bytesOf(await ask(row.audio_url))).channels[0]?.length).toBe(64_000);
    expect(await survivor.finishInterrupted(soon())).toBe(0);
  });

  it('begin when the database is back that was away at the first moment', async () => {
    let failures = 3;
    const flaky: RecordingsRepository = {
      ...repository,
      insert: async (recording) => {
        failures -= 1;
        if (failures >= 0) throw new WireError('storage_unavailable');
        await repository.insert(recording);
      },
    };
    recordings = newRecordings({}, undefined, flaky);
    const conversationId = await newConversation();
    const recording = await begin(conversationId);
    talk(recording, 2000);
    recording.end();
    expect(await ended(conversationId)).toMatchObject({ status: 'complete', duration_ms: 2000 });
  });

  it('go when their time has come, with their files, also those whose files were left behind', async () => {
    const [old, fresh] = [await recorded(1000), await recorded(1000)];
    await stored.pool.query("update recordings set expires_at = now() - interval '1 minute' where recording_id = $1", [
      old.recording_id,
    ]);
    expect(await recordings.clean(soon())).toBe(1);
    expect(await recordings.clean(soon())).toBe(0);
    expect(await readdir(join(folder, organizationId))).toEqual([fresh.recording_id]);
    expect((await ask(old.audio_url)).status).toBe(404);
    expect((await ask(fresh.audio_url)).status).toBe(200);
  });

  it('are made when the organization says so, or leaves it to an agent that does; and never unannounced', async () => {
    const id = await newConversation();
    const say = (settings: unknown) => stored.pool.query('update organizations set settings = $1', [settings]);
    expect((await planFor(id))?.consentLine).toBe('This call is recorded.');
    expect(await planFor(id, { openedBy: 'chat' })).toBeUndefined();
    // It was greeted before it was switched on.
    expect(await planFor(id, { isResumed: true })).toBeUndefined();
    const recording = await begin(id);
    recording.end();
    await ended(id);
    expect(await planFor(id, { isResumed: true })).toBeDefined();
    await say({ recording: { mode: 'off' } });
    expect(await planFor(id, { agentRecords: true })).toBeUndefined();
    await say({});
    expect(await planFor(id)).toBeUndefined();
    expect(await planFor(id, { agentRecords: false })).toBeUndefined();
    expect((await planFor(id, { agentRecords: true, language: 'vi-VN' }))?.consentLine).toMatch(/ghi âm/);
    await say({ recording: { mode: 'agent', consent_line: 'We listen in.' } });
    expect((await planFor(id, { agentRecords: true }))?.consentLine).toBe('We listen in.');
  });

  it('are never made, whatever anybody asks for, by a server that keeps sound in memory only', async () => {
    const jobs = createJobs({ database: stored.database, onError: (error) => errors.push(error) });
    const roomWith = (RECORDINGS: string) =>
      createRecordingsRoom({
        settings: readConfig({ RECORDINGS }).recordings,
        dataDir: folder,
        database: stored.database,
        isAlone: false,
        sealer,
        jobs: { ...jobs, every() {} },
        clock: createSystemClock(),
        redis: undefined,
        onError: (error) => errors.push(error),
      });
    const [off, disk] = [await roomWith('off'), await roomWith('disk')];
    expect(off.planRecording).toBeUndefined();
    expect(disk.planRecording).toBeDefined();
    await Promise.all([off.close(), disk.close(), jobs.close()]);
    expect(await readdir(folder)).toEqual([]);
    expect(errors).toEqual([]);
  });

  const soon = () => AbortSignal.timeout(20_000);

  async function prefixOf(conversationId: string): Promise<string | undefined> {
    const { rows } = await stored.pool.query('select url from recordings where session_id = $1', [conversationId]);
    return rows[0] === undefined ? undefined : String(rows[0].url).slice('disk:'.length);
  }

  async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
    const deadlineMs = performance.now() + 15_000;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (performance.now() > deadlineMs) throw new Error('It did not happen within 15 s.');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
});
