import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { Client } from 'pg';
import { StartError } from '../start-errors.ts';
import type { ConnectionSettings } from './database.ts';
import { defaultOrganizationId, organizations } from './schema/organizations.ts';
import { isUnreachable, walledRole } from './transaction-pool.ts';

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
    // Past the wall between organizations: some migrations move rows.
    await client.query(`set parley.scope = 'all'`);
    const orm = drizzle(client);
    await migrate(orm, { migrationsFolder: fileURLToPath(new URL('./migrations', import.meta.url)) });
    await orm
      .insert(organizations)
      .values({ organizationId: defaultOrganizationId, name: 'Default' })
      .onConflictDoNothing();
    await client.query(walledRoleSql);
    await client.query(turnPartitionsSql);
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

/** Partitions for turns are made this far ahead: at each start, and by a daily job in servers that run for long. */
export const turnPartitionMonthsAhead = 3;

export const turnPartitionsSql = `select parley_turn_partition(month) from generate_series(
  date_trunc('month', now(), 'UTC'), now() + interval '${turnPartitionMonthsAhead} months', interval '1 month') as month`;

/**
 * A role for a server that signs in as one that no row-level security holds. Any other needs none: the tables hold their owner
 * too. Roles are of the whole cluster, so that another database may have made it already, even at this moment.
 */
const walledRoleSql = `do $$
begin
  if (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) then
    if not exists (select from pg_roles where rolname = '${walledRole}') then
      begin
        create role ${walledRole} nologin;
      exception when duplicate_object or unique_violation then null;
      end;
    end if;
    execute format('grant ${walledRole} to %I', current_user);
    execute format('grant usage on schema %I to ${walledRole}', current_schema());
    execute format('grant select, insert, update, delete on all tables in schema %I to ${walledRole}', current_schema());
    execute format('grant usage on all sequences in schema %I to ${walledRole}', current_schema());
  end if;
end $$`;
