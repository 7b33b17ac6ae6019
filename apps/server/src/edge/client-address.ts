import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
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

/**
 * Who is at the other end, as Fastify finds it for requests: the nearest address that is none of the trusted proxies. For WebSockets,
 * which come past Fastify.
 */
export function createClientAddress(
  trustedProxies: readonly string[],
): (request: Pick<IncomingMessage, 'headers' | 'socket'>) => string {
  const trusted = new BlockList();
  for (const network of trustedProxies) {
    const [address = '', bits] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    trusted.addSubnet(address, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  const isTrusted = (address: string): boolean => {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return trusted.check(parsed.toString(), parsed.kind());
  };
  return ({ headers, socket }) => {
    const before = forwardedFor(headers);
    let address = socket.remoteAddress ?? '';
    while (isTrusted(address)) {
      const next = before.pop();
      if (next === undefined) break;
      address = next;
    }
    return plainAddress(address);
  };
}

/**
 * Leaves of `X-Forwarded-For` only addresses, so that Fastify takes nothing else for the client's: proxies pass on what they were sent,
 * and some add ports. What stands before something that is no address is as little to be believed as that.
 */
export function cleanForwardedFor(headers: IncomingHttpHeaders): void {
  if (headers['x-forwarded-for'] === undefined) return;
  const addresses = forwardedFor(headers);
  if (addresses.length === 0) delete headers['x-forwarded-for'];
  else headers['x-forwarded-for'] = addresses.join(', ');
}

/** Without the network card that a link-local address of IPv6 comes with: a database's type for addresses knows none. */
export function plainAddress(address: string): string {
  return address.split('%', 1)[0] ?? address;
}

/** The client first, the nearest proxy last. */
function forwardedFor(headers: IncomingHttpHeaders): string[] {
  const said = headers['x-forwarded-for'];
  const parts = (typeof said === 'string' ? said : (said?.join(',') ?? '')).split(',').map((part) => {
    const [, v6, v4] = /^(?:\[([^\]]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$/.exec(part.trim()) ?? [];
    return plainAddress(v6 ?? v4 ?? part.trim());
  });
  const lastUnreadable = parts.findLastIndex((part) => isIP(part) === 0);
  return parts.slice(lastUnreadable + 1);
}
