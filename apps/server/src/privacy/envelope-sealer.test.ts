import { randomBytes } from 'node:crypto';
import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as conversations from '../storage/schema/conversations.ts';
import * as events from '../storage/schema/events.ts';
import * as flows from '../storage/schema/flows.ts';
import * as identity from '../storage/schema/identity.ts';
import { defaultOrganizationId } from '../storage/schema/organizations.ts';
import * as privacy from '../storage/schema/privacy.ts';
import * as recordings from '../storage/schema/recordings.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { createDataKeyStore } from './data-key-store.ts';
import { createEnvelopeSealer } from './envelope-sealer.ts';
import { openKeyRing } from './key-ring.ts';
import { createLocalMasterKey, parseMasterKey } from './master-key.ts';
import { rewrapValues } from './rewrap.ts';
import { sealedColumns } from './sealed-columns.ts';
import { createSealedValuesRepository } from './sealed-values-repository.ts';

const master = () => createLocalMasterKey(randomBytes(32));
const atOnce = { refreshAfterMs: 0 };
const ignore = () => {};

describe.each(databaseKinds)('what is sealed at rest (%s)', (kind) => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase(kind);
  });
  afterAll(() => test?.close());
  beforeEach(async () => {
    await test.pool.query('delete from data_keys');
    await test.pool.query('delete from webhooks');
    await test.pool.query('delete from sessions');
  });

  it('gives replicas one secret for a purpose, after a rotation as before', async () => {
    const store = createDataKeyStore(test.database);
    const key = master();
    const [one, other] = [await openKeyRing(store, [key]), await openKeyRing(store, [key])];
    const before = await one.sharedSecret('nonces');
    expect(before).toHaveLength(32);
    await one.rotate();
    expect(await other.sharedSecret('nonces')).toEqual(before);
    expect(await (await openKeyRing(store, [key])).sharedSecret('nonces')).toEqual(before);
    expect(await one.sharedSecret('something else')).not.toEqual(before);
  });

  it('opens for its purpose alone, and only as it was sealed', async () => {
    const sealer = createEnvelopeSealer(await openKeyRing(createDataKeyStore(test.database), [master()]), ignore);
    const sealed = await sealer.seal('hunter2 – ngọc', 'webhook:1');
    expect(sealed).not.toContain('hunter2');
    expect(await sealer.seal('hunter2 – ngọc', 'webhook:1')).not.toBe(sealed);
    expect(await sealer.open(sealed, 'webhook:1')).toBe('hunter2 – ngọc');
    await expect(sealer.open(sealed, 'webhook:2')).rejects.toMatchObject({ code: 'sealed_unreadable' });
    for (let at = 0; at < sealed.length; at += 7) {
      const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
      await expect(sealer.open(changed, 'webhook:1')).rejects.toMatchObject({ code: 'sealed_unreadable' });
    }
  });

  it('opens in every replica, however many start at once and whichever sealed it', async () => {
    const key = master();
    const store = createDataKeyStore(test.database);
    const rings = await Promise.all([1, 2, 3, 4].map(() => openKeyRing(store, [key])));
    const inService = new Set(await Promise.all(rings.map(async (ring) => (await ring.current()).id)));
    expect(inService.size).toBe(1);
    const [one, other] = rings.map((ring) => createEnvelopeSealer(ring, ignore));
    expect(await other?.open((await one?.seal('secret', 'p')) ?? '', 'p')).toBe('secret');
  });

  it('still opens after a rotation, also where another replica rotated, which seals with the new key soon', async () => {
    const key = master();
    const store = createDataKeyStore(test.database);
    const one = await openKeyRing(store, [key], atOnce);
    const other = await openKeyRing(store, [key], atOnce);
    const before = await createEnvelopeSealer(one, ignore).seal('kept', 'p');
    const rotated = await other.rotate();
    expect((await one.current()).id).toBe(rotated.id);
    expect(await createEnvelopeSealer(await openKeyRing(store, [key]), ignore).open(before, 'p')).toBe('kept');
  });

  it('does not open without its master key: the start is refused in a sentence', async () => {
    const store = createDataKeyStore(test.database);
    await openKeyRing(store, [master()]);
    await expect(openKeyRing(store, [master()])).rejects.toThrow(/another master key.*PARLEY_MASTER_KEY/);
  });

  it('opens under a new master key once all data keys are wrapped by it, and then without the old one', async () => {
    const [old, next] = [master(), master()];
    const store = createDataKeyStore(test.database);
    const before = await openKeyRing(store, [old]);
    const sealed = await createEnvelopeSealer(before, ignore).seal('kept', 'p');
    await before.rotate();
    const changing = await openKeyRing(store, [next, old]);
    expect(await changing.rewrapKeys()).toBe(2);
    expect(await changing.rewrapKeys()).toBe(0);
    expect(await createEnvelopeSealer(await openKeyRing(store, [next]), ignore).open(sealed, 'p')).toBe('kept');
    await expect(openKeyRing(store, [old])).rejects.toThrow(/another master key/);
  });

  it('moves to the key in service, interrupted and taken up again, while others hold some of the rows', async () => {
    const store = createDataKeyStore(test.database);
    const ring = await openKeyRing(store, [master()]);
    const sealer = createEnvelopeSealer(ring, ignore);
    const old = (await ring.current()).id;
    for (let at = 0; at < 25; at += 1) {
      await test.pool.query(
        'insert into webhooks (organization_id, url, description, sealed_secret) values ($1, $2, $3, $4)',
        [defaultOrganizationId, 'https://example.com', String(at), await sealer.seal(`secret ${at}`, `webhook:${at}`)],
      );
    }
    await test.pool.query(
      `insert into sessions (session_id, organization_id, channel_type, agent_id, time_zone, language, token_hash, context)
       values (gen_random_uuid(), $1, 'chat', 'a', 'UTC', 'en', 'x', jsonb_build_object('sealed', $2::text, 'step', 'open'))`,
      [defaultOrganizationId, await sealer.seal('memory', 'session')],
    );
    const values = createSealedValuesRepository(test.database);
    const current = (await ring.rotate()).id;
    const webhooks = { table: 'webhooks', column: 'sealed_secret', kind: 'text' } as const;
    const stop = new AbortController();
    const interrupted = {
      ...values,
      replaceBatch: async (...args: Parameters<typeof values.replaceBatch>) => {
        const done = await values.replaceBatch(...args);
        if (done.count > 0) stop.abort(new Error('stopped'));
        return done;
      },
    };
    const options = { batchSize: 10, passes: 3, waitMs: 1 };
    await expect(rewrapValues(ring, interrupted, stop.signal, options)).rejects.toThrow('stopped');
    expect(Object.fromEntries(await values.countByKey(webhooks))).toEqual({ [old]: 15, [current]: 10 });
    const holder = await test.pool.connect();
    const never = new AbortController().signal;
    try {
      await holder.query(`begin; select 1 from webhooks where description = '24' for update`);
      expect(await rewrapValues(ring, values, never, options)).toEqual({ rewrapped: 15, left: 1 });
      await holder.query('commit');
    } finally {
      holder.release();
    }
    expect(await rewrapValues(ring, values, never, options)).toEqual({ rewrapped: 1, left: 0 });
    const { rows } = await test.pool.query('select description, sealed_secret from webhooks');
    for (const { description, sealed_secret: sealed } of rows) {
      expect(await sealer.open(sealed, `webhook:${description}`)).toBe(`secret ${description}`);
    }
    const { rows: sessions } = await test.pool.query('select context from sessions');
    expect(await sealer.open(sessions[0].context.sealed, 'session')).toBe('memory');
    expect(sessions[0].context.step).toBe('open');
    expect(sessions[0].context.sealed).toContain(current);
  });
});

describe('the list of what is sealed', () => {
  it('names every column that says that it is sealed', () => {
    const listed = new Set(sealedColumns.map(({ table, column }) => `${table}.${column}`));
    const found = [conversations, events, flows, identity, privacy, recordings]
      .flatMap((schema) => Object.values<unknown>(schema))
      .filter((value) => is(value, PgTable))
      .flatMap((table) => Object.values(getTableColumns(table)).map(({ name }) => `${getTableName(table)}.${name}`))
      .filter((name) => /\.sealed_/.test(name));
    expect(found.length).toBeGreaterThan(4);
    expect(found.filter((name) => !listed.has(name))).toEqual([]);
  });
});

describe('a master key', () => {
  it('is 32 bytes, written as base64 or as hexadecimal digits', () => {
    const key = randomBytes(32);
    for (const form of ['hex', 'base64', 'base64url'] as const) expect(parseMasterKey(key.toString(form))).toEqual(key);
    for (const wrong of ['', 'short', 'x'.repeat(64), randomBytes(31).toString('base64')]) {
      expect(parseMasterKey(wrong)).toBeUndefined();
    }
  });
});
