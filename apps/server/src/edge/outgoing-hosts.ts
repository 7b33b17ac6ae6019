import { BlockList, isIP } from 'node:net';
import { type AddressGuard, createAddressGuard } from '@parley/integrations/http/address-guard.ts';
import type { ConnectionGuard } from '@parley/integrations/http/connection-guard.ts';

/** What tenants' requests may reach besides the public internet, as the person who runs the server lists it. */
export interface OutgoingHosts {
  /** Whether the address may be connected to when it is what the host stands for. */
  guardOf(hostname: string): AddressGuard;
  /** Whether the host was listed, by its name or as an address: then on any port. */
  isListed(hostname: string): boolean;
}

/** Names, addresses and networks, such as `crm.internal`, `10.1.0.7` and `10.2.0.0/16`. */
export function createOutgoingHosts(allowed: readonly string[]): OutgoingHosts {
  const networks = allowed.filter(isNetwork);
  const names = new Set(allowed.filter((entry) => !isNetwork(entry)).map(canonicalHost));
  const listedNetworks = createAddressGuard(networks);
  // A listed name may stand for a private address; where machines hand out their credentials not even that may.
  const anyPrivate = createAddressGuard(true);
  const listed = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = isIP(address);
    listed.addSubnet(address, Number(bits ?? (family === 6 ? 128 : 32)), family === 6 ? 'ipv6' : 'ipv4');
  }
  return {
    guardOf: (hostname) =>
      names.has(canonicalHost(hostname)) ? (address) => listedNetworks(address) || anyPrivate(address) : listedNetworks,
    isListed: (hostname) => {
      const host = canonicalHost(hostname);
      return names.has(host) || (isIP(host) !== 0 && listed.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4'));
    },
  };
}

/** PostgreSQL's own, where its servers on the internet listen. */
const postgresPort = 5432;

/** The same for integrations: on ports that are listed, databases on their own too; on any of hosts that are listed. */
export function createConnectionGuard(allowed: readonly string[], ports: readonly number[]): ConnectionGuard {
  const hosts = createOutgoingHosts(allowed);
  return {
    mayReach: (hostname, address) => hosts.guardOf(hostname)(address),
    mayUsePort: (hostname, port, protocol) =>
      hosts.isListed(hostname) || ports.includes(port) || (protocol === 'postgres' && port === postgresPort),
    mayUseClearText: hosts.isListed,
  };
}

export function isNetwork(entry: string): boolean {
  const [address = '', bits, ...more] = entry.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32));
}

/** In one spelling: lower case, without the dot of the root and the brackets of IPv6. */
function canonicalHost(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^\[|\]$/g, '');
}
