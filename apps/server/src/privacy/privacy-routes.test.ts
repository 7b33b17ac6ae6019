import { randomUUID } from 'node:crypto';
import { WireError } from '@parley/contract/errors.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ConversationStore, NewConversation } from '../conversations/stored-conversation.ts';
import { createJobs, type Jobs } from '../jobs/jobs.ts';
import { type ApiServer, startApiServer } from '../testing/api-server.ts';
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { createTestSealer } from '../testing/sealer.ts';
import { createPrivacy, type Privacy } from './create-privacy.ts';
import { createRedaction } from './redaction.ts';
import { guardRegion } from './region-guard.ts';

const mine = '40000000-0000-4000-8000-000000000001';
const other = '40000000-0000-4000-8000-000000000002';

describe('what people may ask for, over HTTP', () => {
  let test: TestDatabase;
  let api: ApiServer;
  let jobs: Jobs;
  let privacy: Privacy;
  const removed: string[] = [];
  beforeAll(async () => {
    test = await openTestDatabase('embedded');
    const { database } = test;
    await test.pool.query(
      `insert into organizations (organization_id, name, region) values ($1, 'A', 'eu-west'), ($2, 'B', 'us-east')`,
      [mine, other],
    );
    jobs = createJobs({ database, onError: (error) => Promise.reject(error) });
    const sealer = await createTestSealer(database);
    privacy = createPrivacy({
      settings: {
        masterKey: { kind: 'data_folder' },
        previousMasterKey: undefined,
        region: undefined,
        redactsLogs: true,
        retention: { transcripts: undefined, events: 30, contexts: 30 },
      },
      database,
      sealer,
      redaction: createRedaction(database),
      jobs,
      sessions: { remove: (id) => removed.push(id) },
    });
    api = await startApiServer(privacy.routes, { database, sealer });
  });
  afterAll(async () => {
    await api?.close();
    await jobs?.close();
    await test?.close();
  });
  beforeEach(async () => {
    await test.pool.query('delete from sessions');
    for (const of of [mine, other]) {
      await test.pool.query(
        `insert into sessions (session_id, organization_id, agent_id, channel_type, time_zone, language, token_hash, caller_id)
         values ($1, $2, 'receptionist', 'chat', 'UTC', 'en', 'x', '+84903123456')`,
        [randomUUID(), of],
      );
    }
  });

  const done = (requestId: string) =>
    expect
      .poll(async () => (await api.as(mine).getPrivacyRequest({ request_id: requestId })).status, { timeout: 20_000 })
      .toBe('done');
  const fileOf = (requestId: string, of: string) =>
    fetch(`${api.url}/v1/privacy/exports/${requestId}/file`, { headers: { authorization: `Bearer ${of}~all` } });
  const callers = async (of: string) =>
    (await test.pool.query('select caller_id from sessions where organization_id = $1', [of])).rows;

  it('is gathered in the background and can be fetched, sealed until then, by one organization alone', async () => {
    const begun = await api.as(mine).createPrivacyExport({ body: { person: '0903 123 456' } });
    expect(begun).toMatchObject({ kind: 'export', status: 'waiting' });
    await done(begun.request_id);
    const file = await fileOf(begun.request_id, mine);
    expect(file.headers.get('content-type')).toContain('application/json');
    expect(await file.json()).toMatchObject({ person: '0903 123 456', conversations: [{ caller_id: '+84903123456' }] });
    expect((await fileOf(begun.request_id, other)).status).toBe(404);
    const { rows } = await test.pool.query('select sealed_person, sealed_result from privacy_requests');
    expect(JSON.stringify(rows)).not.toContain('903');
    expect(rows[0].sealed_result).toMatch(/^p1\./);
  });

  it('can be fetched for a day, and not after an erasure', async () => {
    const expired = await api.as(mine).createPrivacyExport({ body: { person: '0903 123 456' } });
    await done(expired.request_id);
    await test.pool.query(`update privacy_requests set expires_at = now() - interval '1 s' where request_id = $1`, [
      expired.request_id,
    ]);
    expect(await (await fileOf(expired.request_id, mine)).json()).toMatchObject({ code: 'export_not_ready' });
    const fresh = await api.as(mine).createPrivacyExport({ body: { person: '+84 903 123 456' } });
    await done(fresh.request_id);
    const erasure = await api.as(mine).createPrivacyErasure({ body: { person: '0903123456', confirm: '0903123456' } });
    await done(erasure.request_id);
    expect((await fileOf(fresh.request_id, mine)).status).toBe(409);
  });

  it('is erased once that is confirmed, in that organization alone', async () => {
    const refused = api.as(mine).createPrivacyErasure({ body: { person: '0903 123 456', confirm: 'yes' } });
    await expect(refused).rejects.toMatchObject({ code: 'erasure_not_confirmed' });
    expect(await callers(mine)).toEqual([{ caller_id: '+84903123456' }]);
    const { request_id: id } = await api
      .as(mine)
      .createPrivacyErasure({ body: { person: '0903 123 456', confirm: '0903 123 456' } });
    await done(id);
    expect((await api.as(mine).getPrivacyRequest({ request_id: id })).figures).toMatchObject({ conversations: 1 });
    expect(await callers(mine)).toEqual([{ caller_id: null }]);
    // Also what replicas keep of it to go on with.
    const { rows } = await test.pool.query('select session_id from sessions where organization_id = $1', [mine]);
    expect(removed).toContain(rows[0].session_id);
    expect(await callers(other)).toEqual([{ caller_id: '+84903123456' }]);
  });

  it('is for those who may', async () => {
    const nobody = api.as(mine, ['conversations:read']);
    await expect(nobody.createPrivacyExport({ body: { person: '0903 123 456' } })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(nobody.listAuditLogs({})).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('is in the audit log with who asked, until the person is erased; so is reading what was said, and reading the log', async () => {
    const person = 'zq@quist.example';
    await api.as(mine).createPrivacyExport({ body: { person } });
    const context = {
      actor: { kind: 'user', userId: randomUUID() },
      organizationId: mine,
      clientAddress: '10.0.0.9',
      traceId: 't1',
    } as const;
    const conversationId = randomUUID();
    await privacy.onConversationViewed(context, conversationId);
    await privacy.onConversationViewed({ ...context, actor: { kind: 'caller', conversationId } }, conversationId);
    const asked = await api.as(mine).listAuditLogs({ action: 'privacy:export', limit: 1 });
    expect(asked.audit_logs).toMatchObject([{ after: { caller_id: person }, action: 'privacy:export' }]);
    const views = await api.as(mine).listAuditLogs({ resource_id: conversationId });
    expect(views.audit_logs).toMatchObject([
      {
        action: 'conversations:read',
        actor: `user:${context.actor.userId}`,
        client_address: '10.0.0.9',
        trace_id: 't1',
      },
    ]);
    expect((await api.as(mine).listAuditLogs({ action: 'audit:*' })).audit_logs.length).toBeGreaterThan(0);
    expect((await api.as(other).listAuditLogs({ action: 'privacy:export' })).audit_logs).toEqual([]);

    const { request_id: id } = await api.as(mine).createPrivacyErasure({ body: { person, confirm: person } });
    await done(id);
    const after = await api.as(mine).listAuditLogs({ resource_type: 'privacy_request', limit: 100 });
    expect(JSON.stringify(after)).not.toContain('quist');
    expect(JSON.stringify(after)).toContain('[erased]');
  });

  it('is not gathered for ever more of those who ask faster than it is done, and others are not kept from it', async () => {
    // As they stand when one that is an hour long is under way.
    await test.pool.query(
      `insert into privacy_requests (organization_id, kind, requested_by, sealed_person)
       select $1, 'export', 'operator', 'x' from generate_series(1, 20)`,
      [mine],
    );
    const refused = api.as(mine).createPrivacyExport({ body: { person: '0903 123 456' } });
    await expect(refused).rejects.toMatchObject({ status: 429, code: 'rate_limited' });
    await api.as(other).createPrivacyExport({ body: { person: '0903 123 456' } });
    await test.pool.query(`update privacy_requests set status = 'done' where sealed_person = 'x'`);
    await api.as(mine).createPrivacyExport({ body: { person: '0903 123 456' } });
  });

  it('is paged without gaps and repeats while the log grows', async () => {
    for (let at = 0; at < 7; at += 1)
      await privacy.onConversationViewed(
        { actor: { kind: 'operator' }, organizationId: mine, clientAddress: '::1', traceId: 'paging' },
        randomUUID(),
      );
    const seen: number[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await api.as(mine).listAuditLogs({ trace_id: 'paging', limit: 3, ...(cursor && { cursor }) });
      seen.push(...page.audit_logs.map(({ audit_id: id }) => id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(seen).toHaveLength(7);
    expect(seen).toEqual([...new Set(seen)].toSorted((one, two) => two - one));
    await expect(api.as(mine).listAuditLogs({ cursor: 'x' })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('of another region is not served here: no conversation begins', async () => {
    const created: string[] = [];
    const store: ConversationStore = {
      create: async ({ organizationId }) => void created.push(organizationId),
      find: async () => undefined,
      load: async () => undefined,
    };
    const conversation = (organizationId: string): NewConversation => ({
      id: randomUUID(),
      organizationId,
      agentId: 'a',
      flowId: undefined,
      flowVersion: undefined,
      channelType: 'chat',
      callerId: undefined,
      userId: undefined,
      timeZone: 'UTC',
      initialContext: {},
      language: 'en',
      tokenHash: 'x',
      tokenExpiresAt: new Date(),
    });
    const guarded = guardRegion(store, test.database, 'eu-west');
    await guarded.create(conversation(mine));
    await expect(guarded.create(conversation(other))).rejects.toThrow(WireError);
    await expect(guarded.create(conversation(other))).rejects.toMatchObject({ code: 'wrong_region', status: 421 });
    await guardRegion(store, test.database, undefined).create(conversation(other));
    expect(created).toEqual([mine, other]);
  });
});
