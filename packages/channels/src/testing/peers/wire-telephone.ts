import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { decodeG711, encodeG711, g711Silence } from '@parley/engine/audio/g711.ts';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { Pcm } from '@parley/engine/ports/audio.ts';
import { createRandom } from '@parley/engine/simulation/random.ts';
import type { PhoneLeg } from '../../phone/phone-leg.ts';
import { MediaError, type MediaSession, type MediaSessionOptions } from '../../rtp/media-session.ts';
import { isRtcp, parseRtp, rtpHeaderBytes, writeRtpHeader } from '../../rtp/rtp-packet.ts';
import { createSipEndpoint } from '../../sip/create-sip-endpoint.ts';
import { createSystemResolver } from '../../sip/location/resolver.ts';
import { createSipLocator } from '../../sip/location/sip-locator.ts';
import { createSipTransport } from '../../sip/transport/create-sip-transport.ts';

export interface WireTelephoneOptions {
  readonly address: string;
  /** Of the packets that it sends, the share that never leaves, from 0 to 1. */
  readonly lossShare?: number;
  /** How much faster its sample clock runs than time, in millionths. Telephones are off by up to 100. */
  readonly clockPpm?: number;
  readonly seed?: number;
}

/** A telephone by SIP whose sound is on the wire as it is: nothing is evened out, all is kept with its time. G.711 µ-law of 8 kHz. */
export interface WireTelephone {
  /** @throws LegError when nobody answers within 15 s */
  dial(uri: string, user: string): Promise<WireCall>;
  close(): Promise<void>;
}

/** Times are of `performance.now()`. */
export interface WireCall {
  readonly leg: PhoneLeg;
  /** Where the far side has its sound. */
  readonly far: { readonly address: string; readonly port: number };
  /** Where this telephone has its own. */
  readonly port: number;
  /** Of its packets. */
  readonly ssrc: number;
  /** Speaks behind what is being said. @returns the place in `mouth` where it begins */
  say(samples: Pcm): number;
  /** All that was said, silence included. */
  mouth(): Int16Array;
  /** When this sample was spoken. */
  mouthAtMs(sample: number): number;
  /** All that came, each packet where its timestamp has it; silence where none came. */
  ear(): Int16Array;
  /** When samples in this stretch came at the earliest: the most punctual packet of those says where the others belong. */
  earAtMs(fromSample: number, toSample: number): number;
  /** When something louder than −45 dBFS came last; 0: never. */
  readonly lastLoudMs: number;
  /** From now on what it sends is held up so long, and then goes out all at once. */
  stall(forMs: number): void;
  readonly figures: WireFigures;
}

export interface WireFigures {
  readonly sent: number;
  /** Left out on purpose. */
  readonly unsent: number;
  readonly received: number;
  /** By the numbers of those that came. */
  readonly lost: number;
}

const frameSamples = 160;
/** Ten minutes: longer calls are not kept whole. */
const maxSamples = 10 * 60 * 8_000;
const loudSample = 180;
const answerTimeoutMs = 15_000;
/** Frames are sent when they are due, not when a timer of 20 ms happens to ring. */
const lookEveryMs = 4;
const mostHeld = 100;

export async function createWireTelephone(options: WireTelephoneOptions): Promise<WireTelephone> {
  const { address } = options;
  const clock = createSystemClock();
  const opened: WireSession[] = [];
  const endpoint = await createSipEndpoint({
    openTransport: (events) =>
      createSipTransport({ ...events, clock, listen: [{ protocol: 'udp', address, port: 0 }] }),
    media: {
      async open(sessionOptions) {
        const session = await openWireSession(options, sessionOptions);
        opened.push(session);
        return session;
      },
      get inUse() {
        return opened.length;
      },
      async close() {},
    },
    clock,
    onError: () => {},
    domain: 'telephone.test',
    userAgent: 'Telephone',
    srtp: 'off',
    locator: createSipLocator({ clock, resolver: createSystemResolver() }),
    onCall: (call) => call.reject(486),
  });
  return {
    async dial(uri, user) {
      const before = opened.length;
      const leg = await endpoint.dial(
        { uri, from: { uri: `sip:${user}@${address}` } },
        AbortSignal.timeout(answerTimeoutMs),
      );
      const session = opened[before];
      if (session === undefined) throw new Error('The call was answered without sound.');
      return session.callOf(leg);
    },
    async close() {
      await endpoint.close();
      for (const session of opened) session.close();
    },
  };
}

