import { fileURLToPath } from 'node:url';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { drizzle } from 'drizzle-orm/node-postgres';
import { Client } from 'pg';
import { z } from 'zod';
import { StartError } from '../start-errors.ts';
import type { ConnectionSettings } from './database.ts';
import { type DatabaseOptions, databaseDefaults } from './database-options.ts';
import { defaultOrganizationId, organizations } from './schema/organizations.ts';
import { isUnreachable, walledRole } from './transaction-pool.ts';

/** Names the lock among all advisory locks of the database; any number of our own. */
const lockKey = 7_275_391;
/** Another server may be migrating; a migration may rewrite a large table. */
const lockTimeoutMs = 60_000;

/** As the server's pools will, these ask for a limit when they connect: a pooler that refuses it is known before anything else. */
const sessionTimeoutMs = 10_000;

/**
 * Bring the database to this version's tables and make the default organization. Several servers may call it at once:
 * one works, the others wait. Idempotent.
 *
 * All in one transaction, with what is set and held in it alone: between two transactions a pooler may give the connection to
 * somebody else, and what a session had set would hold for them.
 * @throws StartError `database_unreachable`, `database_failed`, `database_too_new`
 */
export async function migrateDatabase(
  connection: ConnectionSettings,
  { isBehindPooler }: Pick<DatabaseOptions, 'isBehindPooler'> = databaseDefaults,
): Promise<void> {
  const client = new Client({
    ...connection,
    connectionTimeoutMillis: 10_000,
    application_name: 'parley migrations',
    ...(!isBehindPooler && { statement_timeout: sessionTimeoutMs }),
  });
  // A connection that breaks makes the query in progress fail; the event itself tells nothing more.
  client.on('error', () => {});
  try {
    await client.connect();
    // Past the wall between organizations: some migrations move rows. For as long as it takes, whatever the login's own limit is.
    await client.query(`begin; set local lock_timeout = ${lockTimeoutMs}; set local statement_timeout = 0;
      set local idle_in_transaction_session_timeout = 0; set local parley.scope = 'all'`);
    await client.query('select pg_advisory_xact_lock($1)', [lockKey]);
    await bringTables(client);
    await drizzle(client)
      .insert(organizations)
      .values({ organizationId: defaultOrganizationId, name: 'Default' })
      .onConflictDoNothing();
    await client.query(walledRoleSql);
    await client.query(turnPartitionsSql);
    await client.query('commit');
  } catch (cause) {
    await client.query('rollback').catch(() => {});
    if (cause instanceof StartError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    if (/unsupported startup parameter/.test(why)) {
      throw new StartError(
        'database_failed',
        `A pooler stands before the database (${why}). Set DATABASE_POOLER=on, or name the database itself in DATABASE_URL.`,
        { cause },
      );
    }
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

/** In the order and with the table of drizzle's own migrator, which would begin and end a transaction of its own. */
async function bringTables(client: Client): Promise<void> {
  const known = readMigrationFiles({ migrationsFolder: fileURLToPath(new URL('./migrations', import.meta.url)) });
  await client.query(`create schema if not exists drizzle;
    create table if not exists drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`);
  const { rows } = await client.query('select created_at from drizzle.__drizzle_migrations');
  // By their time and not by their hash: that differs also where a line of a file ends in another way.
  const madeAt = z
    .array(z.object({ created_at: z.coerce.number() }))
    .parse(rows)
    .map((row) => row.created_at);
  const last = Math.max(0, ...madeAt);
  const newest = Math.max(...known.map(({ folderMillis }) => folderMillis));
  if (last > newest) {
    const unknown = madeAt.filter((at) => at > newest).length;
    throw new StartError(
      'database_too_new',
      `The database is of a newer version (it has ${unknown} change(s) that this one does not know). Start that version, or restore a backup from before.`,
    );
  }
  for (const { sql, hash, folderMillis } of known) {
    if (folderMillis <= last) continue;
    for (const statement of sql) await client.query(statement);
    await client.query('insert into drizzle.__drizzle_migrations (hash, created_at) values ($1, $2)', [
      hash,
      folderMillis,
    ]);
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
