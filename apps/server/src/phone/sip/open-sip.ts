import { hostname } from 'node:os';
import type { MediaSessions } from '@parley/channels/rtp/media-session.ts';
import { createSipEndpoint } from '@parley/channels/sip/create-sip-endpoint.ts';
import { createSipLocator, type SipLocator } from '@parley/channels/sip/location/sip-locator.ts';
import type { SipPeer } from '@parley/channels/sip/message/sip-message.ts';
import type { IncomingSipCall, SipEndpoint } from '@parley/channels/sip/sip-endpoint.ts';
import type { SipEndpointOptions } from '@parley/channels/sip/sip-endpoint-options.ts';
import { createAddressSet } from '@parley/channels/sip/transport/address-set.ts';
import { createSipTransport } from '@parley/channels/sip/transport/create-sip-transport.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { OutgoingHosts } from '../../edge/outgoing-hosts.ts';
import { StartError, systemCode } from '../../start-errors.ts';
import { type SipSettings, sipHost } from '../phone-settings.ts';
import { guardResolver } from './guarded-resolver.ts';
import { readIdentity, renewIdentity } from './renewed-identity.ts';
import { mediaAddress, sipListens } from './sip-addresses.ts';

export interface SipParts {
  readonly settings: SipSettings;
  /** Where the server listens, as HOST says. */
  readonly host: string;
  /** By which the world reaches it. */
  readonly publicIp: string | undefined;
  readonly media: MediaSessions;
  readonly clock: Clock;
  readonly hosts: Pick<OutgoingHosts, 'guardOf'>;
  /**
   * By which the questions who telephones are are signed: the same at all replicas, or a proxy in front would bring each answer to one
   * that asks anew.
   */
  readonly accountSecret: Uint8Array;
  readonly onCall: (call: IncomingSipCall) => void;
  /** The certificate was written anew, and is shown from now on. */
  readonly onTlsRenewed: () => void;
  /** Who asks to call or to register is asked who they are, and may have told wrongly. */
  readonly onIdentified: SipEndpointOptions['onIdentified'];
  readonly onError: (error: unknown, context: string) => void;
}

export interface Sip {
  readonly endpoint: SipEndpoint;
  /** What stands after the @ of our own addresses. */
  readonly domain: string;
  close(): Promise<void>;
}

/** How often it is looked where the trunk is: its name may lead elsewhere from one minute to the next. */
const trunkLookMs = 60_000;

/**
 * Answers and makes calls by SIP from then on. Undefined: nobody chose the port, and it is taken.
 * @throws StartError `port_in_use`, `config_invalid`
 */
export async function openSip(parts: SipParts): Promise<Sip | undefined> {
  const { settings, clock, onError, publicIp } = parts;
  const { trunk, accounts, outboundProxy } = settings;
  const listen = await sipListens(parts.host, settings, publicIp);
  const domain = settings.domain ?? publicIp ?? ownHost(parts.host);
  const identity = settings.tls === undefined ? undefined : await readIdentity(settings.tls);
  const ownHosts = [trunk?.host, hostOf(outboundProxy)].filter((host) => host !== undefined);
  const locator = createSipLocator({ clock, resolver: guardResolver(parts.hosts, ownHosts) });
  const proxies = createAddressSet(settings.trustedProxies);
  const known = createAddressSet(settings.allowed);
  const trunkAddresses = trunk === undefined ? undefined : await watchTrunk(locator, trunk.uri, onError);
  const isTrunkAt = (address: string) => trunkAddresses?.set.has(address) === true;
  const { username, password } = trunk ?? {};
  let stopRenewing = () => {};
  try {
    const endpoint = await createSipEndpoint({
      async openTransport(events) {
        const sockets = await createSipTransport({
          ...events,
          ...{ listen, clock, trusted: settings.trustedProxies },
          ...(identity !== undefined && { tls: identity }),
        });
        if (identity !== undefined && settings.tls !== undefined) {
          const { renewTls: renew } = sockets;
          stopRenewing = renewIdentity(settings.tls, identity, { renew, onRenewed: parts.onTlsRenewed, onError });
        }
        return sockets;
      },
      ...{ media: parts.media, clock, locator, domain, srtp: settings.srtp },
      userAgent: 'Parley',
      ...(publicIp !== undefined && {
        mediaAddressFor: ({ address }: SipPeer) => mediaAddress(address, publicIp, proxies.has(address)),
      }),
      accounts: {
        passwordOf: (user) => accounts.get(user),
        isOptionalFor: ({ address }) => known.has(address) || proxies.has(address) || isTrunkAt(address),
        secret: parts.accountSecret,
      },
      isTrustedProxy: (address) => proxies.has(address),
      knownTrunks: [
        { isAt: isTrunkAt, ...(username !== undefined && { credentials: { username, password: password ?? '' } }) },
      ],
      trunks:
        trunk?.registers === true && username !== undefined
          ? [
              {
                address: `sip:${username}@${sipHost(trunk.host)}`,
                registrar: trunk.uri,
                credentials: { username, password: password ?? '' },
                ...(outboundProxy !== undefined && { outboundProxy }),
              },
            ]
          : [],
      onCall: parts.onCall,
      ...(parts.onIdentified !== undefined && { onIdentified: parts.onIdentified }),
      onError: (error) => onError(error, 'SIP'),
    });
    return {
      endpoint,
      domain,
      async close() {
        trunkAddresses?.stop();
        stopRenewing();
        await endpoint.close();
      },
    };
  } catch (error) {
    trunkAddresses?.stop();
    stopRenewing();
    const code = systemCode(error);
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    if (!settings.isPortChosen) return undefined;
    throw new StartError(
      'port_in_use',
      `SIP cannot listen on port ${settings.port} (${code}). Choose another, SIP_PORT=5070 npm start, or off.`,
      { cause: error },
    );
  }
}

/** Calls of the trunk come from where it is called, as a rule: they need no account. */
async function watchTrunk(locator: SipLocator, uri: string, onError: SipParts['onError']) {
  let set = createAddressSet([]);
  const look = async () => {
    const peers = await locator.locate(uri);
    // While the network is away, it is where it was.
    if (peers.length > 0) set = createAddressSet(peers.map(({ address }) => address));
  };
  await look();
  const timer = setInterval(() => {
    look().catch((error: unknown) => onError(error, 'where the trunk is'));
  }, trunkLookMs);
  timer.unref();
  return {
    get set() {
      return set;
    },
    stop: () => clearInterval(timer),
  };
}

function ownHost(host: string): string {
  return host === '0.0.0.0' || host === '::' ? hostname() : host;
}

function hostOf(uri: string | undefined): string | undefined {
  return /^sips?:(\[[^\]]+\]|[^:;]+)/i.exec(uri ?? '')?.[1]?.replace(/^\[|\]$/g, '');
}
