import { createRandom, type Random } from '@parley/engine/simulation/random.ts';
import { createVirtualClock, type VirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { createSipEndpoint } from '../create-sip-endpoint.ts';
import { createSipLocator } from '../location/sip-locator.ts';
import type { SipPeer } from '../message/sip-message.ts';
import type { IncomingSipCall, SipEndpoint } from '../sip-endpoint.ts';
import type { SipEndpointOptions } from '../sip-endpoint-options.ts';
import { createStageMedia, type StageMedia } from './stage-media.ts';
import { createVirtualNetwork, type VirtualNetwork } from './virtual-network.ts';

/** A few ends of SIP in virtual time, with a network between them that does what a test wants. */
export interface Stage {
  readonly clock: VirtualClock;
  readonly network: VirtualNetwork;
  readonly random: Random;
  /** One more end at this address. */
  actor(address: string, options?: Partial<SipEndpointOptions>): Promise<Actor>;
  /** Lets time pass until the promise is settled; fails when that takes longer. */
  until<Value>(promise: Promise<Value>, withinMs?: number): Promise<Value>;
}

export interface Actor {
  readonly endpoint: SipEndpoint;
  readonly media: StageMedia;
  readonly uri: string;
  /** Calls that were offered, in their order. */
  readonly offered: readonly IncomingSipCall[];
  /** Errors that the end told of; none is expected. */
  readonly errors: readonly unknown[];
}

export function createStage(seed: number | string = 1): Stage {
  const random = createRandom(seed);
  const clock = createVirtualClock();
  const network = createVirtualNetwork(clock, random.fork('network'));
  const places = new Map<string, string>();
  const resolver = {
    addresses: async (host: string) => [...(places.has(host) ? [places.get(host) ?? ''] : [])],
    services: async () => [],
  };

  return {
    clock,
    network,
    random,
    async actor(address, options = {}) {
      const offered: IncomingSipCall[] = [];
      const errors: unknown[] = [];
      const media = createStageMedia(address);
      const chance = random.fork(address);
      const locator = createSipLocator({ resolver, clock, random: () => chance.next() });
      const endpoint = await createSipEndpoint({
        openTransport: network.open(address),
        media,
        clock,
        locator,
        domain: address,
        userAgent: 'stage',
        srtp: 'off',
        random: () => chance.next(),
        newToken: () => `${chance.int(0, 2 ** 32).toString(36)}${chance.int(0, 2 ** 32).toString(36)}`,
        onError: (error) => errors.push(error),
        ...options,
        onCall(call: IncomingSipCall) {
          offered.push(call);
          options.onCall?.(call);
        },
      });
      return { endpoint, media, uri: `sip:${nameOf(address)}@${address}`, offered, errors };
    },
    async until(promise, withinMs = 120_000) {
      let isSettled = false;
      const settled = () => {
        isSettled = true;
      };
      promise.then(settled, settled);
      await clock.advanceTo(clock.nowMs() + withinMs, () => isSettled);
      if (!isSettled) throw new Error(`Nothing came of it within ${withinMs} ms of virtual time`);
      return promise;
    },
  };
}

export function peerAt(address: string): SipPeer {
  return { protocol: 'udp', address, port: 5060 };
}

function nameOf(address: string): string {
  return `u${address.split('.').at(-1)}`;
}
