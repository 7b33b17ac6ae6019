import type { Database } from '../storage/database.ts';
import { dropTurnPartitionsBefore } from '../storage/turn-partitions.ts';
import { recordOwnAudit } from './audit.ts';
import {
  forgetBatch,
  forgetting,
  type Older,
  type RetentionDays,
  type RetentionDefaults,
  readRetention,
} from './retention-repository.ts';

export interface RetentionOptions {
  /** Rows of one transaction. */
  readonly batchSize: number;
}

export const retentionDefaults: RetentionOptions = {
  // Milliseconds each: callers' turns go on between two of them.
  batchSize: 500,
};

const classes = ['transcripts', 'contexts', 'events', 'audit'] as const satisfies readonly (keyof RetentionDays)[];
const dayMs = 24 * 60 * 60_000;

/**
 * Forget what every organization has kept for long enough, and write down in its log how much that was. Whole months of turns that
 * nobody keeps any more are dropped at once. (Recordings have a job of their own: each has its day written on it.)
 */
export async function applyRetention(
  database: Database,
  defaults: RetentionDefaults,
  signal: AbortSignal,
  options: RetentionOptions = retentionDefaults,
): Promise<void> {
  const organizations = await readRetention(database, defaults);
  await dropMonths(
    database,
    organizations.map(({ days }) => days.transcripts),
  );
  for (const { organizationId, days } of organizations) {
    const figures: Record<string, number> = {};
    for (const name of classes) {
      const keptDays = days[name];
      if (keptDays === undefined) continue;
      const older: Older = { organizationId, days: keptDays, limit: options.batchSize };
      let count = 0;
      for (const statement of forgetting[name]) {
        for (;;) {
          signal.throwIfAborted();
          const batch = await forgetBatch(database, statement, older);
          count += batch;
          if (batch < options.batchSize) break;
        }
      }
      if (count > 0) figures[name] = count;
    }
    if (Object.keys(figures).length === 0) continue;
    await database.inOrganization(organizationId, (tx) =>
      recordOwnAudit(tx, organizationId, {
        action: 'privacy:retention',
        resourceType: 'organization',
        resourceId: organizationId,
        after: { kept_days: { ...days }, forgotten: figures },
      }),
    );
  }
}

/** Only when every organization forgets its turns some day: the month is past the longest of them. */
async function dropMonths(database: Database, transcripts: readonly (number | undefined)[]): Promise<void> {
  const known = transcripts.filter((days) => days !== undefined);
  if (known.length === 0 || known.length < transcripts.length) return;
  await dropTurnPartitionsBefore(database, Date.now() - Math.max(...known) * dayMs);
}
