import { isIP } from 'node:net';
import type { Clock } from '@parley/engine/ports/clock.ts';
import { parseHostPort } from '../message/host.ts';
import { param } from '../message/params.ts';
import type { SipPeer, SipProtocol } from '../message/sip-message.ts';
import { parseUri, type SipUri, uriTransport } from '../message/uri.ts';
import { defaultPort } from '../transport/response-target.ts';
import { createNameCache } from './name-cache.ts';
import { type NameResolver, orderServices, type Service } from './resolver.ts';

export interface SipLocatorOptions {
  readonly resolver: NameResolver;
  readonly clock: Clock;
  /** By which it may be sent, best first. What an URI asks for by `transport=` or `sips:` goes before. */
  readonly protocols?: readonly SipProtocol[];
  /** What can be sent to: those that there are sockets of. */
  readonly families?: readonly ('ipv4' | 'ipv6')[];
  /** From 0 to below 1, for services of one priority. */
  readonly random?: () => number;
}

/** Where a URI leads (RFC 3263). */
export interface SipLocator {
  /**
   * Tells where to send a request, what to try first in front; at once where the URI has an address. Never rejects.
   * @returns none where the URI leads nowhere: it is malformed, its host has no address, names are not answered in time
   */
  locate(uri: string): readonly SipPeer[] | Promise<readonly SipPeer[]>;
}

export function createSipLocator(options: SipLocatorOptions): SipLocator {
  const { resolver, clock } = options;
  const { protocols = ['udp', 'tcp', 'tls'], families = ['ipv4', 'ipv6'], random = Math.random } = options;
  const addresses = createNameCache(clock, (name, signal) => resolver.addresses(name, signal));
  const services = createNameCache(clock, (name, signal) => resolver.services(name, signal));

  const peersAt = async (host: string, port: number, protocol: SipProtocol, serverName: string): Promise<SipPeer[]> => {
    const found = isIP(host) === 0 ? await addresses.find(host) : [host];
    return found
      .filter((address) => families.includes(isIP(address) === 6 ? 'ipv6' : 'ipv4'))
      .map((address) => toPeer(address, port, protocol, serverName));
  };

  const byServices = async (uri: SipUri, protocol: SipProtocol): Promise<SipPeer[]> => {
    const found = await services.find(`${SERVICE_PREFIX[protocol]}.${uri.host}`);
    const ordered: readonly Service[] = orderServices(found.slice(0, MAX_TARGETS), random);
    const peers = await Promise.all(ordered.map(({ name, port }) => peersAt(name, port, protocol, uri.host)));
    return peers.flat();
  };

  const byName = async (uri: SipUri, wanted: readonly SipProtocol[]): Promise<readonly SipPeer[]> => {
    const [first = 'udp'] = wanted;
    if (uri.port === undefined) {
      const found = (await Promise.all(wanted.map((protocol) => byServices(uri, protocol)))).flat();
      if (found.length > 0) return found.slice(0, MAX_TARGETS);
    }
    const peers = await peersAt(uri.host, uri.port ?? defaultPort(first), first, uri.host);
    return peers.slice(0, MAX_TARGETS);
  };

  return {
    locate(text) {
      const written = parseUri(text);
      if (written?.kind !== 'sip') return [];
      const maddr = parseHostPort(param(written.params, 'maddr') ?? '')?.host;
      const uri = maddr === undefined ? written : { ...written, host: maddr };
      const wanted = protocolsFor(uri, protocols);
      const [first] = wanted;
      if (first === undefined) return [];
      if (isIP(uri.host) !== 0) return [toPeer(uri.host, uri.port ?? defaultPort(first), first, undefined)];
      return byName(uri, wanted);
    },
  };
}

/** Nobody waits while more are tried: a request gives up after 32 s. */
const MAX_TARGETS = 8;

const SERVICE_PREFIX: Readonly<Record<SipProtocol, string>> = { udp: '_sip._udp', tcp: '_sip._tcp', tls: '_sips._tcp' };

/** `sips:` means TLS, whatever else is asked for; a `sip:` address that asks for nothing is not looked for by TLS. */
function protocolsFor(uri: SipUri, spoken: readonly SipProtocol[]): readonly SipProtocol[] {
  if (uri.secure) return spoken.filter((protocol) => protocol === 'tls');
  const asked = uriTransport(uri);
  if (asked !== undefined) return spoken.filter((protocol) => protocol === asked);
  return spoken.filter((protocol) => protocol !== 'tls');
}

/** RFC 5922 §4: a certificate is for the domain of the URI, whatever machine its services name. */
function toPeer(address: string, port: number, protocol: SipProtocol, serverName: string | undefined): SipPeer {
  const peer: SipPeer = { protocol, address, port };
  return protocol === 'tls' && serverName !== undefined && isIP(serverName) === 0 ? { ...peer, serverName } : peer;
}
