import { WireError } from '@parley/contract/errors.ts';
import { and, desc, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { readCursor, writeCursor } from '../api/cursor.ts';
import { recordAudit } from '../privacy/audit.ts';
import { auditedAddress } from '../privacy/audited-address.ts';
import type { Sealer } from '../privacy/sealer.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { integrationConfigs } from '../storage/schema/flows.ts';
import { isViolation } from '../storage/violations.ts';
import type { Author } from './flow-row-store.ts';

type Json = z.infer<ReturnType<typeof z.json>>;

/** An outside system as it is set up; its credentials are kept apart. */
export interface IntegrationSettings {
  readonly type: 'rest' | 'graphql' | 'soap' | 'sql';
  readonly baseUrl: string;
  readonly auth: Readonly<Record<string, Json>>;
  /** `operations`, and what else docs/integrations.md names. */
  readonly mappings: Readonly<Record<string, Json>>;
  readonly timeoutMs: number;
  readonly ratePerMinute: number;
}

export interface StoredIntegration extends IntegrationSettings {
  readonly integrationId: string;
  readonly name: string;
  readonly credentials: Readonly<Record<string, string>>;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Methods see one organization, and throw WireError `storage_unavailable`. */
export interface IntegrationsRepository {
  /** Newest first. */
  list(
    organizationId: string,
    cursor: string | undefined,
    limit: number,
  ): Promise<{ readonly integrations: StoredIntegration[]; readonly nextCursor: string | null }>;
  find(organizationId: string, integrationId: string): Promise<StoredIntegration | undefined>;
  /** All of an organization, by name; at most 100. */
  all(organizationId: string): Promise<readonly StoredIntegration[]>;
  /** @throws WireError `name_taken` */
  create(
    author: Author,
    name: string,
    settings: IntegrationSettings,
    credentials: Readonly<Record<string, string>>,
  ): Promise<StoredIntegration>;
  /**
   * @param credentials left as they are when undefined
   * @param onVersion the version that was changed; undefined for whatever is there
   * @throws WireError `not_found`, `precondition_failed`
   */
  update(
    author: Author,
    integrationId: string,
    onVersion: number | undefined,
    settings: IntegrationSettings,
    credentials: Readonly<Record<string, string>> | undefined,
  ): Promise<StoredIntegration>;
  /** @throws WireError `not_found` */
  remove(author: Author, integrationId: string): Promise<void>;
}

/** As many outside systems as anybody connects. */
const maxIntegrations = 100;

export function createIntegrationsRepository(database: Database, sealer: Sealer): IntegrationsRepository {
  const open = async (row: Row): Promise<StoredIntegration> => ({
    integrationId: row.integrationId,
    name: row.name,
    type: row.type,
    baseUrl: row.baseUrl,
    ...mappingsSchema.parse(row.endpointMappings),
    timeoutMs: row.timeoutMs,
    ratePerMinute: row.rateLimitPerMinute ?? defaultRatePerMinute,
    credentials:
      row.sealedCredentials === null
        ? {}
        : credentialsSchema.parse(JSON.parse(await sealer.open(row.sealedCredentials, purposeOf(row.integrationId)))),
    version: row.version,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  });
  const seal = (integrationId: string, credentials: Readonly<Record<string, string>>) =>
    Object.keys(credentials).length === 0
      ? Promise.resolve(null)
      : sealer.seal(JSON.stringify(credentials), purposeOf(integrationId));

  return {
    list: async (organizationId, cursor, limit) => {
      const rows = await database.inOrganization(organizationId, (tx) => {
        const after = cursor === undefined ? undefined : readCursor(cursor);
        return tx
          .select()
          .from(integrationConfigs)
          .where(
            and(
              eq(integrationConfigs.organizationId, organizationId),
              after === undefined
                ? undefined
                : sql`(${integrationConfigs.createdAt}, ${integrationConfigs.integrationId}) < (${after.at}::timestamptz, ${after.id}::uuid)`,
            ),
          )
          .orderBy(desc(integrationConfigs.createdAt), desc(integrationConfigs.integrationId))
          .limit(limit + 1);
      });
      const integrations = await Promise.all(rows.slice(0, limit).map(open));
      const last = integrations.at(-1);
      return {
        integrations,
        nextCursor: rows.length > limit && last !== undefined ? writeCursor(last.createdAt, last.integrationId) : null,
      };
    },
    find: async (organizationId, integrationId) => {
      const row = await database.inOrganization(organizationId, (tx) => read(tx, organizationId, integrationId));
      return row === undefined ? undefined : open(row);
    },
    all: async (organizationId) => {
      const rows = await database.inOrganization(organizationId, (tx) =>
        tx
          .select()
          .from(integrationConfigs)
          .where(eq(integrationConfigs.organizationId, organizationId))
          .orderBy(integrationConfigs.name)
          .limit(maxIntegrations),
      );
      return Promise.all(rows.map(open));
    },
    create: async (author, name, settings, credentials) => {
      const integrationId = crypto.randomUUID();
      const sealedCredentials = await seal(integrationId, credentials);
      try {
        const row = await database.inOrganization(author.organizationId, async (tx) => {
          const [made] = await tx
            .insert(integrationConfigs)
            .values({
              integrationId,
              organizationId: author.organizationId,
              name,
              ...columnsOf(settings),
              sealedCredentials,
            })
            .returning();
          if (made === undefined) throw new Error('An inserted row is returned.');
          await audit(tx, author, integrationId, undefined, auditView(name, settings, Object.keys(credentials)));
          return made;
        });
        return open(row);
      } catch (error) {
        throw isViolation(error, 'integration_configs_name') ? new WireError('name_taken') : error;
      }
    },
    update: async (author, integrationId, onVersion, settings, credentials) => {
      const sealedCredentials = credentials === undefined ? undefined : await seal(integrationId, credentials);
      const row = await database.inOrganization(author.organizationId, async (tx) => {
        const before = await read(tx, author.organizationId, integrationId, 'update');
        if (before === undefined) throw new WireError('not_found');
        if (onVersion !== undefined && onVersion !== before.version) throw new WireError('precondition_failed');
        const [changed] = await tx
          .update(integrationConfigs)
          .set({
            ...columnsOf(settings),
            ...(sealedCredentials !== undefined && { sealedCredentials }),
            version: before.version + 1,
            updatedAt: new Date(),
          })
          .where(eq(integrationConfigs.integrationId, integrationId))
          .returning();
        if (changed === undefined) throw new WireError('not_found');
        await audit(
          tx,
          author,
          integrationId,
          { name: before.name, base_url: auditedAddress(before.baseUrl), version: before.version },
          auditView(before.name, settings, credentials === undefined ? undefined : Object.keys(credentials)),
        );
        return changed;
      });
      return open(row);
    },
    remove: (author, integrationId) =>
      database.inOrganization(author.organizationId, async (tx) => {
        const before = await read(tx, author.organizationId, integrationId, 'update');
        if (before === undefined) throw new WireError('not_found');
        await tx.delete(integrationConfigs).where(eq(integrationConfigs.integrationId, integrationId));
        await audit(
          tx,
          author,
          integrationId,
          { name: before.name, base_url: auditedAddress(before.baseUrl) },
          undefined,
        );
      }),
  };
}

type Row = typeof integrationConfigs.$inferSelect;

const defaultRatePerMinute = 600;
const credentialsSchema = z.record(z.string(), z.string());
/** How `auth` and `mappings` lie in the one column. */
const mappingsSchema = z.object({ auth: z.record(z.string(), z.json()), mappings: z.record(z.string(), z.json()) });

function columnsOf({ type, baseUrl, auth, mappings, timeoutMs, ratePerMinute }: IntegrationSettings) {
  return {
    type,
    baseUrl,
    authType: typeof auth.type === 'string' ? auth.type : 'none',
    endpointMappings: { auth, mappings },
    timeoutMs,
    rateLimitPerMinute: ratePerMinute,
  };
}

async function read(
  tx: Transaction,
  organizationId: string,
  integrationId: string,
  lock?: 'update',
): Promise<Row | undefined> {
  const query = tx
    .select()
    .from(integrationConfigs)
    .where(
      and(eq(integrationConfigs.organizationId, organizationId), eq(integrationConfigs.integrationId, integrationId)),
    );
  const [row] = lock === undefined ? await query : await query.for(lock);
  return row;
}

function audit(tx: Transaction, author: Author, integrationId: string, before: unknown, after: unknown): Promise<void> {
  const entry = { action: 'integrations:write', resourceType: 'integration', resourceId: integrationId } as const;
  return recordAudit(tx, author, { ...entry, before, after });
}

/** Of the credentials the names alone. */
function auditView(name: string, { type, baseUrl }: IntegrationSettings, credentialNames: string[] | undefined) {
  return {
    name,
    type,
    base_url: auditedAddress(baseUrl),
    ...(credentialNames !== undefined && { credentials: credentialNames }),
  };
}

function purposeOf(integrationId: string): string {
  return `integration:${integrationId}`;
}
