import { organizationSettingsSchema } from '@parley/contract/organization-settings.ts';
import { sql } from 'drizzle-orm';
import type { Database } from '../storage/database.ts';
import { organizations } from '../storage/schema/organizations.ts';

/** What of an organization's settings counts at the edge; undefined where it leaves that to the server. */
export interface OrganizationLimits {
  readonly allowedOrigins: readonly string[];
  readonly requestsPerMinute: number | undefined;
  readonly maxConversations: number | undefined;
}

export interface OrganizationLimitsStore {
  of(organizationId: string): Promise<OrganizationLimits>;
  /** Whether any organization allows it: a preflight does not say whom it will ask for. */
  isOriginAllowedByAny(origin: string): Promise<boolean>;
}

/** A change of settings counts after this long at most, on every server. */
const freshForMs = 15_000;
/** Of organizations that set something of it, those remembered; a server for more has a gateway before it. */
const maxOrganizations = 10_000;

const none: OrganizationLimits = { allowedOrigins: [], requestsPerMinute: undefined, maxConversations: undefined };

/** All of them at once, read again after a while; those last read hold while the database is away. */
export function createOrganizationLimitsStore(
  database: Database,
  onError: (error: unknown) => void,
  nowMs: () => number = Date.now,
): OrganizationLimitsStore {
  let known: ReadonlyMap<string, OrganizationLimits> = new Map();
  let origins: ReadonlySet<string> = new Set();
  let readAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  const read = async (): Promise<void> => {
    try {
      const rows = await database.acrossOrganizations((transaction) =>
        transaction
          .select({ organizationId: organizations.organizationId, settings: organizations.settings })
          .from(organizations)
          .where(sql`${organizations.settings} ?| array['allowed_origins', 'limits']`)
          .limit(maxOrganizations),
      );
      known = new Map(rows.map(({ organizationId, settings }) => [organizationId, limitsOf(settings)]));
      origins = new Set([...known.values()].flatMap(({ allowedOrigins }) => allowedOrigins));
    } catch (error) {
      onError(error);
    } finally {
      // Also after a failure: a database that is away is not asked by every request.
      readAtMs = nowMs();
      reading = undefined;
    }
  };
  const fresh = async (): Promise<void> => {
    if (nowMs() - readAtMs < freshForMs) return;
    reading ??= read();
    // Only the first ever is waited for.
    if (readAtMs === Number.NEGATIVE_INFINITY) await reading;
  };
  return {
    of: async (organizationId) => {
      await fresh();
      return known.get(organizationId) ?? none;
    },
    isOriginAllowedByAny: async (origin) => {
      await fresh();
      return origins.has(origin);
    },
  };
}

const limitsSchema = organizationSettingsSchema.pick({ allowed_origins: true, limits: true }).strip();

function limitsOf(settings: unknown): OrganizationLimits {
  const read = limitsSchema.safeParse(settings);
  if (!read.success) return none;
  return {
    allowedOrigins: read.data.allowed_origins ?? [],
    requestsPerMinute: read.data.limits?.requests_per_minute,
    maxConversations: read.data.limits?.max_conversations,
  };
}
