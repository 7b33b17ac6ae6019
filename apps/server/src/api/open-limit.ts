import { createRateLimit } from '@parley/channels/app-messages/rate-limit.ts';

/** Conversations that one address may open: a burst for an office behind one address, and one a second in the long run. */
const limit = { burst: 60, perSecond: 1 };

/** Addresses remembered; the one that was quiet longest is forgotten first, and by then its bucket is full again. */
const maxAddresses = 10_000;

/** Whether a client at the address may open another conversation now (monotonic milliseconds). */
export function createOpenLimit(): (address: string, nowMs: number) => boolean {
  const buckets = new Map<string, (nowMs: number) => boolean>();
  return (address, nowMs) => {
    const bucket = buckets.get(address) ?? createRateLimit(limit);
    // Set anew, so that the map is ordered by last use.
    buckets.delete(address);
    buckets.set(address, bucket);
    const [quietest] = buckets.keys();
    if (buckets.size > maxAddresses && quietest !== undefined) buckets.delete(quietest);
    return bucket(nowMs);
  };
}
