import { type LookupFunction, Socket } from 'node:net';
import type { JsonObject } from '@parley/dialogue/tools/tool.ts';
import { DatabaseError, Pool, type PoolClient, types } from 'pg';
import { AddressRefusedError, guardLookup, literalAddress } from '../http/address-guard.ts';
import { addressGuardOf, type ConnectionGuard } from '../http/connection-guard.ts';
import { SqlError, type SqlRequest, type SqlRunner } from '../ports.ts';

export interface PgSqlOptions {
  /** Such as `postgres://user:password@host/name?sslmode=verify-full`. */
  readonly connectionString: string;
  readonly guard: ConnectionGuard;
  readonly maxConnections: number;
  readonly connectTimeoutMs: number;
  readonly lookup?: LookupFunction;
}

const idleTimeoutMs = 10_000;

/**
 * PostgreSQL, each statement in a transaction of its own. Values are bound, and a statement is one statement: the protocol that
 * takes several at once is not used. Dates stay as they are written there; whole numbers and decimals become numbers where a
 * number holds them exactly, and texts otherwise.
 */
export function createPgSqlRunner(options: PgSqlOptions): SqlRunner {
  const pool = new Pool({
    connectionString: options.connectionString,
    max: options.maxConnections,
    connectionTimeoutMillis: options.connectTimeoutMs,
    idleTimeoutMillis: idleTimeoutMs,
    allowExitOnIdle: true,
    stream: () => new GuardedSocket(options),
    types: { getTypeParser },
  });
  // An idle connection that breaks is replaced by the next use.
  pool.on('error', () => {});
  let closed: Promise<void> | undefined;
  return {
    run: (request, signal) => run(pool, request, signal),
    close: () => {
      closed ??= pool.end();
      return closed;
    },
  };
}

async function run(pool: Pool, request: SqlRequest, signal: AbortSignal) {
  signal.throwIfAborted();
  const client = await connectUnlessAborted(pool, signal);
  let broken: Error | undefined;
  // A connection in the middle of a statement is of no use to anyone else.
  const gaveUp = Promise.withResolvers<never>();
  const onAbort = () => {
    broken = new Error('given up');
    gaveUp.reject(signal.reason);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  const work = async () => {
    await client.query(request.readOnly ? 'begin read only' : 'begin');
    await client.query(`set local statement_timeout = ${Math.trunc(request.timeoutMs)}`);
    const config = { text: request.text, values: request.values.map(bindable), queryMode: 'extended' };
    const { rows, rowCount } = await client.query<Record<string, JsonObject[string]>>(config);
    if (rows.length > request.maxRows) {
      await client.query('rollback');
      throw new SqlError('too_many_rows', `More than ${request.maxRows} rows.`);
    }
    await client.query('commit');
    return { rows, rowCount: rowCount ?? 0 };
  };
  try {
    const working = work();
    working.catch(() => {});
    return await Promise.race([working, gaveUp.promise]);
  } catch (error) {
    if (broken === undefined) {
      await client.query('rollback').catch((failure: unknown) => {
        broken = failure instanceof Error ? failure : new Error('rollback failed');
      });
    }
    throw signal.aborted ? signal.reason : explain(error);
  } finally {
    signal.removeEventListener('abort', onAbort);
    client.release(broken);
  }
}

async function connectUnlessAborted(pool: Pool, signal: AbortSignal): Promise<PoolClient> {
  const connecting = pool.connect();
  const gaveUp = Promise.withResolvers<never>();
  const onAbort = () => gaveUp.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([connecting, gaveUp.promise]);
  } catch (error) {
    // Whoever comes next may have the connection, once it is there.
    connecting.then(
      (client) => client.release(),
      () => {},
    );
    throw signal.aborted ? signal.reason : explain(error);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function explain(error: unknown): unknown {
  if (error instanceof SqlError) return error;
  if (error instanceof AddressRefusedError) return new SqlError('address_refused', error.message, { cause: error });
  if (!(error instanceof DatabaseError))
    return new SqlError('unreachable', error instanceof Error ? error.message : 'The connection failed.', {
      cause: error,
    });
  const { code = '' } = error;
  // The message of these names values; the constraint's name does not.
  if (code.startsWith('23'))
    return new SqlError('conflict', `${code}: ${error.constraint ?? error.column ?? 'a constraint'}.`, {
      cause: error,
    });
  if (code === '57014') return new SqlError('timed_out', 'The statement took too long.', { cause: error });
  if (code.startsWith('28')) return new SqlError('auth_failed', `${code}: ${error.message}`, { cause: error });
  if (code.startsWith('08') || code.startsWith('57P') || code.startsWith('53'))
    return new SqlError('unreachable', `${code}: ${error.message}`, { cause: error });
  return new SqlError('failed', `${code}: ${error.message}`, { cause: error });
}

/** Lists are PostgreSQL's arrays; objects are JSON. */
function bindable(value: JsonObject[string]): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? JSON.stringify(value) : value;
}

/** Connects to allowed addresses only. */
class GuardedSocket extends Socket {
  readonly #options: PgSqlOptions;
  constructor(options: PgSqlOptions) {
    super();
    this.#options = options;
  }
  override connect(...args: unknown[]): this {
    const [port, host] = args;
    const { guard, lookup } = this.#options;
    // Otherwise it is a socket file of this machine.
    if (typeof port !== 'number' || typeof host !== 'string')
      return this.#refuse('Only hosts with a port are connected to.');
    if (!guard.mayUsePort(host, port, 'postgres'))
      return this.#refuse(`Port ${port} of ${host} is not open to integrations.`);
    const literal = literalAddress(host);
    if (literal !== undefined && !guard.mayReach(literal, literal))
      return this.#refuse(`${literal} is not a public address.`);
    return super.connect({ port, host, lookup: guardLookup(addressGuardOf(guard, host), lookup) });
  }
  #refuse(why: string): this {
    process.nextTick(() => this.destroy(new AddressRefusedError(why)));
    return this;
  }
}

const asText = (text: string) => text;
const numberTypes: readonly number[] = [types.builtins.INT8, types.builtins.NUMERIC];
const dateTypes: readonly number[] = [
  types.builtins.DATE,
  types.builtins.TIME,
  types.builtins.TIMETZ,
  types.builtins.TIMESTAMP,
  types.builtins.TIMESTAMPTZ,
  types.builtins.INTERVAL,
  types.builtins.BYTEA,
];

function getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  if (format === 'binary') return types.getTypeParser(oid, 'binary');
  if (dateTypes.includes(oid)) return asText;
  if (numberTypes.includes(oid)) return exactNumber;
  return types.getTypeParser(oid, 'text');
}

function exactNumber(text: string): number | string {
  // Fifteen digits always survive.
  return text.replace(/\D/g, '').length <= 15 && Number.isFinite(Number(text)) ? Number(text) : text;
}
