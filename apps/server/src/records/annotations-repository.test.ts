import { randomUUID } from 'node:crypto';
import { annotateTurn } from '@parley/contract/api/records-api.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { type AnnotationsRepository, createAnnotationsRepository } from './annotations-repository.ts';

const organizationId = '20000000-0000-4000-8000-000000000001';
const stranger = '20000000-0000-4000-8000-000000000002';
const context = {
  actor: { kind: 'user', userId: 'u1' },
  organizationId,
  clientAddress: '192.0.2.7',
  traceId: 'trace-1',
} as const;

describe.each(databaseKinds)('what a person says of a turn (%s)', (kind) => {
  let opened: TestDatabase;
  let annotations: AnnotationsRepository;
  const conversationId = randomUUID();

  beforeAll(async () => {
    opened = await openTestDatabase(kind);
    annotations = createAnnotationsRepository(opened.database);
    await opened.pool.query(`insert into organizations (organization_id, name) values ($1, 'A'), ($2, 'B')`, [
      organizationId,
      stranger,
    ]);
    await opened.pool.query(
      `insert into sessions (session_id, organization_id, agent_id, channel_type, time_zone, language, token_hash)
       values ($1, $2, 'receptionist', 'chat', 'UTC', 'en-US', 'x')`,
      [conversationId, organizationId],
    );
    await opened.pool.query(
      `insert into conversation_turns (organization_id, session_id, session_started_at, turn_number, speaker, cause,
         user_input_text, detected_intent, timestamp, waterfall)
       select organization_id, session_id, started_at, 1, 'user', 'turn', 'a table', 'book', now(), '{}' from sessions`,
    );
  }, 60_000);

  afterAll(() => opened?.close());

  it('is kept, what is left out stays, and null takes it back', async () => {
    const say = (said: Parameters<AnnotationsRepository['annotate']>[3]) =>
      annotations.annotate(context, conversationId, 1, said);
    expect(await say({ corrected_intent: 'book_table' })).toEqual({
      is_correct_intent: false,
      corrected_intent: 'book_table',
      annotation_notes: null,
    });
    expect(await say({ annotation_notes: 'mumbled' })).toEqual({
      is_correct_intent: false,
      corrected_intent: 'book_table',
      annotation_notes: 'mumbled',
    });
    expect(await say({ is_correct_intent: true })).toEqual({
      is_correct_intent: true,
      corrected_intent: null,
      annotation_notes: 'mumbled',
    });
    expect(await say({ is_correct_intent: null, annotation_notes: null })).toEqual({
      is_correct_intent: null,
      corrected_intent: null,
      annotation_notes: null,
    });
  });

  it('stands in the audit log, with what was there before and who said it', async () => {
    await annotations.annotate(context, conversationId, 1, { corrected_intent: 'ask_menu' });
    const { rows } = await opened.pool.query(
      'select actor_id, action, resource_id, before, after, host(ip) as ip, trace_id from audit_logs order by at desc, audit_id desc limit 1',
    );
    expect(rows).toEqual([
      {
        actor_id: 'user:u1',
        action: 'conversations:annotate',
        resource_id: `${conversationId}/1`,
        before: expect.objectContaining({ corrected_intent: null }),
        after: expect.objectContaining({ corrected_intent: 'ask_menu', is_correct_intent: false }),
        ip: '192.0.2.7',
        trace_id: 'trace-1',
      },
    ]);
  });

  it('is refused for a turn that is not there, and for one of another organization, and leaves no trace of it', async () => {
    const { rows: before } = await opened.pool.query('select count(*) from audit_logs');
    const refused = (organization: string, id: string, turn: number) =>
      annotations
        .annotate({ ...context, organizationId: organization }, id, turn, { is_correct_intent: true })
        .catch((error: unknown) => error);
    expect(await refused(organizationId, conversationId, 2)).toMatchObject({ code: 'turn_not_found' });
    expect(await refused(organizationId, randomUUID(), 1)).toMatchObject({ code: 'conversation_not_found' });
    expect(await refused(stranger, conversationId, 1)).toMatchObject({ code: 'conversation_not_found' });
    expect((await opened.pool.query('select count(*) from audit_logs')).rows).toEqual(before);
  });

  it('is refused when it says nothing or contradicts itself', () => {
    const params = { conversation_id: conversationId, turn_number: '1' };
    const isTaken = (body: unknown) => annotateTurn.input.safeParse({ params, body }).success;
    expect(isTaken({})).toBe(false);
    expect(isTaken({ is_correct_intent: true, corrected_intent: 'other' })).toBe(false);
    expect(isTaken({ is_correct_intent: true, corrected_intent: null })).toBe(true);
    expect(isTaken({ annotation_notes: 'x'.repeat(2001) })).toBe(false);
  });
});
