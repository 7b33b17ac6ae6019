import { randomBytes } from 'node:crypto';
import { createSystemResolver } from '@parley/channels/sip/location/resolver.ts';
import { createSipLocator } from '@parley/channels/sip/location/sip-locator.ts';
import { header } from '@parley/channels/sip/message/headers.ts';
import type { SipPeer, SipRequest, SipResponse } from '@parley/channels/sip/message/sip-message.ts';
import { writeVia } from '@parley/channels/sip/message/via.ts';
import { createSipTransport } from '@parley/channels/sip/transport/create-sip-transport.ts';
import type { SipTransport } from '@parley/channels/sip/transport/sip-transport.ts';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';

/** UDP loses packets: asked again after these (RFC 3261 §17.1.2.2). */
const repeatAfterMs = [500, 1000, 2000];

/**
 * Asks a SIP server what it can (OPTIONS), from a socket of its own; nothing is registered, and nobody is called.
 * @returns its answer, whatever it is; undefined when the address leads nowhere
 * @throws the signal's reason when it does not answer, and what the network says
 */
export async function askOptions(
  uri: string,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly server: string | undefined; readonly peer: SipPeer } | undefined> {
  const clock = createSystemClock();
  const locator = createSipLocator({ clock, resolver: createSystemResolver() });
  const [peer] = await locator.locate(uri);
  if (peer === undefined) return undefined;
  const callId = randomBytes(12).toString('hex');
  const answered = Promise.withResolvers<SipResponse>();
  const any = peer.address.includes(':') ? '::' : '0.0.0.0';
  const transport = await createSipTransport({
    clock,
    listen: [
      { protocol: 'udp', address: any, port: 0 },
      { protocol: 'tcp', address: any, port: 0 },
    ],
    onMessage(message) {
      const isOurs = message.kind === 'response' && header(message.headers, 'Call-ID') === callId;
      if (isOurs && message.status >= 200) answered.resolve(message);
    },
    onError: answered.reject,
  });
  const timers: NodeJS.Timeout[] = [];
  const stop = () => answered.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const request = optionsRequest(transport, { uri, peer, callId });
    await transport.send(request, peer);
    for (const afterMs of peer.protocol === 'udp' ? repeatAfterMs : []) {
      timers.push(setTimeout(() => void transport.send(request, peer).catch(answered.reject), afterMs));
    }
    const { status, headers } = await answered.promise;
    return { status, server: header(headers, 'Server') ?? header(headers, 'User-Agent'), peer };
  } finally {
    signal.removeEventListener('abort', stop);
    for (const timer of timers) clearTimeout(timer);
    await transport.close();
  }
}

function optionsRequest(
  transport: SipTransport,
  { uri, peer, callId }: { readonly uri: string; readonly peer: SipPeer; readonly callId: string },
): SipRequest {
  const via = transport.viaFor(peer);
  const branch = { name: 'branch', value: `z9hG4bK${callId}` };
  const own = `sip:verify@${via.host.includes(':') ? `[${via.host}]` : via.host}:${via.port}`;
  return {
    kind: 'request',
    method: 'OPTIONS',
    uri,
    headers: [
      { name: 'Via', value: writeVia({ ...via, params: [...via.params, branch] }) },
      { name: 'Max-Forwards', value: '70' },
      { name: 'From', value: `<${own}>;tag=${callId.slice(0, 8)}` },
      { name: 'To', value: `<${uri}>` },
      { name: 'Call-ID', value: callId },
      { name: 'CSeq', value: '1 OPTIONS' },
      { name: 'Contact', value: `<${own}>` },
      { name: 'Accept', value: 'application/sdp' },
      { name: 'User-Agent', value: 'Parley' },
      { name: 'Content-Length', value: '0' },
    ],
    body: new Uint8Array(0),
  };
}
