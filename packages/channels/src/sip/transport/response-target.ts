import { isIP } from 'node:net';
import { header } from '../message/headers.ts';
import type { SipPeer, SipProtocol, SipResponse } from '../message/sip-message.ts';
import { parseVia, type Via, viaReceived, viaRport } from '../message/via.ts';

/** RFC 3261 §19.1.2: where a URI or a Via names no port. */
export function defaultPort(protocol: SipProtocol): number {
  return protocol === 'tls' ? 5061 : 5060;
}

/**
 * Where an answer goes by its top Via (RFC 3261 §18.2.2, RFC 3581 §4): by UDP to where the request came from, if `rport` says so, else to
 * the port that the sender named; by TCP and TLS, whose connection is tried first, to the port that the sender listens at. `maddr` is
 * not followed: anybody could name a third party there.
 * @returns undefined where the Via leads nowhere
 */
export function responseTarget(response: SipResponse): SipPeer | undefined {
  const via = parseVia(header(response.headers, 'Via') ?? '');
  const protocol = via === undefined ? undefined : protocolOf(via);
  if (via === undefined || protocol === undefined) return undefined;
  const address = viaReceived(via) ?? via.host;
  if (isIP(address) === 0) return undefined;
  const port = via.port ?? defaultPort(protocol);
  return { protocol, address, port: protocol === 'udp' ? (viaRport(via) ?? port) : port };
}

export function protocolOf(via: Via): SipProtocol | undefined {
  const name = via.transport.toLowerCase();
  return name === 'udp' || name === 'tcp' || name === 'tls' ? name : undefined;
}
