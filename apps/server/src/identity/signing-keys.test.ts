import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sealer } from '../privacy/sealer.ts';
import type { Database } from '../storage/database.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { createTestSealer } from '../testing/sealer.ts';
import { createAccessTokens } from './access-tokens.ts';
import { openSigningKeys, signingKeyDefaults } from './signing-keys.ts';

const claims = {
  userId: '00000000-0000-4000-8000-0000000000aa',
  organizationId: '00000000-0000-4000-8000-000000000001',
  role: 'viewer',
  sessionId: '00000000-0000-4000-8000-0000000000bb',
} as const;
const dayMs = 24 * 3_600_000;

describe.each(databaseKinds)('keys that sign (%s)', (kind) => {
  let opened: TestDatabase;
  let sealer: Sealer;
  beforeAll(async () => {
    opened = await openTestDatabase(kind);
    sealer = await createTestSealer(opened.database);
  }, 60_000);
  afterAll(() => opened?.close());

  it('change by themselves: the next is published a day ahead, and old tokens stay good for their life', async () => {
    const { database } = opened;
    let nowMs = Date.now();
    const open = (errors: unknown[] = []) =>
      openSigningKeys({ database, sealer, onError: (error) => errors.push(error), nowMs: () => nowMs });
    const first = await open();
    const firstId = (await first.signer()).keyId;
    const token = await createAccessTokens(first, () => nowMs).issue(claims);

    nowMs += signingKeyDefaults.lifeMs - dayMs / 2;
    const ahead = await open();
    expect(ahead.publicKeys().keys).toHaveLength(2);
    expect((await ahead.signer()).keyId).toBe(firstId);

    nowMs += dayMs / 2;
    const later = await open();
    const secondId = (await later.signer()).keyId;
    expect(secondId).not.toBe(firstId);
    // It verified by the key that no longer signs; and a replica that never heard of the new one looks it up.
    expect(await later.verifier(firstId)).toBeDefined();
    expect(await first.verifier(secondId)).toBeDefined();
    expect(await createAccessTokens(later, () => nowMs - dayMs).verify(token)).toBeUndefined();

    nowMs += signingKeyDefaults.verifiesForMs + 1000;
    const last = await open();
    expect(await last.verifier(firstId)).toBeUndefined();
    for (const keys of [first, ahead, later, last]) keys.close();
  });

  it('asks the database for made-up names of keys no more than once in a while', async () => {
    let asked = 0;
    const counted: Database = {
      ...opened.database,
      acrossOrganizations: (work, options) => {
        asked += 1;
        return opened.database.acrossOrganizations(work, options);
      },
    };
    let nowMs = Date.now();
    const keys = await openSigningKeys({ database: counted, sealer, onError: () => {}, nowMs: () => nowMs });
    nowMs += signingKeyDefaults.unknownPauseMs;
    const before = asked;
    for (let guess = 0; guess < 100; guess += 1) expect(await keys.verifier(`made-up-${guess}`)).toBeUndefined();
    expect(asked - before).toBe(1);
    keys.close();
  });

  it('are sealed in the database; when what sealed them is lost, a new one takes their place and says so', async () => {
    const { rows } = await opened.pool.query('select signing_keys::text as row from signing_keys');
    expect(JSON.stringify(rows)).not.toMatch(/\\"d\\":/);
    await opened.pool.query(`update signing_keys set sealed_private_jwk = 'p1.lost.lost.lost'`);
    const errors: unknown[] = [];
    const keys = await openSigningKeys({ database: opened.database, sealer, onError: (error) => errors.push(error) });
    expect(errors).toHaveLength(rows.length);
    const token = await createAccessTokens(keys).issue(claims);
    expect(await createAccessTokens(keys).verify(token)).toEqual(claims);
    keys.close();
  });
});
