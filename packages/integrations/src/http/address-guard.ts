import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** `true` allows private and loopback addresses; a list allows the networks in it, such as `10.1.0.0/16`. */
export type AllowedPrivate = boolean | readonly string[];

/** Whether connections may be made to the address: an IPv4 or IPv6 address in any of its spellings. */
export type AddressGuard = (address: string) => boolean;

export class AddressRefusedError extends Error {
  override readonly name = 'AddressRefusedError';
}

/**
 * Only addresses of the public internet pass, and what is allowed besides. Cloud machines hand out their credentials on
 * link-local addresses: `true` does not allow those, only their own network in the list does.
 */
export function createAddressGuard(allowed: AllowedPrivate): AddressGuard {
  const networks = new BlockList();
  for (const network of typeof allowed === 'boolean' ? [] : allowed) {
    const [address = '', bits] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    networks.addSubnet(address, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  return (text) => {
    if (!ipaddr.isValid(text)) return false;
    // ::ffff:127.0.0.1 is 127.0.0.1.
    const address = ipaddr.process(text);
    const range = address.range();
    if (range === 'unicast') return true;
    if (networks.check(address.toString(), address.kind())) return true;
    return allowed === true && (range === 'private' || range === 'loopback' || range === 'uniqueLocal');
  };
}

/** The literal address that a URL's host is, without the brackets of IPv6; undefined for a name. */
export function literalAddress(hostname: string): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return isIP(bare) === 0 ? undefined : bare;
}

/**
 * A look-up of names for `net.connect`: what it gives is what is connected to, so that a name which changes its address after a
 * check gains nothing. A name with one refused address is refused whole.
 */
export function guardLookup(guard: AddressGuard, lookup: LookupFunction = systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, options, (error, found, family) => {
      if (error !== null) return callback(error, found, family);
      const addresses = typeof found === 'string' ? [found] : found.map(({ address }) => address);
      if (addresses.length > 0 && addresses.every(guard)) return callback(null, found, family);
      callback(new AddressRefusedError(`${hostname} stands for an address that is not public.`), '', 0);
    });
  };
}
