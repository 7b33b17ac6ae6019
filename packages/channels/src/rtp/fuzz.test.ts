import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { expect, test } from 'vitest';
import { codecs, type PayloadMap } from './codecs.ts';
import { createLineReceiver } from './line-receiver.ts';
import { MediaError } from './media-session.ts';
import { createMediaSessions } from './media-sessions.ts';
import { createReporter } from './rtcp/reporter.ts';
import { buildRtcp } from './rtcp/rtcp-packet.ts';
import { buildRtp, parseRtp } from './rtp-packet.ts';
import { createKeys } from './sdp/crypto-lines.ts';
import { createNegotiation } from './sdp/negotiation.ts';
import { createSrtpReceiver, createSrtpSender } from './srtp/srtp.ts';

/** The same numbers each time, so that what is found can be found again. */
function createRandom(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 0x1_00_00_00_00) * below);
  };
}

function mutate(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  const mutated = Uint8Array.from(bytes);
  for (let n = random(6); n >= 0; n -= 1) mutated[random(mutated.length)] = random(256);
  const kind = random(4);
  if (kind === 0) return mutated.subarray(0, random(mutated.length + 1));
  if (kind === 1) return Uint8Array.of(...mutated, ...bytes.subarray(0, random(40)));
  return mutated;
}

const payloads: PayloadMap = new Map([
  [0, { kind: 'audio', codec: codecs.PCMU }],
  [13, { kind: 'comfort-noise' }],
  [101, { kind: 'events', clockHz: 8000 }],
]);

const speech = (n: number, payloadType = 0) =>
  buildRtp({
    marker: n === 0,
    payloadType,
    sequence: n & 0xff_ff,
    timestamp: (n * 160) >>> 0,
    ssrc: 7,
    payload: new Uint8Array(payloadType === 0 ? 160 : 4).fill(n),
  });

test('60,000 damaged packets of speech, keys and noise: each 20 ms is heard all the same', () => {
  const random = createRandom(1);
  const keys = createKeys('AES_CM_128_HMAC_SHA1_80');
  const srtp = createSrtpReceiver(keys);
  const sender = createSrtpSender(keys);
  const receiver = createLineReceiver(() => {});
  receiver.configure(payloads);
  for (let n = 0; n < 60_000; n += 1) {
    const plain = speech(n, [0, 0, 0, 13, 101][random(5)]);
    const wire = mutate(plain, random);
    const packet = parseRtp(wire);
    if (packet !== undefined) receiver.receive(packet, n * 20);
    if (n % 6 === 0) srtp.unprotectRtp(mutate(sender.protectRtp(plain), random));
    const frame = receiver.nextFrame(n * 20);
    if (frame.length !== 320) throw new Error(`Frame ${n} has ${frame.length} samples.`);
  }
  const { received, lost, late } = receiver.packets;
  for (const count of [received, lost, late]) expect(Number.isFinite(count) && count >= 0).toBe(true);
});

test('20,000 damaged reports: what is reckoned from them stays within reason', () => {
  const random = createRandom(2);
  const reporter = createReporter({
    ssrc: 1,
    sent: () => ({ packets: 1, octets: 160 }),
    timestampAt: () => 0,
    reception: () => undefined,
    clockHz: () => 8000,
    epochMs: () => 1_800_000_000_000,
  });
  const block = {
    ssrc: 1,
    fractionLost: 3,
    cumulativeLost: 4,
    highestSequence: 5,
    jitterTicks: 6,
    lastSenderReport: 7,
    delaySinceLast: 8,
  };
  const sender = { ntpHigh: 1, ntpLow: 2, rtpTimestamp: 3, packets: 4, octets: 5 };
  const report = buildRtcp({ ssrc: 2, sender, block, cname: 'someone', isBye: true });
  for (let n = 0; n < 20_000; n += 1) {
    reporter.receive(mutate(report, random), n);
    const far = reporter.far;
    if (far === undefined) continue;
    if (!(far.lostShare >= 0 && far.lostShare <= 1)) throw new Error(`Lost share ${far.lostShare}.`);
    const { roundTripMs = 0 } = far;
    if (!(roundTripMs >= 0 && roundTripMs <= 60_000)) throw new Error(`Round trip ${roundTripMs} ms.`);
  }
});

test('20,000 damaged descriptions: an answer, or a refusal that says why', () => {
  const random = createRandom(3);
  const local = {
    address: '192.0.2.1',
    signallingAddress: '198.51.100.7',
    rtpPort: 20_000,
    rtcpPort: 20_001,
    codecs: ['PCMU', 'opus'],
    srtp: 'accepted',
    sessionId: 1,
  } as const;
  const good = [
    'v=0',
    'o=- 1 1 IN IP4 198.51.100.7',
    's=-',
    'c=IN IP4 198.51.100.7',
    't=0 0',
    'm=audio 4000 RTP/AVP 0 111 101',
    'a=rtpmap:111 opus/48000/2',
    'a=rtpmap:101 telephone-event/8000',
    'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4',
    'a=rtcp:4001 IN IP4 198.51.100.7',
    'a=sendrecv',
    'm=video 5000 RTP/AVP 99',
    '',
  ].join('\r\n');
  const outcomes = { answered: 0, refused: 0 };
  for (let n = 0; n < 20_000; n += 1) {
    const text = Buffer.from(mutate(Buffer.from(good), random)).toString(n % 2 === 0 ? 'latin1' : 'utf8');
    const negotiation = createNegotiation(local);
    try {
      if (n % 4 === 0) {
        negotiation.createOffer('sendrecv');
        negotiation.takeAnswer(text);
      } else negotiation.answerOffer(text);
      outcomes.answered += 1;
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      outcomes.refused += 1;
    }
  }
  expect(outcomes.answered).toBeGreaterThan(2000);
  expect(outcomes.refused).toBeGreaterThan(2000);
});

test('a flood at the ports of a call harms nothing and leaves nothing', async () => {
  const random = createRandom(4);
  const errors: unknown[] = [];
  const media = createMediaSessions({
    clock: createSystemClock(),
    onError: (error) => errors.push(error),
    bindAddress: '127.0.0.1',
    ports: { from: 32_000, to: 39_999 },
  });
  const open = () => media.open({ srtp: 'off', remoteAddress: '127.0.0.1', onEvent: () => {} });
  const [caller, callee] = [await open(), await open()];
  const offer = caller.createOffer();
  caller.takeAnswer(callee.answerOffer(offer));
  const port = Number(/m=audio (\d+)/.exec(offer)?.[1]);
  const stranger = createSocket('udp4');
  const isBound = once(stranger, 'listening');
  stranger.bind(0, '127.0.0.2');
  await isBound;
  for (let n = 0; n < 2000; n += 1) {
    stranger.send(mutate(speech(n), random), port + (n % 2), '127.0.0.1');
    if (n % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const before = caller.figures().packetsReceived;
  await expect.poll(() => caller.figures().packetsReceived, { timeout: 3000 }).toBeGreaterThan(before + 10);
  expect(errors).toEqual([]);
  stranger.close();
  await media.close();
  expect(media.inUse).toBe(0);
});
