import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import type { UsageLine } from './usage-meter.ts';
import { createUsageRepository, type StayUsage, type UsageRepository } from './usage-repository.ts';

const line = (more: Partial<UsageLine> = {}): UsageLine => ({
  ...{ kind: 'synthesis', engine: 'mouth', unit: 'characters', quantity: 100 },
  ...{ costMicros: undefined, currency: undefined, ...more },
});

describe.each(databaseKinds)('what an organization took, in a %s database', (kind) => {
  let stored: TestDatabase;
  let repository: UsageRepository;
  beforeAll(async () => {
    stored = await openTestDatabase(kind);
    repository = createUsageRepository(stored.database);
  }, 60_000);
  afterAll(() => stored?.close());

  const organization = async () => {
    const id = randomUUID();
    await stored.pool.query('insert into organizations (organization_id, name) values ($1, $2)', [id, 'A shop']);
    return id;
  };
  const stay = (organizationId: string, more: Partial<StayUsage> = {}): StayUsage => ({
    ...{ organizationId, conversationId: undefined, stayId: randomUUID(), lines: [line()] },
    ...{ endedAt: new Date('2026-11-21T23:30:00+02:00'), ...more },
  });
  const all = { from: '2026-01-01', to: '2026-12-31' };

  it('adds up by day, engine and unit, what has a price apart from what has none', async () => {
    const id = await organization();
    const priced = line({ costMicros: 30, currency: 'EUR' });
    await repository.write(stay(id));
    await repository.write(stay(id));
    await repository.write(stay(id, { lines: [priced, line({ unit: 'requests', quantity: 1 })] }));
    await repository.write(stay(id, { lines: [priced], endedAt: new Date('2026-11-22T00:00:00Z') }));
    const of = ({ costMicros, ...rest }: UsageLine, day = '2026-11-21') => ({
      ...rest,
      ...{ day, cost_micros: costMicros ?? null, currency: rest.currency ?? null },
    });
    expect(await repository.days(id, all)).toEqual({
      days: [
        of(line({ quantity: 200 })),
        of(priced),
        of(line({ unit: 'requests', quantity: 1 })),
        of(priced, '2026-11-22'),
      ],
      is_whole: true,
    });
    expect((await repository.days(id, { from: '2026-11-22', to: '2026-11-22' })).days).toHaveLength(1);
    expect((await repository.days(await organization(), all)).days).toEqual([]);
  });

  it('counts nothing twice when the answer of the database was lost, and all of what many write at once', async () => {
    const id = await organization();
    const again = stay(id);
    await repository.write(again);
    await repository.write(again);
    await Promise.all(Array.from({ length: 5 }, () => repository.write(stay(id))));
    expect((await repository.days(id, all)).days).toMatchObject([{ quantity: 600 }]);
  });

  it('counts a conversation once, however often it is written, and keeps the sum when it is erased', async () => {
    const id = await organization();
    const conversationId = randomUUID();
    await stored.pool.query(
      `insert into sessions (organization_id, session_id, agent_id, channel_type, time_zone, language, token_hash)
       values ($1, $2, 'receptionist', 'chat', 'UTC', 'en-US', 'x')`,
      [id, conversationId],
    );
    const talk = stay(id, { conversationId });
    await repository.write(talk);
    await repository.write(stay(id));
    await repository.write(talk);
    await stored.pool.query('delete from sessions where session_id = $1', [conversationId]);
    expect((await repository.days(id, all)).days).toMatchObject([{ quantity: 200 }]);
    // One that was erased while it went on was spoken all the same.
    await repository.write(stay(id, { conversationId }));
    expect((await repository.days(id, all)).days).toMatchObject([{ quantity: 300 }]);
  });
});
