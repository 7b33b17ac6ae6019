import { type ClientMessage, type ServerMessage, serverMessageSchema } from '@parley/contract/app-messages.ts';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { Pcm } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import { createAudioReceiver } from './audio-receiver.ts';
import { createAudioSender } from './audio-sender.ts';
import { offerNodeDataChannel } from './node-datachannel-transport.ts';
import type { IceServer, OfferingPeer } from './transport.ts';

export interface DialOptions {
  /** Carries the offer to the server and brings its answer. */
  exchange(offerSdp: string, signal: AbortSignal): Promise<string>;
  readonly iceServers?: readonly IceServer[];
  readonly bindAddress?: string;
  /** 20 ms of the agent's side at 16 kHz, each 20 ms from the first packet on, silence included. */
  onAudio(frame: Pcm): void;
  onMessage(message: ServerMessage): void;
  /** The line is dead; told once, and not after `close`. */
  onClosed(reason: string): void;
  /** Ends the call, before or after it stands. */
  readonly signal: AbortSignal;
  /** Time for the whole handshake. */
  readonly connectTimeoutMs?: number;
  readonly clock?: Clock;
}

export interface DialedCall {
  /** 20 ms of the caller's voice; call each 20 ms while there is some, silence is filled in. */
  send(frame: Pcm): void;
  tell(message: ClientMessage): void;
  close(): void;
}

/** The caller's side of a WebRTC call: resolves once audio and messages can flow. */
export async function dial(options: DialOptions): Promise<DialedCall> {
  const clock = options.clock ?? createSystemClock();
  const timeout = AbortSignal.timeout(options.connectTimeoutMs ?? 10_000);
  const signal = AbortSignal.any([options.signal, timeout]);
  const ready = Promise.withResolvers<void>();
  // Whoever waits sees the failure; when nobody does yet it must not end the process.
  ready.promise.catch(() => {});
  let peer: OfferingPeer | undefined;
  let isStanding = false;
  let isClosed = false;
  let isConnected = false;
  let isOpen = false;
  let stopFrames = () => {};
  let receive = (_bytes: Uint8Array) => {};

  const close = () => {
    if (isClosed) return;
    isClosed = true;
    options.signal.removeEventListener('abort', onAbort);
    stopFrames();
    peer?.close();
  };
  const lost = (reason: string) => {
    if (isClosed) return;
    close();
    if (isStanding) options.onClosed(reason);
    else ready.reject(new Error(`The call could not be connected: ${reason}.`));
  };
  const onAbort = () => lost('aborted');
  const check = () => {
    if (isConnected && isOpen) ready.resolve();
  };
  const onTimeout = () => ready.reject(signal.reason);
  signal.addEventListener('abort', onTimeout, { once: true });
  options.signal.addEventListener('abort', onAbort, { once: true });

  try {
    const offering = await offerNodeDataChannel(
      options,
      {
        onState(state) {
          if (state === 'closed') return lost('connection closed');
          if (state !== 'connected') return;
          isConnected = true;
          check();
        },
        onAudioPacket: (bytes) => receive(bytes),
        onMessagesOpen() {
          isOpen = true;
          check();
        },
        onMessage(data) {
          const message = parseServerMessage(data);
          if (message !== undefined) options.onMessage(message);
        },
      },
      signal,
    );
    peer = offering;
    const receiver = createAudioReceiver(offering.payloadType);
    const sender = createAudioSender(offering, (bytes) => offering.sendAudioPacket(bytes));
    receive = (bytes) => receiver.receive(bytes, clock.nowMs());
    offering.acceptAnswer(await options.exchange(offering.offerSdp, signal));
    await ready.promise;
    isStanding = true;
    stopFrames = clock.everyFrame(() => {
      const frame = receiver.nextFrame(clock.nowMs());
      if (frame !== undefined) options.onAudio(frame);
      sender.tick(clock.nowMs());
    });
    return {
      send: (frame) => {
        if (!isClosed) sender.write(frame, clock.nowMs());
      },
      tell: (message) => {
        offering.sendMessage(JSON.stringify(message));
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  } finally {
    signal.removeEventListener('abort', onTimeout);
  }
}

function parseServerMessage(data: unknown): ServerMessage | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    return serverMessageSchema.safeParse(JSON.parse(data)).data;
  } catch {
    return undefined;
  }
}
