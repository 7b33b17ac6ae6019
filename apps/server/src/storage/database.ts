import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { z } from 'zod';
import { type DatabaseOptions, databaseDefaults } from './database-options.ts';
import {
  isUnreachable,
  type NamedStatement,
  openTransactionPool,
  type PoolFigures,
  reachable,
  type TransactionPool,
} from './transaction-pool.ts';

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
  /** Of the pool that conversations use; reports have their own. */
  readonly figures: PoolFigures;
  /** One transaction that sees and writes the rows of the organization alone. */
  inOrganization<T>(
    organizationId: string,
    work: (transaction: Transaction) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T>;
  /**
   * One transaction that reads the rows of the organization alone, for what may take its time and be a moment old: lists, searches,
   * reports. It reads from the replica where there is one, has connections of its own so that no caller waits for a report, and
   * stands on the database itself when the replica cannot be reached (the work may then run twice).
   */
  inReports<T>(organizationId: string, work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /**
   * One transaction that sees all rows: for the server's own work (sweeps, sign-in, finding whose a token is), never for what a
   * tenant asked.
   */
  acrossOrganizations<T>(work: (transaction: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /**
   * One statement that is a transaction of its own, for what is done at every turn: a third of the messages of `inOrganization`. It
   * calls a function of the database that takes the role `walled` (null: it needs none) and the organization itself, as
   * `parley_record_turn_alone` does; any other statement sees nothing, or with a login that no wall holds, everything.
   * Resolves to its rows, as the database gives them.
   */
  call(statement: (walled: string | null) => NamedStatement): Promise<readonly unknown[]>;
  /** One transaction with the rights of the tables' owner, past the wall: for changes of tables and for tests. */
  asOwner<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Resolves when the database answers; otherwise WireError `storage_unavailable`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Open bounded pools. They connect on first use. `replica` is a copy of the database that is only read. */
export function openDatabase(
  connection: ConnectionSettings,
  onError: (error: unknown) => void,
  options: DatabaseOptions = databaseDefaults,
  replica?: ConnectionSettings,
): Database {
  const reportLimits = { ...options, poolSize: options.reportPoolSize, statementTimeoutMs: options.reportTimeoutMs };
  const main = openTransactionPool(connection, onError, options);
  const reports = openTransactionPool(connection, onError, reportLimits);
  const copy = replica === undefined ? undefined : openTransactionPool(replica, onError, reportLimits);
  const transact: TransactionPool['transact'] = (work, beginning) =>
    reachable(() => main.transact(work, beginning), onError);

  return {
    get figures() {
      return main.figures;
    },
    inOrganization: (organizationId, work, transactionOptions) =>
      transact(work, { ...transactionOptions, scope: ofOrganization(organizationId), isWalled: true }),
    async inReports(organizationId, work) {
      const beginning = { scope: ofOrganization(organizationId), isWalled: true, isReadOnly: true };
      if (copy !== undefined) {
        try {
          return await copy.transact(work, beginning);
        } catch (error) {
          if (!isUnreachable(error) && !isReplicaConflict(error)) throw error;
          onError(error);
        }
      }
      return reachable(() => reports.transact(work, beginning), onError);
    },
    acrossOrganizations: (work, transactionOptions) =>
      transact(work, { ...transactionOptions, scope: allRows, isWalled: true }),
    call: (statement) => reachable(() => main.call(statement), onError),
    asOwner: (work) => transact(work, { scope: allRows, isWalled: false }),
    ping: () => reachable(() => main.ping(), onError),
    async close() {
      await Promise.all([main.close(), reports.close(), copy?.close()]);
    },
  };
}

const allRows = `set local parley.scope = 'all'`;

function ofOrganization(organizationId: string): string {
  return `set local parley.organization = '${organizationIdSchema.parse(organizationId)}'`;
}

/** It stands in a statement that takes no parameters: nothing but an id may. */
const organizationIdSchema = z.uuid();

/** The replica must apply what the read still looks at, and gives the read up. */
function isReplicaConflict(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '40001';
}
