import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { Client } from 'pg';
import { StartError } from '../start-errors.ts';
import { type ConnectionSettings, isUnreachable } from './database.ts';
import { defaultOrganizationId, organizations } from './schema.ts';

/** Names the lock among all advisory locks of the database; any number of our own. */
const lockKey = 7_275_391;
/** Another server may be migrating; a migration may rewrite a large table. */
const lockTimeoutMs = 60_000;

/**
 * Bring the database to this version's tables and make the default organization. Several servers may call it at once:
 * one works, the others wait. Idempotent.
 * @throws StartError `database_unreachable`, `database_failed`
 */
export async function migrateDatabase(connection: ConnectionSettings): Promise<void> {
  const client = new Client({ ...connection, connectionTimeoutMillis: 10_000, application_name: 'parley migrations' });
  // A connection that breaks makes the query in progress fail; the event itself tells nothing more.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(`set lock_timeout = ${lockTimeoutMs}`);
    // Held by this session, so it is freed when the connection ends, however it ends.
    await client.query('select pg_advisory_lock($1)', [lockKey]);
    const orm = drizzle(client);
    await migrate(orm, { migrationsFolder: fileURLToPath(new URL('./migrations', import.meta.url)) });
    await orm
      .insert(organizations)
      .values({ organizationId: defaultOrganizationId, name: 'Default' })
      .onConflictDoNothing();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw isUnreachable(cause)
      ? new StartError(
          'database_unreachable',
          `The database cannot be reached (${why}). Check DATABASE_URL and that it is running.`,
          { cause },
        )
      : new StartError(
          'database_failed',
          `The database could not be brought up to date (${why}). Check the rights of its user.`,
          { cause },
        );
  } finally {
    await client.end().catch(() => {});
  }
}
