import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { WireError } from '@parley/contract/errors.ts';
import type { OutgoingHosts } from '../edge/outgoing-hosts.ts';
import type { DialTarget } from './phone-desk.ts';

export interface OutboundRules {
  /** Beginnings of numbers that may be called; empty: any. */
  readonly prefixes: readonly string[];
  /** Private addresses are reached only where they are listed, as by every request for a tenant. */
  readonly hosts: Pick<OutgoingHosts, 'guardOf'>;
  /** Of the trunk, which whoever runs the server chose. */
  readonly trunkHost: string | undefined;
  /** Of our own addresses: telephones that registered here. */
  readonly ownDomain?: string | undefined;
  /** All addresses of a host; rejects when it has none. */
  readonly resolve?: (hostname: string) => Promise<readonly string[]>;
}

/** The user, and the host in brackets where it is an address of IPv6. */
const sipForm = /^sips?:([^@\s]{1,64})@(\[[0-9a-f:.]+\]|[^:;[\]\s]+)/i;

/**
 * Whom a call may be made to: numbers that whoever runs the server allows, addresses on hosts that tenants may reach.
 * @param to as the contract takes it: a number of E.164, or a SIP address
 * @throws WireError `number_not_allowed`
 */
export async function outboundTarget(to: string, rules: OutboundRules): Promise<DialTarget> {
  if (to.startsWith('+')) return numberTarget(to, rules);
  const [, user = '', written] = sipForm.exec(to) ?? [];
  const host = written?.replace(/^\[|\]$/g, '').toLowerCase();
  if (host === undefined) throw new WireError('number_not_allowed', { to: 'It is no SIP address with a host.' });
  if (host === rules.trunkHost?.toLowerCase()) {
    // The trunk calls numbers, however they are written: none goes around what is allowed.
    if (/^\+[1-9]\d{6,14}$/.test(user)) return numberTarget(user, rules);
    if (rules.prefixes.length > 0) {
      throw new WireError('number_not_allowed', { to: 'Give the number internationally, with its plus.' });
    }
  } else if (host !== rules.ownDomain?.toLowerCase()) {
    await refuseUnreachable(host, rules);
  }
  return { kind: 'sip', address: to };
}

function numberTarget(number: string, { prefixes }: OutboundRules): DialTarget {
  if (prefixes.length > 0 && !prefixes.some((prefix) => number.startsWith(prefix))) {
    throw new WireError('number_not_allowed', { to: `Numbers that begin with ${prefixes.join(', ')} may be called.` });
  }
  return { kind: 'number', number };
}

async function refuseUnreachable(host: string, { hosts, resolve = resolveAll }: OutboundRules): Promise<void> {
  let addresses: readonly string[];
  try {
    addresses = isIP(host) === 0 ? await resolve(host) : [host];
  } catch {
    throw new WireError('number_not_allowed', { to: `There is no host ${host}.` });
  }
  const mayReach = hosts.guardOf(host);
  if (addresses.length === 0 || !addresses.every(mayReach)) {
    throw new WireError('number_not_allowed', {
      to: 'This host may not be reached from the server. An administrator can list it in OUTGOING_ALLOWED_HOSTS.',
    });
  }
}

async function resolveAll(hostname: string): Promise<readonly string[]> {
  return (await lookup(hostname, { all: true })).map(({ address }) => address);
}