interface WireSession extends MediaSession {
  callOf(leg: PhoneLeg): WireCall;
}

async function openWireSession(
  { address, lossShare = 0, clockPpm = 0, seed = 1 }: WireTelephoneOptions,
  _options: MediaSessionOptions,
): Promise<WireSession> {
  const random = createRandom(seed);
  const socket: Socket = createSocket({ type: 'udp4', recvBufferSize: 1_048_576 });
  socket.bind(0, address);
  await once(socket, 'listening');
  const { port } = socket.address();
  const ssrc = random.int(1, 0xff_ff_ff_ff);
  const frameMs = 20 / (1 + clockPpm / 1_000_000);
  let far: { address: string; port: number } | undefined;

  const mouth = createSamples();
  let startedMs = 0;
  let frames = 0;
  const queue: { readonly samples: Pcm; at: number }[] = [];
  let queuedUntil = 0;
  let heldUntilMs = 0;
  let held: Uint8Array[] = [];
  let sent = 0;
  let unsent = 0;

  const ear = createSamples();
  const arrivals: { readonly sample: number; readonly atMs: number }[] = [];
  let first: { readonly timestamp: number; readonly sequence: number } | undefined;
  let highest = 0;
  let received = 0;
  let lastLoudMs = 0;

  const send = (packet: Uint8Array) => {
    if (far !== undefined) socket.send(packet, far.port, far.address);
    sent += 1;
  };
  const nextFrame = (): Int16Array => {
    const frame = new Int16Array(frameSamples);
    const speaking = queue[0];
    if (speaking === undefined) return frame;
    const part = speaking.samples.subarray(speaking.at, speaking.at + frameSamples);
    frame.set(part);
    speaking.at += part.length;
    if (speaking.at >= speaking.samples.length) queue.shift();
    return frame;
  };
  const speak = () => {
    const frame = nextFrame();
    const packet = new Uint8Array(rtpHeaderBytes + frameSamples).fill(g711Silence.mulaw);
    packet.set(encodeG711(frame, 'mulaw'), rtpHeaderBytes);
    writeRtpHeader(packet, frames === 0, 0, frames & 0xff_ff, (frames * frameSamples) >>> 0, ssrc);
    mouth.put(frames * frameSamples, decodeG711(packet.subarray(rtpHeaderBytes), 'mulaw'));
    frames += 1;
    if (random.chance(lossShare)) unsent += 1;
    else if (performance.now() < heldUntilMs && held.length < mostHeld) held.push(packet);
    else send(packet);
  };
  const tick = () => {
    const nowMs = performance.now();
    if (held.length > 0 && nowMs >= heldUntilMs) for (const packet of held.splice(0)) send(packet);
    // After a stall of this process all of it: a telephone's clock does not stop.
    while (startedMs + frames * frameMs <= nowMs && frames * frameSamples < maxSamples) speak();
  };
  let timer: NodeJS.Timeout | undefined;

  socket.on('message', (bytes) => {
    const atMs = performance.now();
    const packet = isRtcp(bytes) ? undefined : parseRtp(bytes);
    if (packet === undefined || packet.payloadType !== 0) return;
    first ??= { timestamp: packet.timestamp, sequence: packet.sequence };
    received += 1;
    highest = Math.max(highest, (packet.sequence - first.sequence) & 0xff_ff);
    const sample = (packet.timestamp - first.timestamp) | 0;
    const samples = decodeG711(packet.payload, 'mulaw');
    if (sample < 0 || !ear.put(sample, samples)) return;
    arrivals.push({ sample, atMs });
    if (samples.some((value) => Math.abs(value) > loudSample)) lastLoudMs = atMs;
  });

  const close = () => {
    if (timer !== undefined) clearInterval(timer);
    timer = undefined;
    held = [];
    // Of both: closing twice throws.
    if (isOpen) socket.close();
    isOpen = false;
  };
  let isOpen = true;

  return {
    createOffer: (direction = 'sendrecv') =>
      [
        ...['v=0', `o=- 1 1 IN IP4 ${address}`, 's=-', `c=IN IP4 ${address}`, 't=0 0'],
        ...[`m=audio ${port} RTP/AVP 0`, 'a=rtpmap:0 PCMU/8000', `a=${direction}`, ''],
      ].join('\r\n'),
    answerOffer() {
      throw new MediaError('not_acceptable', 'This telephone does not take offers.');
    },
    takeAnswer(sdp) {
      const [, host] = /^c=IN IP4 (\S+)/m.exec(sdp) ?? [];
      const [, audioPort] = /^m=audio (\d+) RTP\/AVP/m.exec(sdp) ?? [];
      if (host === undefined || audioPort === undefined)
        throw new MediaError('malformed', 'There is no address of sound.');
      far = { address: host, port: Number(audioPort) };
      if (timer !== undefined) return;
      startedMs = performance.now();
      timer = setInterval(tick, lookEveryMs);
    },
    forgetOffer() {},
    line: 'mulaw',
    playoutDelayMs: 0,
    isHeld: false,
    listen() {},
    write() {},
    clear() {},
    async sendDigits() {
      throw new MediaError('not_supported', 'This telephone has no keys.');
    },
    figures: () => ({
      ...{ codec: 'PCMU', packetsReceived: received, packetsLost: 0, packetsLate: 0, packetsSent: sent },
      ...{ jitterMs: undefined, far: undefined },
    }),
    close,
    callOf(leg) {
      if (far === undefined) throw new Error('The call was answered without an address of sound.');
      return {
        ...{ leg, far, port, ssrc },
        say(samples) {
          const from = Math.max(queuedUntil, frames * frameSamples);
          queue.push({ samples, at: 0 });
          queuedUntil = from + Math.ceil(samples.length / frameSamples) * frameSamples;
          return from;
        },
        mouth: () => mouth.all(),
        mouthAtMs: (sample) => startedMs + (sample / frameSamples) * frameMs,
        ear: () => ear.all(),
        earAtMs(fromSample, toSample) {
          let offsetMs = Number.POSITIVE_INFINITY;
          for (const { sample, atMs } of arrivals) {
            if (sample + frameSamples > fromSample && sample < toSample)
              offsetMs = Math.min(offsetMs, atMs - sample / 8);
          }
          return fromSample / 8 + offsetMs;
        },
        get lastLoudMs() {
          return lastLoudMs;
        },
        stall(forMs) {
          heldUntilMs = performance.now() + forMs;
        },
        get figures() {
          return { sent, unsent, received, lost: received === 0 ? 0 : highest + 1 - received };
        },
      };
    },
  };
}

/** Samples that grow as they come, up to `maxSamples`. */
function createSamples() {
  let samples = new Int16Array(60 * 8_000);
  let end = 0;
  return {
    put(at: number, more: Int16Array): boolean {
      if (at + more.length > maxSamples) return false;
      if (at + more.length > samples.length) {
        const larger = new Int16Array(Math.min(maxSamples, Math.max(2 * samples.length, at + more.length)));
        larger.set(samples);
        samples = larger;
      }
      samples.set(more, at);
      end = Math.max(end, at + more.length);
      return true;
    },
    all: () => samples.slice(0, end),
  };
}
