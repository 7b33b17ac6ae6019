import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { Database, Transaction } from '../storage/database.ts';
import { retryDelayMs } from './backoff.ts';
import { type ClaimedJob, createJobsRepository, type JobsRepository } from './jobs-repository.ts';
import { createPump } from './pump.ts';

/** Work that one replica does at a time, whichever takes it, and that outlives the process. */
export interface Jobs {
  /**
   * Do it again and again: first when no replica ever did, then `everyMs` after the last run ended, restarts included. A run that
   * fails is tried again sooner. The work must be fit to be done twice, and must heed its signal.
   * @param kind snake case, unique in the server
   */
  every(kind: string, everyMs: number, work: (signal: AbortSignal) => Promise<void>, options?: JobOptions): void;
  /** Say how jobs of this kind are done; those that wait are taken from then on. At least once each, in no order. */
  handle<T>(
    kind: string,
    payload: z.ZodType<T>,
    work: (payload: T, signal: AbortSignal, organizationId: string | undefined) => Promise<void>,
    options?: JobOptions,
  ): void;
  /** Have it done once the transaction is committed. Resolves to the job's id. */
  enqueue(transaction: Transaction, job: NewJob): Promise<string>;
  /** Stop what is under way; it waits for another replica, or the next start. Resolves when none of it goes on. Idempotent. */
  close(): Promise<void>;
}

export interface NewJob {
  readonly kind: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Undefined for the server's own. */
  readonly organizationId?: string | undefined;
  /** 0 when left out. */
  readonly delayMs?: number;
}

export interface JobOptions {
  /** After this the signal is aborted and the run has failed. */
  readonly timeoutMs?: number;
  /** Runs of what is done once, until it is left as failed. What repeats is never given up. */
  readonly maxAttempts?: number;
}

export const jobDefaults = {
  // The jobs here delete or send a batch; what takes longer says so.
  timeoutMs: 5 * 60_000,
  // With the delays between them about four hours.
  maxAttempts: 10,
} as const satisfies Required<JobOptions>;

export interface JobsParts {
  readonly database: Database;
  readonly onError: (error: unknown, what: string) => void;
  /** Told of each run, for metrics. */
  readonly onRun?: (run: { readonly kind: string; readonly hasFailed: boolean; readonly durationMs: number }) => void;
  readonly timing?: Partial<JobsTiming>;
}

export interface JobsTiming {
  /** How long a replica that died keeps others from its job. */
  readonly leaseMs: number;
  /** How often they are looked for when nothing is known to be due: one query. */
  readonly idleMs: number;
}

const timingDefaults: JobsTiming = {
  // Renewed three times within; long enough for a database that is away for some seconds.
  leaseMs: 30_000,
  // Only what another replica enqueued waits for this.
  idleMs: 5000,
};

/** At once in one process: they share the database's connections with the conversations. */
const maxAtOnce = 3;
/** Of those that are done once: tenants ask for them, an hour long each and as many as they like, and the house's own must go on. */
const maxOnceAtOnce = 2;
/** Until the transaction that enqueued it is committed, as a rule. */
const commitMs = 20;
const retry = { firstMs: 10_000, longestMs: 60 * 60_000 };
/** Ended jobs stay this long to be looked at. */
const keptMs = 7 * 24 * 60 * 60_000;
const deleteBatch = 1000;

interface Handler {
  readonly everyMs: number | undefined;
  readonly run: (job: ClaimedJob, signal: AbortSignal) => Promise<void>;
  readonly options: Required<JobOptions>;
}

