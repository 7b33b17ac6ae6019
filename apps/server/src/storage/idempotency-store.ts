import { WireError } from '@parley/contract/errors.ts';
import { and, eq, isNull, lt } from 'drizzle-orm';
import { z } from 'zod';
import type { IdempotencyStore, IdempotentRequest } from '../api/idempotency.ts';
import type { Sealer } from '../privacy/sealer.ts';
import type { Database } from './database.ts';
import { idempotencyKeys } from './schema/identity.ts';

/** A client that has not tried again within a day does not. */
const keptForMs = 24 * 60 * 60_000;
/** Twice the longest request. One that began longer ago and was not ended lost its process or its database: it may have been done. */
const underWayForMs = 60_000;

/** Idempotency keys in the database, so that they hold for every replica and over restarts. Answers are sealed: some hold secrets. */
export function createIdempotencyStore(database: Database, sealer: Sealer): IdempotencyStore {
  return {
    begin: async (request) => {
      const found = await database.inOrganization(request.organizationId, async (orm) => {
        const now = Date.now();
        // Too old to count.
        await orm.delete(idempotencyKeys).where(and(sameKey(request), lt(idempotencyKeys.expiresAt, new Date(now))));
        const [begun] = await orm
          .insert(idempotencyKeys)
          .values({ ...request, createdAt: new Date(now), expiresAt: new Date(now + keptForMs) })
          .onConflictDoNothing()
          .returning({ key: idempotencyKeys.key });
        if (begun !== undefined) return undefined;
        const [row] = await orm.select().from(idempotencyKeys).where(sameKey(request));
        return row;
      });
      if (found === undefined) return { kind: 'first' };
      if (found.requestHash !== request.requestHash || found.routeId !== request.routeId) {
        throw new WireError('idempotency_key_reused');
      }
      if (found.responseStatus === null || found.sealedResponse === null) {
        const isUnderWay = Date.now() - found.createdAt.getTime() < underWayForMs;
        throw new WireError(isUnderWay ? 'idempotency_in_progress' : 'idempotency_answer_lost');
      }
      const body: unknown = JSON.parse(await sealer.open(found.sealedResponse, purposeOf(request)));
      return { kind: 'again', answer: { status: found.responseStatus, body: z.unknown().parse(body) } };
    },
    keep: async (request, { status, body }) => {
      const sealedResponse = await sealer.seal(JSON.stringify(body ?? null), purposeOf(request));
      await database.inOrganization(request.organizationId, async (orm) => {
        await orm.update(idempotencyKeys).set({ responseStatus: status, sealedResponse }).where(sameKey(request));
      });
    },
    release: (request) =>
      database.inOrganization(request.organizationId, async (orm) => {
        await orm.delete(idempotencyKeys).where(and(sameKey(request), isNull(idempotencyKeys.responseStatus)));
      }),
  };
}

function sameKey({ organizationId, actor, key }: IdempotentRequest) {
  return and(
    eq(idempotencyKeys.organizationId, organizationId),
    eq(idempotencyKeys.actor, actor),
    eq(idempotencyKeys.key, key),
  );
}

function purposeOf({ organizationId, actor, key }: IdempotentRequest): string {
  return `idempotency:${organizationId}:${actor}:${key}`;
}
