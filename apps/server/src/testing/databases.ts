import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Pool } from 'pg';
import { openDataFolder } from '../storage/data-folder.ts';
import { type ConnectionSettings, type Database, openDatabase } from '../storage/database.ts';
import { startEmbeddedPostgres } from '../storage/embedded-postgres.ts';
import { migrateDatabase } from '../storage/migrate.ts';
import { fillDataFolder } from './data-template.ts';

/** `embedded`: the PostgreSQL that the server brings. `postgres`: one of one's own, as `DATABASE_URL` would name it. */
export type DatabaseKind = 'embedded' | 'postgres';

/**
 * What this machine can test against: `describe.each(databaseKinds)`. The second kind is there when `TEST_DATABASE_URL` names a
 * PostgreSQL 15 or newer by a login that may create databases and is no superuser (`npm test` says so when it is missing).
 */
export const databaseKinds: readonly DatabaseKind[] =
  process.env.TEST_DATABASE_URL === undefined ? ['embedded'] : ['embedded', 'postgres'];

/** A database of a test's own, gone when it is closed. */
export interface TestDatabase {
  readonly kind: DatabaseKind;
  readonly connection: ConnectionSettings;
  /** As the server has it, behind the wall between organizations. */
  readonly database: Database;
  /** Plain queries as the tables' owner, who sees the rows of all organizations. */
  readonly pool: Pool;
  close(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** False leaves it empty. */
  readonly isMigrated?: boolean;
}

/** Opens a fresh database with this version's tables. Takes a second or two. */
export async function openTestDatabase(kind: DatabaseKind, options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const isMigrated = options.isMigrated ?? true;
  const server = kind === 'embedded' ? await startServer({ isMigrated }) : await createDatabase(testDatabaseUrl());
  try {
    if (isMigrated) await migrateDatabase(server.connection);
  } catch (error) {
    await server.remove();
    throw error;
  }
  const database = openDatabase(server.connection, () => {});
  const pool = new Pool({ ...server.connection, max: 10, options: '-c parley.scope=all' });
  // Its queries tell what went wrong.
  pool.on('error', () => {});
  return {
    kind,
    connection: server.connection,
    database,
    pool,
    async close() {
      await Promise.all([database.close(), pool.end()]);
      await server.remove();
    },
  };
}

/** The address of a fresh, empty database in the server of `TEST_DATABASE_URL`, for a server process that brings its tables. */
export async function createTestDatabaseUrl(): Promise<{ readonly url: string; remove(): Promise<void> }> {
  const { connection, remove } = await createDatabase(testDatabaseUrl());
  return { url: connection.connectionString, remove };
}

/** What `DATABASE_URL` has to be for a server process to use the database; also of the embedded one behind its socket. */
export function databaseUrl(connection: ConnectionSettings): string {
  if ('connectionString' in connection) return connection.connectionString;
  const { host, port, user, password, database } = connection;
  const url = new URL(`postgres://localhost/${database}`);
  url.username = user;
  url.password = password;
  url.port = String(port);
  // A folder of sockets does not fit where a host stands.
  if (host.startsWith('/')) url.searchParams.set('host', host);
  else url.hostname = host;
  return url.href;
}

async function startServer({
  isMigrated,
}: {
  readonly isMigrated: boolean;
}): Promise<{ connection: ConnectionSettings; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'parley-database-'));
  if (isMigrated) await fillDataFolder(path);
  const dataFolder = await openDataFolder(path);
  const remove = async () => {
    await dataFolder.close();
    await rm(path, { recursive: true, force: true });
  };
  try {
    const postgres = await startEmbeddedPostgres({ dataFolder, signal: AbortSignal.timeout(startTimeoutMs) });
    return {
      connection: postgres.connection,
      async remove() {
        await postgres.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function createDatabase(
  serverUrl: string,
): Promise<{ connection: { readonly connectionString: string }; remove(): Promise<void> }> {
  const name = `parley_test_${randomUUID().replaceAll('-', '')}`;
  await onServer(serverUrl, `create database ${name} template template0 encoding 'UTF8'`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    connection: { connectionString: url.href },
    // A connection that a test left open must not keep it. Not by `with (force)`: that may not end an autovacuum that happens to be
    // there, as dropping by itself may.
    remove: async () => {
      await onServer(
        serverUrl,
        `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '${name}' and usename = current_user`,
      );
      await onServer(serverUrl, `drop database if exists ${name}`);
    },
  };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: startTimeoutMs });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(statement);
  } finally {
    await client.end().catch(() => {});
  }
}

function testDatabaseUrl(): string {
  const url = process.env.TEST_DATABASE_URL;
  if (url === undefined) throw new Error('Set TEST_DATABASE_URL to a PostgreSQL in which databases may be created.');
  return url;
}

const startTimeoutMs = 60_000;
