import { BlockList } from 'node:net';
import { networkInterfaces } from 'node:os';
import { createOwnAddresses } from '../../rtp/own-address.ts';
import { familyOf } from './address-set.ts';
import type { SipListen } from './sip-transport.ts';

/** Tells by which of our addresses somebody reaches us. */
export type OwnAddress = (listen: SipListen, peerAddress: string) => string;

/** @param nowMs monotonic; networks are looked up anew when what is known is older than 30 s */
export function createOwnAddress(nowMs: () => number): OwnAddress {
  const routes = createOwnAddresses(nowMs);
  let networks: readonly Network[] = [];
  let readAtMs = Number.NEGATIVE_INFINITY;

  /** The address in a network that we share with the peer. */
  const sharedWith = (peerAddress: string) => {
    if (nowMs() - readAtMs > NETWORKS_MAX_AGE_MS) {
      networks = readNetworks();
      readAtMs = nowMs();
    }
    return networks.find(({ list }) => list.check(peerAddress, familyOf(peerAddress)))?.address;
  };

  const towards = (peerAddress: string) => {
    try {
      return routes.towards(peerAddress);
    } catch {
      // The network is away: nobody reaches us, and what could not be sent is told elsewhere.
      return familyOf(peerAddress) === 'ipv6' ? '::1' : '127.0.0.1';
    }
  };

  return (listen, peerAddress) => {
    const isWildcard = listen.address === '0.0.0.0' || listen.address === '::';
    if (listen.publicAddress !== undefined) {
      // Whoever shares a network with us may not find the way by the address that the world sees.
      const shared = sharedWith(peerAddress);
      if (shared === undefined || !(isWildcard || shared === listen.address)) return listen.publicAddress;
    }
    return isWildcard ? towards(peerAddress) : listen.address;
  };
}

const NETWORKS_MAX_AGE_MS = 30_000;

interface Network {
  readonly address: string;
  readonly list: BlockList;
}

function readNetworks(): readonly Network[] {
  const found: Network[] = [];
  for (const addresses of Object.values(networkInterfaces())) {
    for (const { address, cidr, scopeid } of addresses ?? []) {
      if (cidr === null || (scopeid ?? 0) !== 0) continue;
      const list = new BlockList();
      list.addSubnet(address, Number(cidr.split('/')[1]), familyOf(address));
      found.push({ address, list });
    }
  }
  return found;
}
