import { statfs } from 'node:fs/promises';
import type { Metrics } from './metrics.ts';

/** How a dependency is: `degraded` serves, worse than it should; of what is `down` nothing can be had. */
export type DependencyState = 'ok' | 'degraded' | 'down';

export interface DependencyReport {
  readonly state: DependencyState;
  /** In a few words, for whoever looks. No addresses and no secrets: anybody may ask. */
  readonly detail?: string;
}

export interface Dependency {
  /** As in `/ready` and in metrics. */
  readonly name: string;
  /** Without it no new conversation can be taken: when it is down, balancers should go elsewhere. */
  readonly isVital: boolean;
  check(signal: AbortSignal): Promise<DependencyReport> | DependencyReport;
}

export interface Readiness {
  readonly ready: boolean;
  readonly parts: Readonly<Record<string, DependencyState>>;
  readonly details: Readonly<Record<string, string>>;
}

/** A check that takes longer has failed: balancers ask every few seconds. */
const checkTimeoutMs = 2000;
/** Many may ask at once; the parts are asked no more often than this. */
const keepMs = 1000;

/** Asks each part how it is, all at once, each within a time. */
export function createReadiness(
  dependencies: () => readonly Dependency[],
  metrics: Metrics,
  nowMs: () => number = () => performance.now(),
): () => Promise<Readiness> {
  let last: { readonly atMs: number; readonly answer: Promise<Readiness> } | undefined;
  const known = new Map<string, DependencyState>();
  const look = async (): Promise<Readiness> => {
    const reports = await Promise.all(
      dependencies().map(async ({ name, isVital, check }) => ({ name, isVital, ...(await within(check)) })),
    );
    for (const { name, state } of reports) {
      if (!known.has(name)) metrics.gauge('parley_dependency_state', { dependency: name }, () => rank(known.get(name)));
      known.set(name, state);
    }
    return {
      ready: !reports.some(({ isVital, state }) => isVital && state === 'down'),
      parts: Object.fromEntries(reports.map(({ name, state }) => [name, state])),
      details: Object.fromEntries(
        reports.flatMap(({ name, detail }) => (detail === undefined ? [] : [[name, detail]])),
      ),
    };
  };
  return () => {
    const atMs = nowMs();
    if (last === undefined || atMs - last.atMs >= keepMs) last = { atMs, answer: look() };
    return last.answer;
  };
}

/** The one that no new conversation can do without. */
export function databaseDependency(ping: () => Promise<void>): Dependency {
  return {
    name: 'database',
    isVital: true,
    check: async () => {
      await ping();
      return { state: 'ok' };
    },
  };
}

export interface DiskLimits {
  /** With less than this free the disk is degraded, with less than the other down. */
  readonly enoughFreeBytes: number;
  readonly leastFreeBytes: number;
}

export const diskDefaults: DiskLimits = {
  // Below this, a recording of an hour or a database that grows may fill it.
  enoughFreeBytes: 512 * 1024 * 1024,
  // The journal of what waits for the database must still fit.
  leastFreeBytes: 64 * 1024 * 1024,
};

/** Room in the folder that conversations, recordings and the journal are kept in. */
export function diskSpace(folder: string, limits: DiskLimits = diskDefaults): Dependency {
  return {
    name: 'disk',
    isVital: false,
    check: async () => {
      const { bavail, bsize } = await statfs(folder);
      const freeBytes = bavail * bsize;
      if (freeBytes >= limits.enoughFreeBytes) return { state: 'ok' };
      const detail = `${Math.floor(freeBytes / 1024 / 1024)} MiB are free in the data folder.`;
      return { state: freeBytes < limits.leastFreeBytes ? 'down' : 'degraded', detail };
    },
  };
}

async function within(check: Dependency['check']): Promise<DependencyReport> {
  const signal = AbortSignal.timeout(checkTimeoutMs);
  const tooLong = new Promise<DependencyReport>((resolve) => {
    signal.addEventListener(
      'abort',
      () => resolve({ state: 'down', detail: `No answer within ${checkTimeoutMs} ms.` }),
      {
        once: true,
      },
    );
  });
  try {
    return await Promise.race([Promise.resolve(check(signal)), tooLong]);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'failed';
    return { state: 'down', detail: code };
  }
}

function rank(state: DependencyState | undefined): number | undefined {
  if (state === undefined) return undefined;
  return { ok: 0, degraded: 1, down: 2 }[state];
}
