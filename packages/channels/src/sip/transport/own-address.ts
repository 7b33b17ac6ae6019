import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { familyOf } from './address-set.ts';
import type { SipListen } from './sip-transport.ts';

/** Tells by which of our addresses somebody reaches us. */
export type OwnAddress = (listen: SipListen, peerAddress: string) => string;

/** @param nowMs monotonic; networks are looked up anew when what is known is older than 30 s */
export function createOwnAddress(nowMs: () => number): OwnAddress {
  let networks: readonly Network[] = [];
  let readAtMs = Number.NEGATIVE_INFINITY;
  return (listen, peerAddress) => {
    const isWildcard = listen.address === '0.0.0.0' || listen.address === '::';
    if (listen.publicAddress === undefined && !isWildcard) return listen.address;
    if (nowMs() - readAtMs > NETWORKS_MAX_AGE_MS) {
      networks = readNetworks();
      readAtMs = nowMs();
    }
    // Whoever shares a network with us may not find the way by the address that the world sees.
    const shared = networks.find(({ list }) => list.check(peerAddress, familyOf(peerAddress)));
    if (shared !== undefined && (isWildcard || shared.address === listen.address)) return shared.address;
    if (listen.publicAddress !== undefined) return listen.publicAddress;
    const outside = networks.find(({ address, isLoopback }) => !isLoopback && isIP(address) === isIP(peerAddress));
    return outside?.address ?? (isIP(peerAddress) === 6 ? '::1' : '127.0.0.1');
  };
}

const NETWORKS_MAX_AGE_MS = 30_000;

interface Network {
  readonly address: string;
  readonly isLoopback: boolean;
  readonly list: BlockList;
}

function readNetworks(): readonly Network[] {
  const found: Network[] = [];
  for (const addresses of Object.values(networkInterfaces())) {
    for (const { address, cidr, internal, scopeid } of addresses ?? []) {
      if (cidr === null || (scopeid ?? 0) !== 0) continue;
      const list = new BlockList();
      list.addSubnet(address, Number(cidr.split('/')[1]), familyOf(address));
      found.push({ address, isLoopback: internal, list });
    }
  }
  return found;
}
