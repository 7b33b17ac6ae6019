import type { HandledRoute } from '../api/handle.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { Database } from '../storage/database.ts';
import { auditRoutes } from './audit-routes.ts';
import { createPrivacyRequests } from './privacy-requests.ts';
import { privacyRoutes } from './privacy-routes.ts';
import type { PrivacySettings } from './privacy-settings.ts';
import type { Redaction } from './redaction.ts';
import { applyRetention } from './retention.ts';
import type { Sealer } from './sealer.ts';

export interface PrivacyParts {
  readonly settings: PrivacySettings;
  readonly database: Database;
  readonly sealer: Sealer;
  readonly redaction: Redaction;
  readonly jobs: Jobs;
}

/** What is forgotten is counted in days; a few hours more or less are none. */
const retentionEveryMs = 6 * 60 * 60_000;
const retentionTimeoutMs = 60 * 60_000;

/** Who looked at what, what is kept for how long, and what people may ask for. Its jobs run until `jobs` is closed. */
export function createPrivacy(parts: PrivacyParts): { readonly routes: readonly HandledRoute[] } {
  const { settings, database, jobs } = parts;
  jobs.every('apply_retention', retentionEveryMs, (signal) => applyRetention(database, settings.retention, signal), {
    timeoutMs: retentionTimeoutMs,
  });
  return { routes: [...auditRoutes(database), ...privacyRoutes(createPrivacyRequests(parts))] };
}
