import { WireError } from '@parley/contract/errors.ts';
import { DrizzleQueryError } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { Pool } from 'pg';
import { systemCode } from '../start-errors.ts';

/** Where the database is: parts of an address, or a whole one. */
export type ConnectionSettings =
  | {
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly password: string;
      readonly database: string;
    }
  | { readonly connectionString: string };

export interface DatabaseOptions {
  /** Connections at most. */
  readonly poolSize: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
}

export const databaseDefaults: DatabaseOptions = {
  // Turns are one short transaction each; ten in flight keep two cores busy and stay far under the server's limit.
  poolSize: 10,
  // Longer than a hiccup, shorter than a caller's patience.
  connectTimeoutMs: 3000,
  // The slowest query of ours takes milliseconds; one that takes this long holds a connection that others wait for.
  statementTimeoutMs: 10_000,
};

export type Orm = NodePgDatabase<Record<string, never>>;

export interface Database {
  readonly orm: Orm;
  readonly pool: Pool;
  /** Run a piece of storage work; a database that cannot be reached becomes WireError `storage_unavailable`. */
  run<T>(work: (orm: Orm) => Promise<T>): Promise<T>;
  /** Resolves when the database answers; otherwise WireError `storage_unavailable`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Open a bounded pool. Connects on first use. */
export function openDatabase(
  connection: ConnectionSettings,
  onError: (error: unknown) => void,
  options: DatabaseOptions = databaseDefaults,
): Database {
  const pool = new Pool({
    ...connection,
    max: options.poolSize,
    connectionTimeoutMillis: options.connectTimeoutMs,
    statement_timeout: options.statementTimeoutMs,
    // The client's own limit, for a server that is gone without a word.
    query_timeout: options.statementTimeoutMs + 2000,
    idle_in_transaction_session_timeout: options.statementTimeoutMs,
    application_name: 'parley',
    keepAlive: true,
  });
  // An idle connection that breaks is replaced at the next use; without a listener it would end the process.
  pool.on('error', onError);
  // So it is with one that breaks in the middle of a transaction: its query fails and tells, the event must not end all.
  pool.on('connect', (client) => client.on('error', () => {}));
  const orm: Orm = drizzle(pool);
  const run = async <T>(work: (orm: Orm) => Promise<T>): Promise<T> => {
    try {
      return await work(orm);
    } catch (thrown) {
      const error = withoutValues(thrown);
      if (!isUnreachable(error)) throw error;
      onError(error);
      throw new WireError('storage_unavailable');
    }
  };
  let closing: Promise<void> | undefined;
  return {
    orm,
    pool,
    run,
    ping: () => run(async () => void (await pool.query('select 1'))),
    close: () => (closing ??= pool.end()),
  };
}

/** The database's own error. The one around it holds all values of the query, and what callers said belongs in no log. */
function withoutValues(error: unknown): unknown {
  return error instanceof DrizzleQueryError && error.cause !== undefined ? error.cause : error;
}

/** Network errors, PostgreSQL's classes 08 (connection), 53 (resources) and 57P (shutting down, starting up), pg's own sentences. */
export function isUnreachable(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (/^(ECONN|ENOENT|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN|08|53|57P)/.test(systemCode(at))) return true;
    if (
      /timeout exceeded when trying to connect|Connection terminated|Query read timeout|after calling end/.test(
        at.message,
      )
    ) {
      return true;
    }
  }
  return false;
}
