import { isIPv6 } from 'node:net';
import { type AddressSet, createAddressSet } from './address-set.ts';
import { type Allowance, createTokenBucket, createTokenBuckets, dropOldest } from './token-buckets.ts';

export interface GateOptions {
  /** Who may send anything at all, as addresses and networks; undefined: everybody. */
  readonly allow?: readonly string[];
  /** Proxies of one's own, behind whose address many callers stand: never throttled. */
  readonly trusted?: readonly string[];
  readonly limits?: Partial<GateLimits>;
}

export interface GateLimits {
  /** Of one address that we have not dealt with. A telephone that is set up and calls sends about 10 messages. */
  readonly stranger: Allowance;
  /** Of all such addresses together, so that a flood from forged addresses leaves time for those whom we know. */
  readonly strangers: Allowance;
  /** Of one address that we called, or whose call or registration we took: 300 calls a second from one trunk need 1,500. */
  readonly known: Allowance;
  /** How many addresses are remembered, each about 200 bytes. */
  readonly maxAddresses: number;
  /** How long somebody stays known after the last dealing: longer than a call without session timer usually takes. */
  readonly knownForMs: number;
}

export const GATE_LIMITS: GateLimits = {
  stranger: { burst: 200, perSecond: 100 },
  strangers: { burst: 2_000, perSecond: 2_000 },
  known: { burst: 4_000, perSecond: 2_000 },
  maxAddresses: 10_000,
  knownForMs: 2 * 3_600_000,
};

/** Keeps away what nobody asked for before it costs anything. */
export interface Gate {
  /** Whether the address may send at all. */
  allows(address: string): boolean;
  /** Takes one message's worth; false: it sends too much. */
  take(address: string, nowMs: number): boolean;
  isTrusted(address: string): boolean;
  /** We deal with it: its messages count for more than those of strangers. */
  know(address: string, nowMs: number): void;
}

/** @throws RangeError for an address that cannot be read */
export function createGate(options: GateOptions): Gate {
  const limits: GateLimits = { ...GATE_LIMITS, ...options.limits };
  const allowed = options.allow === undefined ? undefined : createAddressSet(options.allow);
  const trusted: AddressSet = createAddressSet(options.trusted ?? []);
  const strangers = createTokenBucket(limits.strangers);
  const strangerBuckets = createTokenBuckets(limits.stranger, limits.maxAddresses);
  const knownBuckets = createTokenBuckets(limits.known, limits.maxAddresses);
  const knownAtMs = new Map<string, number>();

  const isKnown = (key: string, nowMs: number): boolean => {
    const atMs = knownAtMs.get(key);
    if (atMs === undefined) return false;
    if (nowMs - atMs < limits.knownForMs) return true;
    knownAtMs.delete(key);
    return false;
  };

  return {
    allows: (address) => allowed === undefined || allowed.has(address) || trusted.has(address),
    isTrusted: (address) => trusted.has(address),
    take(address, nowMs) {
      if (trusted.has(address)) return true;
      const key = network(address);
      if (isKnown(key, nowMs)) return knownBuckets.take(key, nowMs);
      // One's own share first: what a single address sends too much must not use up the others'.
      return strangerBuckets.take(key, nowMs) && strangers.take(nowMs);
    },
    know(address, nowMs) {
      const key = network(address);
      knownAtMs.delete(key);
      if (knownAtMs.size >= limits.maxAddresses) dropOldest(knownAtMs);
      knownAtMs.set(key, nowMs);
    },
  };
}

/** Whoever has one address of IPv6 has the whole /64. */
function network(address: string): string {
  if (!isIPv6(address)) return address;
  const [left = '', right = ''] = address.split('::');
  const groups = left === '' ? [] : left.split(':');
  if (address.includes('::')) {
    const after = right === '' ? 0 : right.split(':').length;
    while (groups.length + after < 8) groups.push('0');
    if (right !== '') groups.push(...right.split(':'));
  }
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':');
}
