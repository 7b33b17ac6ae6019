import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from './database.ts';
import { turnPartitionsSql } from './migrate.ts';

/**
 * Make the partitions of this month and the next ones, if they are not there yet. Without its month's partition no turn can be
 * stored: done at each start (`migrateDatabase`) and daily in servers that run for long. Several servers may do it at once.
 */
export async function makeTurnPartitions(database: Database): Promise<void> {
  await database.asOwner(async (transaction) => {
    await transaction.execute(sql.raw(`set local lock_timeout = ${lockTimeoutMs}`));
    await transaction.execute(sql.raw(turnPartitionsSql));
  });
}

/**
 * Forget the turns of all conversations that began in months which had ended by the given time: each month's partition is dropped
 * whole, which takes milliseconds however many turns it holds. Meant for what is past the longest retention of any organization;
 * the rows of the conversations themselves stay for their own retention.
 * @returns the months dropped, as `2026-03`
 */
export async function dropTurnPartitionsBefore(database: Database, timeEpochMs: number): Promise<string[]> {
  return database.asOwner(async (transaction) => {
    await transaction.execute(sql.raw(`set local lock_timeout = ${lockTimeoutMs}`));
    const { rows } = await transaction.execute(sql`
      select relname as name from pg_inherits join pg_class on pg_class.oid = inhrelid
      where inhparent = 'conversation_turns'::regclass order by relname`);
    const months: string[] = [];
    for (const { name } of partitionsSchema.parse(rows)) {
      const [, year = '', month = ''] = /^conversation_turns_(\d{4})_(\d{2})$/.exec(name) ?? [];
      // Months count from 0, so that this is the first moment of the month after.
      if (year === '' || Date.UTC(Number(year), Number(month)) > timeEpochMs) continue;
      await transaction.execute(sql`drop table ${sql.identifier(name)}`);
      months.push(`${year}-${month}`);
    }
    return months;
  });
}

const partitionsSchema = z.array(z.object({ name: z.string() }));

/**
 * Both wait for whoever uses the table, and while they wait everybody else waits for them: rather than hold up callers they give up,
 * and the next run tries again.
 */
const lockTimeoutMs = 2000;
