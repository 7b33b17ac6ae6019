import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiServer, startApiServer } from '../testing/api-server.ts';
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { createTestSealer } from '../testing/test-sealer.ts';
import { recordRoutes } from './record-routes.ts';

const mine = '30000000-0000-4000-8000-000000000001';
const other = '30000000-0000-4000-8000-000000000002';

describe('the records over HTTP', () => {
  let opened: TestDatabase;
  let api: ApiServer;
  const conversationId = randomUUID();

  beforeAll(async () => {
    opened = await openTestDatabase('embedded');
    await opened.pool.query(`insert into organizations (organization_id, name) values ($1, 'A'), ($2, 'B')`, [
      mine,
      other,
    ]);
    await opened.pool.query(
      `insert into sessions (session_id, organization_id, agent_id, channel_type, time_zone, language, token_hash)
       values ($1, $2, 'receptionist', 'chat', 'UTC', 'vi', 'x')`,
      [conversationId, mine],
    );
    await opened.pool.query(
      `insert into conversation_turns (organization_id, session_id, session_started_at, turn_number, speaker, cause,
         user_input_text, detected_intent, timestamp, waterfall)
       select organization_id, session_id, started_at, 1, 'user', 'turn', 'Đặt bàn', 'book', now(), '{}' from sessions`,
    );
    const sealer = await createTestSealer();
    api = await startApiServer(recordRoutes(opened.database), { database: opened.database, sealer });
  }, 60_000);

  afterAll(async () => {
    await api?.close();
    await opened?.close();
  });

  it('are found by words and filters of the address', async () => {
    const found = await api.as(mine).listConversations({ q: 'dat ban', from: '2020-01-01T00:00:00+07:00', limit: 5 });
    expect(found.conversations).toMatchObject([
      { conversation_id: conversationId, turn_count: 1, snippet: { text: 'Đặt bàn', speaker: 'user' } },
    ]);
    expect(found.next_cursor).toBeNull();
    expect((await api.as(other).listConversations({ q: 'dat ban' })).conversations).toEqual([]);
  });

  it('refuse a filter that cannot be, and say which', async () => {
    const response = await fetch(`${api.url}/v1/conversations?min_satisfaction=9`, {
      headers: { authorization: `Bearer ${mine}~all` },
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('min_satisfaction');
  });

  it('take annotations from whoever may annotate, in their own organization', async () => {
    const said = { conversation_id: conversationId, turn_number: 1, body: { corrected_intent: 'book_table' } };
    expect(await api.as(mine, ['conversations:annotate']).annotateTurn(said)).toEqual({
      turn_number: 1,
      is_correct_intent: false,
      corrected_intent: 'book_table',
      annotation_notes: null,
    });
    await expect(api.as(mine, ['conversations:read']).annotateTurn(said)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(api.as(other).annotateTurn(said)).rejects.toMatchObject({ code: 'conversation_not_found' });
    await expect(api.as(mine).annotateTurn({ ...said, turn_number: 7 })).rejects.toMatchObject({
      code: 'turn_not_found',
    });
  });
});
