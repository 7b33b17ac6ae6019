import { WireError } from '@parley/contract/errors.ts';
import { DrizzleQueryError } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { DatabaseError, Pool, type PoolClient } from 'pg';
import { z } from 'zod';
import { systemCode } from '../start-errors.ts';
import type { ConnectionSettings, Transaction } from './database.ts';

export interface PoolLimits {
  /** Connections at most. */
  readonly poolSize: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  /** A connection may be another one in the next transaction: its limits are set in each, and no statement is kept prepared. */
  readonly isBehindPooler: boolean;
}

/** How a transaction begins. */
export interface Beginning {
  /** Statements that say whose rows it may see. */
  readonly scope: string;
  /** Whether the wall holds it. */
  readonly isWalled: boolean;
  readonly isReadOnly?: boolean;
  /** One snapshot for all reads, and no writes. */
  readonly snapshot?: boolean;
}

/** A statement that the server of the database keeps prepared under its name, on each connection. */
export interface NamedStatement {
  /** One text has one name. */
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** How a pool is used at this moment. */
export interface PoolFigures {
  /** Connections that are open, those that nobody uses among them, and how many there may be. */
  readonly total: number;
  readonly idle: number;
  readonly limit: number;
  /** Transactions that wait for one. */
  readonly waiting: number;
}

/** A bounded pool of connections to one server, by way of transactions. Connects on first use. */
export interface TransactionPool {
  readonly figures: PoolFigures;
  /** Throws what the work throws, and the database's own errors without the values of their queries. */
  transact<T>(work: (transaction: Transaction) => Promise<T>, beginning: Beginning): Promise<T>;
  /**
   * One statement that is a transaction of its own: one message there and one back. `walled` is the role that it has to take, null
   * when the wall holds it anyway. Resolves to its rows.
   */
  call(statement: (walled: string | null) => NamedStatement): Promise<readonly unknown[]>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The role that transactions take when the server signs in as one that no wall holds (a superuser, as the embedded database's
 * user is). Made by `migrateDatabase`.
 */
export const walledRole = 'parley_walled';

export function openTransactionPool(
  connection: ConnectionSettings,
  onError: (error: unknown) => void,
  limits: PoolLimits,
): TransactionPool {
  const pool = new Pool({
    ...connection,
    max: limits.poolSize,
    connectionTimeoutMillis: limits.connectTimeoutMs,
    ...(!limits.isBehindPooler && {
      statement_timeout: limits.statementTimeoutMs,
      idle_in_transaction_session_timeout: limits.statementTimeoutMs,
    }),
    // The client's own limit, for a server that is gone without a word.
    query_timeout: limits.statementTimeoutMs + 2000,
    application_name: 'parley',
    keepAlive: true,
  });
  let closing: Promise<void> | undefined;
  // An idle connection that breaks is replaced at the next use; without a listener it would end the process. Once closed the pool does
  // not wait for its connections to part, and a database that stops next ends them itself: there is nothing to tell of that.
  pool.on('error', (error) => {
    if (closing === undefined) onError(withoutClient(error));
  });
  // So it is with one that breaks in the middle of a transaction: its query fails and tells, the event must not end all.
  pool.on('connect', (client) => client.on('error', () => {}));

  /** What connections of one's own have from their beginning. */
  const timeouts = limits.isBehindPooler
    ? `set local statement_timeout = ${limits.statementTimeoutMs};set local idle_in_transaction_session_timeout = ${limits.statementTimeoutMs};`
    : '';
  let role: Promise<string | null> | undefined;
  /** Asked once: who one signs in as does not change. A failed question is asked again. */
  const neededRole = (client: PoolClient): Promise<string | null> => {
    role ??= askNeededRole(client).catch((error: unknown) => {
      role = undefined;
      throw error;
    });
    return role;
  };
  const switchRole = async (client: PoolClient): Promise<string> => {
    const needed = await neededRole(client);
    return needed === null ? '' : `set local role ${needed};`;
  };

  return {
    get figures() {
      return { total: pool.totalCount, idle: pool.idleCount, limit: limits.poolSize, waiting: pool.waitingCount };
    },
    async transact(work, { scope, isWalled, isReadOnly = false, snapshot = false }) {
      try {
        const client = await pool.connect();
        let broken: Error | undefined;
        try {
          const isolation = snapshot ? ' isolation level repeatable read' : '';
          const begin = `begin${isolation}${snapshot || isReadOnly ? ' read only' : ''}`;
          // One message to the database, not three.
          await client.query(`${begin};${timeouts}${isWalled ? await switchRole(client) : ''}${scope}`);
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
      } catch (error) {
        throw withoutValues(error);
      }
    },
    async call(statement) {
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        const { name, text, values } = statement(await neededRole(client));
        if (!limits.isBehindPooler) return (await client.query({ name, text, values: [...values] })).rows;
        await client.query(`begin;${timeouts}`);
        const { rows } = await client.query({ text, values: [...values] });
        await client.query('commit');
        return rows;
      } catch (error) {
        if (limits.isBehindPooler) await client.query('rollback').catch(() => {});
        // What the database refuses it has rolled back by itself; a connection that failed otherwise may still be at it.
        if (!(error instanceof DatabaseError)) broken = error instanceof Error ? error : new Error(String(error));
        throw withoutValues(error);
      } finally {
        client.release(broken);
      }
    },
    ping: async () => void (await pool.query('select 1')),
    close: () => (closing ??= pool.end()),
  };
}

/** The pool hangs the whole connection on the error: its socket, its queries, its password. */
function withoutClient(error: Error): Error {
  Reflect.deleteProperty(error, 'client');
  return error;
}

async function askNeededRole(client: PoolClient): Promise<string | null> {
  const { rows } = await client.query(
    'select rolsuper or rolbypassrls as unbound from pg_roles where rolname = current_user',
  );
  const [row] = z.array(z.object({ unbound: z.boolean() })).parse(rows);
  return row?.unbound === true ? walledRole : null;
}

/**
 * The database's own error. The one around it holds all values of the query, its detail those of the row where no wall hides them
 * ("Failing row contains (…)"), its context the JSON that was no JSON; what callers said belongs in no log. Names of constraints,
 * columns and functions stay.
 */
function withoutValues(error: unknown): unknown {
  const own = error instanceof DrizzleQueryError && error.cause !== undefined ? error.cause : error;
  if (own instanceof DatabaseError) {
    own.detail = undefined;
    own.where = own.where?.replaceAll(/^JSON data, .*$/gm, 'JSON data');
  }
  return own;
}

/** @throws WireError `storage_unavailable` for what means that the database cannot be reached, which `onError` is told */
export async function reachable<T>(work: () => Promise<T>, onError: (error: unknown) => void): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    onError(error);
    throw new WireError('storage_unavailable');
  }
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
