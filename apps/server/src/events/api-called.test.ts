import { randomUUID } from 'node:crypto';
import { WireError } from '@parley/contract/errors.ts';
import { eventDataSchemas } from '@parley/contract/events.ts';
import type { IntegrationCall } from '@parley/integrations/ports.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../storage/database.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { createTestSessions } from '../testing/sessions.ts';
import { createApiCalledEvents } from './api-called.ts';

describe.each(databaseKinds)('calls of outside systems (%s)', (databaseKind) => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase(databaseKind);
  });
  afterAll(() => test?.close());

  const told = async (conversationId: string) => {
    const { rows } = await test.pool.query(
      `select topic, payload from outbox where conversation_id = $1 and type = 'api_called' order by position`,
      [conversationId],
    );
    return rows;
  };

  it('are told as events of their conversation, without what was asked and answered', async () => {
    const [chat, voice] = await Promise.all([
      createTestSessions(test.database).open(),
      createTestSessions(test.database).open({ channelType: 'voice' }),
    ]);
    const faults: unknown[] = [];
    const events = createApiCalledEvents(test.database, (error) => faults.push(error));
    events.record(call(chat, 1));
    events.record(call(voice, 1));
    events.record(call(chat, 2));
    // A trial of a flow, stored nowhere.
    events.record(call(randomUUID(), 1));
    events.record(call('not-even-an-id', 1));
    await expect.poll(async () => (await told(chat)).length, { timeout: 5000 }).toBe(2);
    const [first, second] = await told(chat);
    expect(eventDataSchemas.api_called.parse(first.payload)).toMatchObject({
      turn_number: 1,
      integration: 'diary',
      operation: 'book',
      outcome: 'ok',
      status: 201,
      duration_ms: 12.5,
    });
    expect(second.payload.turn_number).toBe(2);
    expect(JSON.stringify(first)).not.toMatch(/Nguyen|diary is full/);
    expect(await told(voice)).toMatchObject([{ topic: 'voice-events' }]);
    await events.close();
    expect(faults).toEqual([]);
  });

  it('are kept while the database is away, and told when it is back or the server stops', async () => {
    const conversationId = await createTestSessions(test.database).open();
    let isAway = true;
    let tries = 0;
    const flaky: Database = {
      ...test.database,
      acrossOrganizations: (work, options) => {
        tries += 1;
        return isAway
          ? Promise.reject(new WireError('storage_unavailable'))
          : test.database.acrossOrganizations(work, options);
      },
    };
    const events = createApiCalledEvents(flaky, () => {});
    events.record(call(conversationId, 1));
    events.record(call(conversationId, 2));
    await expect.poll(() => tries, { timeout: 5000 }).toBeGreaterThan(1);
    isAway = false;
    await expect.poll(async () => (await told(conversationId)).length, { timeout: 10_000 }).toBe(2);
    events.record(call(conversationId, 3));
    await events.close();
    expect((await told(conversationId)).map(({ payload }) => payload.turn_number)).toEqual([1, 2, 3]);
  });

  it('of which one cannot be written hold up no others', async () => {
    const conversationId = await createTestSessions(test.database).open();
    const faults: unknown[] = [];
    const events = createApiCalledEvents(test.database, (error) => faults.push(error));
    events.record(call(conversationId, 1));
    events.record({ ...call(conversationId, 2), startedEpochMs: Number.NaN });
    events.record(call(conversationId, 3));
    await events.close();
    expect((await told(conversationId)).map(({ payload }) => payload.turn_number)).toEqual([1, 3]);
    expect(faults.map(String)).toEqual(['RangeError: Invalid time value']);
  });
});

function call(conversationId: string, turnNumber: number): IntegrationCall {
  return {
    integration: 'diary',
    operation: 'book',
    outcome: 'ok',
    status: 201,
    startedEpochMs: Date.now(),
    durationMs: 12.5,
    attempt: 1,
    conversationId,
    turnNumber,
    request: { target: 'POST /visits', input: { name: 'Nguyen' } },
    response: undefined,
    reason: 'The diary is full.',
  };
}
