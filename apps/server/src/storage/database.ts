import { WireError } from '@parley/contract/errors.ts';
import { DrizzleQueryError } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { Pool, type PoolClient } from 'pg';
import { z } from 'zod';
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

/** What queries are made with, inside one transaction. */
export type Transaction = NodePgDatabase<Record<string, never>>;

export interface TransactionOptions {
  /** One snapshot for all reads, and no writes. */
  readonly snapshot?: boolean;
}

/**
 * The database, by way of transactions that say whose rows they may see. Row-level security holds every one of them to it, whatever
 * its queries forget; a query outside of them sees nothing.
 *
 * Methods throw WireError `storage_unavailable` when the database cannot be reached, and else what the work throws.
 */
export interface Database {
  /** One transaction that sees and writes the rows of the organization alone. */
  inOrganization<T>(
    organizationId: string,
    work: (transaction: Transaction) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T>;
  /**
   * One transaction that sees all rows: for the server's own work (sweeps, sign-in, finding whose a token is), never for what a
   * tenant asked.
   */
  acrossOrganizations<T>(work: (transaction: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** One transaction with the rights of the tables' owner, past the wall: for changes of tables and for tests. */
  asOwner<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Resolves when the database answers; otherwise WireError `storage_unavailable`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The role that transactions take when the server signs in as one that no wall holds (a superuser, as the embedded database's
 * user is). Made by `migrateDatabase`.
 */
export const walledRole = 'parley_walled';

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

  let roleSwitch: Promise<string> | undefined;
  /** Asked once: who one signs in as does not change. A failed question is asked again. */
  const switchRole = (client: PoolClient): Promise<string> => {
    roleSwitch ??= neededRoleSwitch(client).catch((error: unknown) => {
      roleSwitch = undefined;
      throw error;
    });
    return roleSwitch;
  };

  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (thrown) {
      const error = withoutValues(thrown);
      if (!isUnreachable(error)) throw error;
      onError(error);
      throw new WireError('storage_unavailable');
    }
  };

  const transact = <T>(
    work: (transaction: Transaction) => Promise<T>,
    settings: string,
    { isWalled, snapshot = false }: TransactionOptions & { readonly isWalled: boolean },
  ): Promise<T> =>
    guarded(async () => {
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        const begin = snapshot ? 'begin isolation level repeatable read read only' : 'begin';
        // One message to the database, not three.
        await client.query(`${begin};${isWalled ? await switchRole(client) : ''}${settings}`);
        const result = await work(drizzle(client));
        await client.query('commit');
        return result;
      } catch (error) {
        // A connection that cannot even roll back is thrown away.
        await client.query('rollback').catch((failed: unknown) => {
          broken = failed instanceof Error ? failed : new Error(String(failed));
        });
        throw error;
      } finally {
        client.release(broken);
      }
    });

  const allRows = `set local parley.scope = 'all'`;
  let closing: Promise<void> | undefined;
  return {
    inOrganization: (organizationId, work, transactionOptions) =>
      transact(work, `set local parley.organization = '${organizationIdSchema.parse(organizationId)}'`, {
        ...transactionOptions,
        isWalled: true,
      }),
    acrossOrganizations: (work, transactionOptions) =>
      transact(work, allRows, { ...transactionOptions, isWalled: true }),
    asOwner: (work) => transact(work, allRows, { isWalled: false }),
    ping: () => guarded(async () => void (await pool.query('select 1'))),
    close: () => (closing ??= pool.end()),
  };
}

/** It stands in a statement that takes no parameters: nothing but an id may. */
const organizationIdSchema = z.uuid();

async function neededRoleSwitch(client: PoolClient): Promise<string> {
  const { rows } = await client.query(
    'select rolsuper or rolbypassrls as unbound from pg_roles where rolname = current_user',
  );
  const [row] = z.array(z.object({ unbound: z.boolean() })).parse(rows);
  return row?.unbound === true ? `set local role ${walledRole};` : '';
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
