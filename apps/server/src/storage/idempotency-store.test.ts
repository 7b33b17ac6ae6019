import { randomUUID } from 'node:crypto';
import { defineRoute } from '@parley/contract/api/route.ts';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { installErrorHandling } from '../api/errors.ts';
import { handle } from '../api/handle.ts';
import type { IdempotencyStore } from '../api/idempotency.ts';
import { installRoutes } from '../api/install-routes.ts';
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { createTestSealer } from '../testing/test-sealer.ts';
import { createIdempotencyStore } from './idempotency-store.ts';
import { defaultOrganizationId } from './schema/organizations.ts';

const makeOne = defineRoute({
  id: 'make_one',
  method: 'POST',
  path: '/v1/ones',
  tag: 'Tests',
  summary: 'Makes one',
  access: { kind: 'public' },
  input: z.object({ body: z.object({}) }),
  reply: { status: 201, schema: z.object({ number: z.int() }) },
  isIdempotent: true,
});

describe('a request with an idempotency key', () => {
  let opened: TestDatabase;
  let app: FastifyInstance;
  /** How often the database is away when an answer is to be kept, or a key let go of. */
  let away = 0;
  let fails = false;
  let made = 0;
  beforeAll(async () => {
    opened = await openTestDatabase('embedded');
    const store = createIdempotencyStore(opened.database, await createTestSealer());
    const orAway = async (work: () => Promise<void>) => {
      if (away === 0) return work();
      away -= 1;
      throw new Error('The database is away.');
    };
    const idempotency: IdempotencyStore = {
      begin: store.begin,
      keep: (request, answer) => orAway(() => store.keep(request, answer)),
      release: (request) => orAway(() => store.release(request)),
    };
    app = Fastify();
    installErrorHandling(app);
    const make = handle(makeOne, async () => {
      if (fails) throw new TypeError('Nothing was made.');
      made += 1;
      return { number: made };
    });
    installRoutes(app, [make], {
      gate: {
        schemes: [],
        openConversation: () => Promise.reject(new Error('Nobody opens a conversation here.')),
        defaultOrganizationId,
      },
      idempotency,
      admit: async () => {},
    });
  }, 60_000);
  afterAll(async () => {
    await app?.close();
    await opened?.close();
  });
  beforeEach(() => {
    away = 0;
    fails = false;
    made = 0;
  });

  const send = (key: string) =>
    app.inject({ method: 'POST', url: '/v1/ones', headers: { 'idempotency-key': key }, payload: {} });
  /** As if it had been sent so long ago. */
  const age = (key: string, seconds: number) =>
    opened.pool.query(
      `update idempotency_keys set created_at = created_at - $2 * interval '1 second', expires_at = expires_at - $2 * interval '1 second'
       where key = $1`,
      [key, seconds],
    );

  it('is answered though its answer cannot be kept, and is not carried out again', async () => {
    const key = randomUUID();
    away = Number.POSITIVE_INFINITY;
    const first = await send(key);
    expect([first.statusCode, first.json()]).toEqual([201, { number: 1 }]);
    expect((await send(key)).json()).toMatchObject({ code: 'idempotency_in_progress' });
    await age(key, 61);
    const again = await send(key);
    expect([again.statusCode, again.json().code]).toEqual([409, 'idempotency_answer_lost']);
    await age(key, 23 * 3600);
    expect((await send(key)).json()).toMatchObject({ code: 'idempotency_answer_lost' });
    expect(made).toBe(1);
    // A day on it is a new one.
    await age(key, 3600);
    away = 0;
    expect((await send(key)).json()).toEqual({ number: 2 });
  });

  it('has its answer kept when the database is back a little later', async () => {
    const key = randomUUID();
    away = 1;
    expect((await send(key)).json()).toEqual({ number: 1 });
    await expect.poll(async () => (await send(key)).json(), { timeout: 5000 }).toEqual({ number: 1 });
    expect((await send(key)).headers['idempotent-replayed']).toBe('true');
    expect(made).toBe(1);
  });

  it('that failed may be tried anew, and is told why it failed though its key cannot be let go of', async () => {
    const key = randomUUID();
    fails = true;
    expect((await send(key)).json()).toMatchObject({ code: 'internal_error' });
    fails = false;
    expect((await send(key)).json()).toEqual({ number: 1 });

    fails = true;
    away = 1;
    expect((await send(randomUUID())).json()).toMatchObject({ code: 'internal_error' });
  });
});
