import type { Random } from '@parley/engine/simulation/random.ts';
import type { VirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { parseSipMessage } from '../message/parse-message.ts';
import type { SipMessage, SipPeer, SipProtocol } from '../message/sip-message.ts';
import { noteSource, parseVia, writeVia } from '../message/via.ts';
import { writeSipMessage } from '../message/write-message.ts';
import type { SipTransportEvents } from '../sip-endpoint-options.ts';
import { type SipTransport, SipTransportError } from '../transport/sip-transport.ts';

/** What the way between two places does to packets; chances from 0 to 1, times in milliseconds. */
export interface Weather {
  readonly loss: number;
  readonly duplicates: number;
  /** Each packet takes its own time between these, so that they overtake each other. */
  readonly delayMs: readonly [number, number];
}

export const fairWeather: Weather = { loss: 0, duplicates: 0, delayMs: [10, 10] };

/** SIP in virtual time: messages as bytes, from place to place, lost and doubled by a seed. */
export interface VirtualNetwork {
  weather: Weather;
  /** Drops a message besides; asked for each. */
  drops: (message: SipMessage, from: string, to: string) => boolean;
  /** Bytes that nobody here sent, as if they came from that place. */
  inject(bytes: Uint8Array, from: string, to: string): void;
  /** Everything that was sent, lost or not: for tests that look at what went over the wire. */
  readonly log: readonly Sent[];
  /** An endpoint's sockets at this address, port 5060. */
  open(address: string, protocol?: SipProtocol): (events: SipTransportEvents) => Promise<SipTransport>;
}

export interface Sent {
  readonly atMs: number;
  readonly from: string;
  readonly to: string;
  readonly message: SipMessage;
}

export function createVirtualNetwork(clock: VirtualClock, random: Random): VirtualNetwork {
  const places = new Map<string, (bytes: Uint8Array, from: string) => void>();
  const log: Sent[] = [];

  const carry = (bytes: Uint8Array, from: string, to: string) => {
    const { delayMs } = network.weather;
    clock.wakeAt(clock.nowMs() + delayMs[0] + random.next() * (delayMs[1] - delayMs[0]), () =>
      places.get(to)?.(bytes, from),
    );
  };

  const network: VirtualNetwork = {
    weather: fairWeather,
    drops: () => false,
    log,
    inject: carry,
    open:
      (address, protocol = 'udp') =>
      async (events) => {
        let received = 0;
        let isClosed = false;
        const self: SipPeer = { protocol, address, port: 5060 };
        places.set(address, (bytes, from) => {
          const parsed = parseSipMessage(bytes);
          // Refusing those is the real transport's matter.
          if (parsed.type === 'malformed') return;
          received += 1;
          events.onMessage(withSource(parsed.message, from), { protocol, address: from, port: 5060 });
        });
        return {
          listening: [self],
          async send(message, peer) {
            if (isClosed) throw new SipTransportError('closed', 'closed');
            const bytes = writeSipMessage(message);
            log.push({ atMs: clock.nowMs(), from: address, to: peer.address, message });
            if (network.drops(message, address, peer.address) || random.chance(network.weather.loss)) return peer;
            carry(bytes, address, peer.address);
            if (random.chance(network.weather.duplicates)) carry(bytes, address, peer.address);
            return peer;
          },
          viaFor: () => ({ transport: protocol.toUpperCase(), host: address, port: 5060, params: [] }),
          addressFor: () => ({ host: address, port: 5060 }),
          figures: () => ({
            ...{ connections: 0, timers: 0, sent: 0, malformed: 0, refusedByAddress: 0, throttled: 0 },
            received,
          }),
          async close() {
            isClosed = true;
            places.delete(address);
          },
        };
      },
  };
  return network;
}

function withSource(message: SipMessage, from: string): SipMessage {
  if (message.kind === 'response') return message;
  const at = message.headers.findIndex(({ name }) => name === 'Via');
  const via = parseVia(message.headers[at]?.value ?? '');
  if (via === undefined) return message;
  return {
    ...message,
    headers: message.headers.with(at, { name: 'Via', value: writeVia(noteSource(via, from, 5060)) }),
  };
}
