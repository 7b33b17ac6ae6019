import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type AddressSet, createAddressSet } from '@parley/channels/sip/transport/address-set.ts';
import type { SipListen } from '@parley/channels/sip/transport/sip-transport.ts';
import type { SipSettings } from '../phone-settings.ts';

/**
 * Where SIP listens: at every address that HOST stands for, by UDP and TCP on one port, and by TLS where there is a certificate.
 * @throws the system's error where HOST stands for no address
 */
export async function sipListens(
  host: string,
  { port, tls }: Pick<SipSettings, 'port' | 'tls'>,
  publicAddress: string | undefined,
): Promise<readonly SipListen[]> {
  const addresses = await addressesOf(host);
  const chosen = port === 0 ? await freePort(addresses[0] ?? host) : port;
  return addresses.flatMap((address): SipListen[] => {
    const where = {
      address,
      ...(publicAddress !== undefined && isIP(publicAddress) === isIP(address) && { publicAddress }),
    };
    return [
      { protocol: 'udp', ...where, port: chosen },
      { protocol: 'tcp', ...where, port: chosen },
      ...(tls === undefined ? [] : [{ protocol: 'tls' as const, ...where, port: tls.port }]),
    ];
  });
}

/**
 * By which address somebody is told to reach our sound, where it is not the one that packets leave from: those in the house and on this
 * machine may not find the way by the address that the world sees, and one of another family leads to no socket of their call. Whoever
 * is behind a proxy of ours may be anywhere, wherever the proxy stands.
 */
export function mediaAddress(peerAddress: string, publicIp: string, isProxy: boolean): string | undefined {
  const isOtherFamily = isIP(publicIp) !== 0 && isIP(publicIp) !== isIP(peerAddress);
  return isOtherFamily || (inside.has(peerAddress) && !isProxy) ? undefined : publicIp;
}

const inside: AddressSet = createAddressSet([
  ...['127.0.0.0/8', '::1/128', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16'],
  ...['fc00::/7', 'fe80::/10'],
]);

/** `localhost` may stand for ::1 where there is no IPv6: what the machine has is listened at. */
async function addressesOf(host: string): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  const found = (await lookup(host, { all: true })).map(({ address }) => address);
  const own = new Set(Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address)));
  const here = found.filter((address) => own.has(address));
  return [...new Set(here.length > 0 ? here : found)];
}

/** One that UDP and TCP can share: each would get another of its own. */
async function freePort(address: string): Promise<number> {
  const server = createServer();
  server.listen(0, address);
  await once(server, 'listening');
  const bound = server.address();
  server.close();
  await once(server, 'close');
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}
