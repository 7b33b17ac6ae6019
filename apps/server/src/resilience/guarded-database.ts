import { WireError } from '@parley/contract/errors.ts';
import type { Database } from '../storage/database.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type OutsideCall, OutsideCallError, type OutsideCalls } from './outside-call.ts';

/**
 * How the database is left alone: it is asked again after a second, since a restart takes two and callers wait for it; the first
 * failures cost a caller the pool's own time-out (3 s), later ones nothing.
 */
const databaseBreaker = {
  // The pool and the statements have limits of their own.
  timeoutMs: undefined,
  failures: 3,
  openMs: 1000,
  // Ten connections serve thousands of transactions a second; behind so many the last would wait longer than it may.
  maxConcurrent: 1000,
  maxWaiting: 0,
  isTrouble: isUnavailable,
};

/** The database, timed, and failing at once while it is known to be away: a thousand callers must not each wait for a time-out. */
export function guardDatabase(database: Database, outside: OutsideCalls, metrics: Metrics): Database {
  const call = outside.of('database', databaseBreaker);
  metrics.gauge('parley_database_connections', { state: 'total' }, () => database.figures.total);
  metrics.gauge('parley_database_connections', { state: 'idle' }, () => database.figures.idle);
  metrics.gauge('parley_database_connections_limit', {}, () => database.figures.limit);
  metrics.gauge('parley_database_waiting', {}, () => database.figures.waiting);
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    const startedAtMs = performance.now();
    try {
      return await through(call, work);
    } catch (error) {
      if (isUnavailable(error)) metrics.count('parley_database_errors_total', {});
      throw error;
    } finally {
      metrics.observe('parley_database_seconds', {}, (performance.now() - startedAtMs) / 1000);
    }
  };
  return {
    ...database,
    // Spread, it would be read once.
    get figures() {
      return database.figures;
    },
    inOrganization: (organizationId, work, options) =>
      guarded(() => database.inOrganization(organizationId, work, options)),
    acrossOrganizations: (work, options) => guarded(() => database.acrossOrganizations(work, options)),
    call: (statement) => guarded(() => database.call(statement)),
    ping: () => through(call, () => database.ping()),
  };
}

async function through<T>(call: OutsideCall, work: () => Promise<T>): Promise<T> {
  try {
    return await call.run(work);
  } catch (error) {
    if (error instanceof OutsideCallError) throw new WireError('storage_unavailable');
    throw error;
  }
}

/** What the database says when it cannot be reached; everything else is an answer. */
function isUnavailable(error: unknown): boolean {
  return error instanceof WireError && error.code === 'storage_unavailable';
}
