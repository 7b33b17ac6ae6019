import { BlockList, isIP } from 'node:net';

/** A set of addresses and networks. */
export interface AddressSet {
  /** @param address IPv4 or IPv6; IPv4 in IPv6's clothes is known for what it is */
  has(address: string): boolean;
}

/**
 * @param written `192.0.2.1`, `192.0.2.0/24`, `2001:db8::/32`
 * @throws RangeError naming the one that cannot be read
 */
export function createAddressSet(written: readonly string[]): AddressSet {
  const list = new BlockList();
  for (const each of written) {
    const [address = '', bits, ...more] = each.trim().split('/');
    const family = familyOf(address);
    const length = bits === undefined ? undefined : Number(bits);
    const isLength = length === undefined || (/^\d+$/.test(bits ?? '') && length <= (family === 'ipv6' ? 128 : 32));
    if (isIP(address) === 0 || more.length > 0 || !isLength) {
      throw new RangeError(`"${each}" is no address and no network; write 192.0.2.1 or 192.0.2.0/24`);
    }
    if (length === undefined) list.addAddress(address, family);
    else list.addSubnet(address, length, family);
  }
  return { has: (address) => isIP(address) !== 0 && list.check(address, familyOf(address)) };
}

/** Without the scope of IPv6 (`%eth0`) and without the prefix of IPv4 on IPv6 sockets. */
export function plainAddress(address: string): string {
  const scope = address.indexOf('%');
  const bare = scope < 0 ? address : address.slice(0, scope);
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  return mapped ?? bare;
}

export function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
