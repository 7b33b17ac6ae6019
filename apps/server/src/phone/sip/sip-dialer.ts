import { isIP } from 'node:net';
import type { SipEndpoint } from '@parley/channels/sip/sip-endpoint.ts';
import type { Dialer, DialTarget } from '../phone-desk.ts';
import { sipHost, type TrunkSettings } from '../phone-settings.ts';

export interface SipDialerParts {
  readonly endpoint: Pick<SipEndpoint, 'dial' | 'listening'>;
  readonly trunk: TrunkSettings | undefined;
  readonly outboundProxy: string | undefined;
  /** What stands after the @ of our own addresses. */
  readonly domain: string;
}

/** Numbers are called through the trunk, SIP addresses where they are. */
export function createSipDialer({ endpoint, trunk, outboundProxy, domain }: SipDialerParts): Dialer {
  /** Our own, where those are reached who registered here: others would lead back to us. */
  const isOurs = (address: string): boolean => {
    if (hostOf(address) !== domain.toLowerCase()) return false;
    const [, port] = /:(\d+)$/.exec(withoutParameters(address)) ?? [];
    // A name tells its port by itself.
    if (port === undefined && isIP(domain) === 0) return true;
    return endpoint.listening.some((one) => one.port === Number(port ?? standardPort));
  };

  return {
    kind: 'sip',
    canReach: (target) => target.kind === 'sip' || trunk !== undefined,
    async dial({ target, callerNumber, callerName, ringTimeoutMs, onRinging, hasAlternative = false }, signal) {
      const isByTrunk =
        target.kind === 'number' || (trunk !== undefined && hostOf(target.address) === hostOf(trunk.uri));
      // Trunks know callers by the addresses of their own network.
      const host = isByTrunk && trunk?.username !== undefined ? withoutParameters(trunk.uri) : sipHost(domain);
      const { username, password } = trunk ?? {};
      const leg = await endpoint.dial(
        {
          uri: uriOf(target, trunk),
          from: { uri: `sip:${callerNumber}@${host}`, ...(callerName !== undefined && { displayName: callerName }) },
          ...(isByTrunk && username !== undefined && { credentials: { username, password: password ?? '' } }),
          ...(outboundProxy !== undefined && { outboundProxy: withLooseRouting(outboundProxy) }),
          // A proxy may know them.
          onlyRegistered: outboundProxy === undefined && !isByTrunk && isOurs(uriOf(target, trunk)),
          ...{ ringTimeoutMs, hasAlternative },
          ...(onRinging !== undefined && { onRinging }),
        },
        signal,
      );
      return { leg, answeredBy: 'unknown' };
    },
  };
}

const standardPort = 5060;

function uriOf(target: DialTarget, trunk: TrunkSettings | undefined): string {
  if (target.kind === 'sip') return target.address;
  if (trunk === undefined) throw new Error('A number was to be called without a trunk: ask canReach first.');
  return trunk.uri.replace(/^(sips?:)/i, `$1${target.number}@`);
}

/** Host and port of a SIP address, without its user. */
function withoutParameters(uri: string): string {
  return uri
    .replace(/^sips?:/i, '')
    .replace(/^[^@]*@/, '')
    .replace(/;.*$/, '');
}

function hostOf(uri: string): string {
  return withoutParameters(uri)
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase();
}

function withLooseRouting(uri: string): string {
  return /;lr\b/i.test(uri) ? uri : `${uri};lr`;
}
