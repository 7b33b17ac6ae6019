import type { HandledRoute } from '../api/handle.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { SessionStore } from '../sessions/session-store.ts';
import type { Database } from '../storage/database.ts';
import { type AuditContext, auditRead } from './audit.ts';
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
  /** What is kept of conversations beside the database. */
  readonly sessions: Pick<SessionStore, 'remove'>;
}

export interface Privacy {
  readonly routes: readonly HandledRoute[];
  /** Writes down who reads what was said; callers who read their own are not. */
  readonly onConversationViewed: (context: AuditContext, conversationId: string) => Promise<void>;
}

/** What is forgotten is counted in days; a few hours more or less are none. */
const retentionEveryMs = 6 * 60 * 60_000;
const retentionTimeoutMs = 60 * 60_000;

/** Who looked at what, what is kept for how long, and what people may ask for. Its jobs run until `jobs` is closed. */
export function createPrivacy(parts: PrivacyParts): Privacy {
  const { settings, database, jobs } = parts;
  jobs.every('apply_retention', retentionEveryMs, (signal) => applyRetention(database, settings.retention, signal), {
    timeoutMs: retentionTimeoutMs,
  });
  return {
    routes: [...auditRoutes(database), ...privacyRoutes(createPrivacyRequests(parts))],
    onConversationViewed: (context, conversationId) =>
      auditRead(database, context, {
        action: 'conversations:read',
        resourceType: 'conversation',
        resourceId: conversationId,
      }),
  };
}
