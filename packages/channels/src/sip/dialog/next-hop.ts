import { BlockList, isIP } from 'node:net';
import { parseNameAddr } from '../message/name-addr.ts';
import type { SipPeer } from '../message/sip-message.ts';
import { parseUri, type SipUri } from '../message/uri.ts';
import type { Dialog } from './dialog.ts';

export interface NextHopOptions {
  readonly dialog: Dialog;
  /** Where the message came from that began the dialog. */
  readonly source: SipPeer;
  /** Nobody stands between: it came with one Via, or went to where it was answered. */
  readonly isDirect: boolean;
  readonly locate: (uri: string) => readonly SipPeer[] | Promise<readonly SipPeer[]>;
  readonly isTrustedProxy: (address: string) => boolean;
}

/** Where the requests of a dialog go to, and where they may come from. */
export interface NextHop {
  /** Tells the peer, at once where no name is to be looked up; where a name leads nowhere it is where their messages come from. */
  lookUp(found: (peer: SipPeer) => void): void;
  /**
   * May a request of the dialog come from there? Tags can be overheard: whoever ends a call must be where its messages come from, or
   * where they go to.
   */
  accepts(peer: SipPeer): boolean;
}

export function createNextHop(options: NextHopOptions): NextHop {
  const { dialog, source, isDirect } = options;
  let looked: { readonly uri: string; readonly peer: SipPeer } | undefined;

  const addresses = (): readonly string[] => {
    const named = [dialog.remoteTarget, ...dialog.routeSet.map((route) => parseNameAddr(route)?.uri ?? '')];
    const hosts = named.map((uri) => sipUri(uri)?.host ?? '').filter((host) => isIP(host) !== 0);
    return looked === undefined ? [source.address, ...hosts] : [source.address, looked.peer.address, ...hosts];
  };

  return {
    lookUp(found) {
      const uri = dialog.nextHopUri;
      if (isDirect && dialog.routeSet.length === 0 && leadsBack(uri, source)) return found(source);
      if (looked?.uri === uri) return found(looked.peer);
      const take = (peers: readonly SipPeer[]) => {
        const [peer] = peers;
        if (peer !== undefined) looked = { uri, peer };
        found(peer ?? source);
      };
      const located = options.locate(uri);
      if (located instanceof Promise) void located.then(take);
      else take(located);
    },
    accepts: ({ address }) => addresses().includes(address) || options.isTrustedProxy(address),
  };
}

/**
 * Is the source the way to this Contact? On a connection always. On UDP, where they name an address that only their own network knows
 * (NAT), or a name; one that names another address means it.
 */
function leadsBack(uri: string, source: SipPeer): boolean {
  if (source.protocol !== 'udp') return true;
  const host = sipUri(uri)?.host ?? '';
  if (host === source.address) return sipUri(uri)?.port === source.port;
  return isIP(host) !== 0 && isPrivate(host) && !isPrivate(source.address);
}

function sipUri(text: string): SipUri | undefined {
  const uri = parseUri(text);
  return uri?.kind === 'sip' ? uri : undefined;
}

const privateNetworks = new BlockList();
for (const [net, bits] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['127.0.0.0', 8],
] as const) {
  privateNetworks.addSubnet(net, bits, 'ipv4');
}
privateNetworks.addSubnet('fc00::', 7, 'ipv6');
privateNetworks.addSubnet('fe80::', 10, 'ipv6');
privateNetworks.addAddress('::1', 'ipv6');

/** An address that is known in its own network alone. */
function isPrivate(address: string): boolean {
  return privateNetworks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
