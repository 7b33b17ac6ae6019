import { shareOf } from '../share.ts';

/** Which version answers whom. */
export interface Traffic {
  /** One more with each change. */
  readonly revision: number;
  /** Answers all that the candidate does not; undefined until a version was given conversations. */
  readonly stable: number | undefined;
  /** A version on trial. */
  readonly candidate: { readonly version: number; readonly percentage: number } | undefined;
  /** Versions that were stable before, the latest first. */
  readonly before: readonly number[];
}

/** Far enough back for anybody. */
const maxBefore = 50;

export const noTraffic: Traffic = { revision: 0, stable: undefined, candidate: undefined, before: [] };

/**
 * The version that answers the caller; undefined if none does. The same one as long as the traffic stays as it is, and who had
 * the candidate keeps it when its percentage grows.
 *
 * @param key the caller, or the conversation where the caller is not known
 */
export function versionInTraffic(traffic: Traffic, agentId: string, key: string): number | undefined {
  const { stable, candidate } = traffic;
  if (candidate === undefined) return stable;
  // The candidate is part of the key: it is not always the same callers who get what is new.
  const place = shareOf(`${agentId}/${candidate.version}/${key}`) * 100;
  return place < candidate.percentage ? candidate.version : stable;
}

/**
 * Give a version its share. At 100 it is the stable one; below, it is on trial beside the stable one. The first to be given
 * conversations gets all of them: there is no other.
 */
export function withShare(traffic: Traffic, version: number, percentage: number): Traffic {
  const revision = traffic.revision + 1;
  if (percentage === 100 || (traffic.stable === undefined && percentage > 0)) {
    return { revision, stable: version, candidate: undefined, before: remembered(traffic, version) };
  }
  return { ...traffic, revision, candidate: { version, percentage } };
}

/** Everything to a version that was published before. */
export function rolledBackTo(traffic: Traffic, version: number): Traffic {
  return {
    revision: traffic.revision + 1,
    stable: version,
    candidate: undefined,
    before: remembered(traffic, version),
  };
}

/** Where a rollback without a number leads: from a trial to the stable one, else to the one before it. */
export function rollbackTarget({ stable, candidate, before }: Traffic): number | undefined {
  return candidate === undefined ? before[0] : stable;
}

function remembered({ stable, before }: Traffic, next: number): readonly number[] {
  if (stable === undefined || stable === next) return before;
  // Back to the one before is not a step forward: the next rollback goes further back.
  if (before[0] === next) return before.slice(1);
  return [stable, ...before].slice(0, maxBefore);
}
