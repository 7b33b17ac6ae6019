import { type HostPort, parseHostPort, writeHostPort } from './host.ts';
import { param, parseParams, type SipParams, withParam, writeParams } from './params.ts';
import { isToken } from './tokens.ts';

/** One hop of a request's way (RFC 3261 §20.42), by which the answers find back. */
export interface Via extends HostPort {
  /** Upper case: `UDP`, `TCP`, `TLS`, or another. */
  readonly transport: string;
  readonly params: SipParams;
}

/** What begins a branch that is unique for its transaction (RFC 3261 §8.1.1.7). */
export const BRANCH_COOKIE = 'z9hG4bK';

export function parseVia(text: string): Via | undefined {
  const read = VIA.exec(text);
  if (read === null) return undefined;
  const [, transport = '', sentBy = '', rest = ''] = read;
  const hostPort = parseHostPort(sentBy);
  const params = parseParams(rest);
  if (hostPort === undefined || params === undefined || !isToken(transport)) return undefined;
  return { transport: transport.toUpperCase(), ...hostPort, params };
}

export function writeVia(via: Via): string {
  return `SIP/2.0/${via.transport} ${writeHostPort(via)}${writeParams(via.params)}`;
}

/** The branch, or undefined where it is not there or not of RFC 3261 (the cookie alone counts for none). */
export function viaBranch(via: Via): string | undefined {
  const branch = param(via.params, 'branch');
  if (branch === undefined || branch.length <= BRANCH_COOKIE.length) return undefined;
  return branch.slice(0, BRANCH_COOKIE.length).toLowerCase() === BRANCH_COOKIE.toLowerCase() ? branch : undefined;
}

/** Where it came from in truth, as the next hop noted it; without the brackets that some put around IPv6. */
export function viaReceived(via: Via): string | undefined {
  const received = param(via.params, 'received');
  return received?.startsWith('[') ? received.slice(1, -1) : received;
}

/** The port noted by the next hop; undefined where it is not asked for or not known yet. */
export function viaRport(via: Via): number | undefined {
  const rport = Number(param(via.params, 'rport') ?? Number.NaN);
  return Number.isInteger(rport) && rport > 0 && rport <= 65_535 ? rport : undefined;
}

/**
 * Notes where a request came from: `received` where the sender names itself otherwise (RFC 3261 §18.2.1), `rport` where it asks for it,
 * and then `received` always (RFC 3581 §4).
 */
export function noteSource(via: Via, address: string, port: number): Via {
  const asks = param(via.params, 'rport') !== undefined;
  if (!asks && via.host === address.toLowerCase()) return via;
  const params = withParam(via.params, 'received', address);
  return { ...via, params: asks ? withParam(params, 'rport', String(port)) : params };
}

const VIA = /^\s*SIP\s*\/\s*2\.0\s*\/\s*([^\s/;,]+)\s+([^;,\s][^;,]*)(;.*)?$/is;
