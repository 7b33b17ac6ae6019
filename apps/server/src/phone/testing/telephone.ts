import { createMediaSessions } from '@parley/channels/rtp/media-sessions.ts';
import { createSipEndpoint } from '@parley/channels/sip/create-sip-endpoint.ts';
import { createSystemResolver } from '@parley/channels/sip/location/resolver.ts';
import { createSipLocator } from '@parley/channels/sip/location/sip-locator.ts';
import type { IncomingSipCall, SipEndpoint } from '@parley/channels/sip/sip-endpoint.ts';
import type { SipAccounts } from '@parley/channels/sip/sip-endpoint-options.ts';
import { createSipTransport } from '@parley/channels/sip/transport/create-sip-transport.ts';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';

/** A telephone of a test on this machine, with sound; or the trunk, when it has accounts. */
export interface Telephone {
  readonly endpoint: SipEndpoint;
  readonly port: number;
  /** Rings here; a call that nobody takes out of it goes on ringing. */
  readonly ringing: IncomingSipCall[];
  readonly errors: unknown[];
  close(): Promise<void>;
}

export async function createTelephone(
  options: {
    readonly accounts?: SipAccounts;
    readonly onCall?: (call: IncomingSipCall) => void;
    readonly protocol?: 'udp' | 'tcp';
    /** One of this machine's. */
    readonly address?: string;
    /** It is behind a NAT, which `address` is the outside of: what it tells of itself, to call it back and for its sound, is this. */
    readonly toldAddress?: string;
  } = {},
): Promise<Telephone> {
  const clock = createSystemClock();
  const errors: unknown[] = [];
  const ringing: IncomingSipCall[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const { protocol = 'udp', address = '127.0.0.1', toldAddress } = options;
  const media = createMediaSessions({
    ...{ clock, onError, ports: { from: 20_000, to: 31_999 } },
    // Sound comes from the NAT, too.
    ...(toldAddress !== undefined && { bindAddress: address }),
  });
  const listen = { protocol, address, port: 0, ...(toldAddress !== undefined && { publicAddress: toldAddress }) };
  const endpoint = await createSipEndpoint({
    openTransport: (events) => createSipTransport({ ...events, clock, listen: [listen] }),
    ...{ media, clock, onError, domain: 'telephone.test', userAgent: 'Telephone', srtp: 'accepted' },
    locator: createSipLocator({ clock, resolver: createSystemResolver() }),
    ...(toldAddress !== undefined && { mediaAddressFor: () => toldAddress }),
    ...(options.accounts !== undefined && { accounts: options.accounts }),
    onCall: options.onCall ?? ((call) => void ringing.push(call)),
  });
  return {
    endpoint,
    port: endpoint.listening[0]?.port ?? 0,
    ringing,
    errors,
    async close() {
      await endpoint.close();
      await media.close();
    },
  };
}