/** Ownership: whoever makes it closes it, before the database. */
export function createJobs({ database, onError, onRun, timing }: JobsParts): Jobs {
  const { leaseMs, idleMs } = { ...timingDefaults, ...timing };
  const repository = createJobsRepository(database);
  const handlers = new Map<string, Handler>();
  const unwritten = new Set<string>();
  const running = new Set<Promise<void>>();
  let runningOnce = 0;
  /** Organizations that a job of is under way here: one at a time, so that none keeps the others waiting. */
  const busy = new Set<string>();
  const closing = new AbortController();

  const pump = createPump({
    idleMs,
    onError: (error) => onError(error, 'looking for jobs'),
    run: async () => {
      for (const kind of unwritten) {
        const everyMs = handlers.get(kind)?.everyMs;
        if (everyMs !== undefined) await repository.ensureRepeating(kind, everyMs);
        unwritten.delete(kind);
      }
      await claim(kindsOf('repeating'), maxAtOnce - running.size);
      // One by one: whoever gets one now is left out of the next.
      while (running.size < maxAtOnce && runningOnce < maxOnceAtOnce) {
        if (!(await claim(kindsOf('once'), 1, [...busy]))) break;
      }
      const claimable = [...kindsOf('repeating'), ...(runningOnce < maxOnceAtOnce ? kindsOf('once') : [])];
      // Woken when one of them ends.
      if (claimable.length === 0 || running.size >= maxAtOnce) return idleMs;
      return Math.max(0, (await repository.nextDueMs(claimable, [...busy])) ?? idleMs);
    },
  });

  const kindsOf = (which: 'repeating' | 'once'): string[] =>
    [...handlers].flatMap(([kind, { everyMs }]) => ((everyMs === undefined) === (which === 'once') ? [kind] : []));
  const claim = async (kinds: readonly string[], free: number, notOf?: readonly string[]): Promise<boolean> => {
    if (kinds.length === 0 || free <= 0) return false;
    const holder = randomUUID();
    const claimed = await repository.claim(kinds, free, holder, leaseMs, notOf);
    for (const job of claimed) begin(job, holder);
    return claimed.length > 0;
  };
  const begin = (job: ClaimedJob, holder: string): void => {
    const handler = handlers.get(job.kind);
    if (handler === undefined) return;
    const isOnce = handler.everyMs === undefined;
    const { organizationId } = job;
    if (isOnce) runningOnce += 1;
    if (organizationId !== undefined) busy.add(organizationId);
    const ended = runHeld({ job, handler, holder, leaseMs, repository, onRun, closing: closing.signal })
      .catch((error: unknown) => onError(error, `job ${job.kind}`))
      .finally(() => {
        running.delete(ended);
        if (isOnce) runningOnce -= 1;
        if (organizationId !== undefined) busy.delete(organizationId);
        pump.wake();
      });
    running.add(ended);
  };
  const add = (kind: string, handler: Handler): void => {
    if (handlers.has(kind)) throw new Error(`There are two jobs of the kind ${kind}.`);
    handlers.set(kind, handler);
    if (handler.everyMs !== undefined) unwritten.add(kind);
    pump.wake();
  };

  const jobs: Jobs = {
    every: (kind, everyMs, work, options) =>
      add(kind, { everyMs, run: (_job, signal) => work(signal), options: { ...jobDefaults, ...options } }),
    handle: (kind, payload, work, options) =>
      add(kind, {
        everyMs: undefined,
        run: async (job, signal) => work(payload.parse(job.payload), signal, job.organizationId),
        options: { ...jobDefaults, ...options },
      }),
    async enqueue(transaction, { kind, payload, organizationId, delayMs = 0 }) {
      const jobId = await repository.insert(transaction, { kind, payload, organizationId, delayMs });
      pump.wake(delayMs + commitMs);
      return jobId;
    },
    async close() {
      closing.abort(new Error('The server is shutting down.'));
      await pump.close();
      await Promise.all(running);
    },
  };
  jobs.every('delete_ended_jobs', 60 * 60_000, async (signal) => {
    while (!signal.aborted && (await repository.deleteFinished(keptMs, deleteBatch)) === deleteBatch);
  });
  return jobs;
}

/** Run it, keep its lease meanwhile, and write down what came of it. Throws what the run threw. */
async function runHeld(held: {
  readonly job: ClaimedJob;
  readonly handler: Handler;
  readonly holder: string;
  readonly leaseMs: number;
  readonly repository: JobsRepository;
  readonly onRun: JobsParts['onRun'];
  readonly closing: AbortSignal;
}): Promise<void> {
  const { job, handler, holder, leaseMs, repository, closing } = held;
  const { timeoutMs, maxAttempts } = handler.options;
  const isOnce = job.everyMs === undefined;
  if (isOnce && job.attempts > maxAttempts) {
    // Whoever ran it last died of it.
    return repository.finish(job.jobId, holder, 'failed', 'Its process ended during the last attempt.');
  }
  const startedAtMs = performance.now();
  const lost = new AbortController();
  const renewal = setInterval(() => {
    repository.renew(job.jobId, holder, leaseMs).then(
      (isHeld) => isHeld || lost.abort(new Error(`Another replica took the job ${job.kind} over.`)),
      // The next one may succeed; if none does, another replica takes over and this one learns of it.
      () => {},
    );
  }, leaseMs / 3);
  const signal = AbortSignal.any([closing, lost.signal, AbortSignal.timeout(timeoutMs)]);
  try {
    await abortable(handler.run(job, signal), signal);
    held.onRun?.({ kind: job.kind, hasFailed: false, durationMs: performance.now() - startedAtMs });
    await (isOnce
      ? repository.finish(job.jobId, holder, 'done', undefined)
      : repository.putBack(job.jobId, holder, job.everyMs ?? 0, undefined));
  } catch (error) {
    if (closing.aborted) {
      // Whoever comes next does it at once; it did not fail.
      await repository.putBack(job.jobId, holder, 0, isOnce ? 'Interrupted by a shutdown.' : undefined);
      return;
    }
    held.onRun?.({ kind: job.kind, hasFailed: true, durationMs: performance.now() - startedAtMs });
    const what = shortly(error);
    if (isOnce && job.attempts >= maxAttempts) await repository.finish(job.jobId, holder, 'failed', what);
    else {
      const delayMs = retryDelayMs(job.attempts, retry);
      await repository.putBack(job.jobId, holder, Math.min(delayMs, job.everyMs ?? delayMs), what);
    }
    throw error;
  } finally {
    clearInterval(renewal);
  }
}

/** Work that does not heed its signal is left behind after a while, so that it holds up nothing. */
const graceMs = 5000;

/** Throws the signal's reason when it was aborted, once the work has ended. */
async function abortable(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const late = Promise.withResolvers<void>();
  let timer: NodeJS.Timeout | undefined;
  const abort = () => {
    timer = setTimeout(() => late.reject(signal.reason), graceMs);
  };
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([work, late.promise]);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

const longestError = 300;

function shortly(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, longestError);
}
