import ipaddr from 'ipaddr.js';

/**
 * What of an address one client has to itself: an IPv4 address, or the 64 bits of an IPv6 network, in which a client may take as many
 * addresses as it likes.
 */
export function countedAddress(address: string): string {
  if (!ipaddr.isValid(address)) return 'unknown';
  // ::ffff:203.0.113.7 is 203.0.113.7.
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const [network] = ipaddr.parseCIDR(`${parsed.toString()}/64`);
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${network.toString()}/64`).toString()}/64`;
}
