import { decodeG711, encodeG711 } from '@parley/engine/audio/g711.ts';
import { rmsDbfs } from '@parley/engine/audio/level.ts';
import type { Pcm } from '@parley/engine/ports/audio.ts';
import { expect, test } from 'vitest';
import { codecs, type PayloadMap } from './codecs.ts';
import { createLineReceiver } from './line-receiver.ts';
import type { RtpPacket } from './rtp-packet.ts';

const payloads: PayloadMap = new Map([
  [0, { kind: 'audio', codec: codecs.PCMU }],
  [8, { kind: 'audio', codec: codecs.PCMA }],
  [13, { kind: 'comfort-noise' }],
  [101, { kind: 'events', clockHz: 8000 }],
]);

const tone = encodeG711(
  Int16Array.from({ length: 1600 }, (_, n) => 8000 * Math.sin((2 * Math.PI * 400 * n) / 8000)),
  'mulaw',
);
const toneAt = (n: number, samples = 160) => tone.subarray((n * 160) % 1440, ((n * 160) % 1440) + samples);

const packet = (n: number, overrides: Partial<RtpPacket> = {}): RtpPacket => ({
  marker: false,
  payloadType: 0,
  sequence: n & 0xff_ff,
  timestamp: (n * 160) >>> 0,
  ssrc: 1,
  payload: toneAt(n),
  ...overrides,
});

function receiver() {
  const digits: string[] = [];
  const created = createLineReceiver((digit) => digits.push(digit));
  created.configure(payloads);
  return {
    digits,
    configure: (receive: PayloadMap) => created.configure(receive),
    receive: (one: RtpPacket, nowMs: number) => created.receive(one, nowMs),
    nextFrame: (nowMs: number) => created.nextFrame(nowMs),
    skip: () => created.skip(),
    packets: () => created.packets,
    isPaused: () => created.isPaused,
  };
}

/** Arrives and is heard in real time: a packet, or what stands in `at`, each 20 ms. */
function play(
  created: ReturnType<typeof receiver>,
  from: number,
  count: number,
  at: (n: number) => RtpPacket[],
): Pcm[] {
  return Array.from({ length: count }, (_, k) => {
    const n = from + k;
    for (const arriving of at(n)) created.receive(arriving, n * 20);
    return created.nextFrame(n * 20 + 10);
  });
}

test('what was said is what is heard, to the sample', () => {
  const created = receiver();
  const heard = play(created, 0, 30, (n) => [packet(n)]);
  const line = heard.flatMap((frame) => [...frame.filter((_, n) => n % 2 === 0)]);
  const said = [...decodeG711(tone.subarray(0, 160), 'mulaw')];
  const start = line.findIndex((_, n) => said.every((sample, k) => line[n + k] === sample));
  expect(start).toBeGreaterThan(0);
  expect(start).toBeLessThan(3 * 160);
});

test('a lost packet is not heard as a hole', () => {
  const created = receiver();
  const heard = play(created, 0, 40, (n) => (n % 10 === 9 ? [] : [packet(n)]));
  const levels = heard.slice(5).map(rmsDbfs);
  expect(Math.min(...levels)).toBeGreaterThan(-18);
  expect(created.packets().lost).toBe(3);
});

test('packets of 10 to 60 ms are taken as well as those of 20', () => {
  for (const ms of [10, 30, 60]) {
    const created = receiver();
    const ticks = ms * 8;
    const sent: RtpPacket[] = [];
    for (let n = 0; n * ticks < 40 * 160; n += 1)
      sent.push(packet(n, { timestamp: n * ticks, payload: toneAt(0, ticks) }));
    const heard = play(created, 0, 40, (n) => sent.filter(({ timestamp }) => Math.floor(timestamp / 160) === n));
    expect(heard.every((frame) => frame.length === 320)).toBe(true);
    expect(Math.min(...heard.slice(10).map(rmsDbfs))).toBeGreaterThan(-20);
  }
});

test('the far side falls silent and says how its room sounds: that is heard, and nothing counts as lost', () => {
  const created = receiver();
  play(created, 0, 20, (n) => [packet(n)]);
  const silent = play(created, 20, 50, (n) =>
    n === 20 ? [packet(n, { payloadType: 13, payload: Uint8Array.of(50) })] : [],
  );
  expect(created.isPaused()).toBe(true);
  for (const frame of silent.slice(5)) expect(Math.abs(rmsDbfs(frame) + 50)).toBeLessThan(3);
  const back = play(created, 70, 20, (n) => [packet(n, { sequence: n - 49, marker: n === 70 })]);
  expect(rmsDbfs(back.at(-1) ?? new Int16Array())).toBeGreaterThan(-18);
  expect(created.packets()).toMatchObject({ lost: 0, late: 0 });
});

test('keys among the speech take no time of it', () => {
  const created = receiver();
  play(created, 0, 10, (n) => [packet(n)]);
  const key = (n: number, isEnd: boolean) =>
    packet(n, { payloadType: 101, timestamp: 10 * 160, payload: Uint8Array.of(7, isEnd ? 0x8a : 10, 0, 160) });
  play(created, 10, 1, () => [key(10, false), key(11, true), key(12, true), key(13, true)]);
  const after = play(created, 11, 20, (n) => [packet(n, { sequence: n + 3 })]);
  expect(created.digits).toEqual(['7']);
  expect(created.packets()).toMatchObject({ lost: 0, late: 0 });
  expect(Math.min(...after.slice(5).map(rmsDbfs))).toBeGreaterThan(-18);
});

test('the codec may change in mid-word', () => {
  const created = receiver();
  const alaw = encodeG711(decodeG711(tone, 'mulaw'), 'alaw');
  const heard = play(created, 0, 40, (n) => [
    n < 20
      ? packet(n)
      : packet(n, { payloadType: 8, payload: alaw.subarray((n * 160) % 1440, ((n * 160) % 1440) + 160) }),
  ]);
  expect(Math.min(...heard.slice(5).map(rmsDbfs))).toBeGreaterThan(-16);
});

test('another source is heard when the first has stopped, and not before', () => {
  const created = receiver();
  play(created, 0, 20, (n) => [packet(n), packet(n, { ssrc: 2, payload: new Uint8Array(160).fill(0xff) })]);
  expect(created.packets()).toMatchObject({ received: 20, lost: 0 });
  const heard = play(created, 20, 40, (n) => [packet(n + 7000, { ssrc: 3 })]);
  expect(rmsDbfs(heard.at(-1) ?? new Int16Array())).toBeGreaterThan(-16);
});

test('after something new was agreed another source is heard at once', () => {
  const created = receiver();
  play(created, 0, 20, (n) => [packet(n)]);
  created.configure(payloads);
  play(created, 20, 10, (n) => [packet(n + 7000, { ssrc: 3 })]);
  expect(created.packets().received).toBe(30);
});

test('while nobody listens packets are counted, keys are told, and then what is said now is heard', () => {
  const created = receiver();
  for (let n = 0; n < 50; n += 1) {
    created.receive(packet(n, n === 20 ? { payloadType: 101, payload: Uint8Array.of(3, 10, 0, 160) } : {}), n * 20);
    created.skip();
  }
  expect(created.packets()).toMatchObject({ received: 50, lost: 0 });
  expect(created.digits).toEqual(['3']);
  const heard = play(created, 50, 10, (n) => [packet(n)]);
  expect(rmsDbfs(heard.at(-1) ?? new Int16Array())).toBeGreaterThan(-16);
});

test('after a stall of the network the caller is heard as soon as before, once they have been quiet for a moment', () => {
  const created = receiver();
  const silence = new Uint8Array(160).fill(0xff);
  /** A second of speech, 300 ms of nothing, all that was held up, 5 s of silence, speech again. */
  const spoken = (n: number) => packet(n, n >= 80 && n < 330 ? { payload: silence } : {});
  const heard = play(created, 0, 400, (n) => {
    if (n >= 50 && n < 65) return [];
    return n === 65 ? Array.from({ length: 16 }, (_, k) => spoken(50 + k)) : [spoken(n)];
  });
  const isLoud = heard.map((frame) => rmsDbfs(frame) > -30);
  const beginningLate = isLoud.indexOf(true);
  // What was said meanwhile was heard, every bit of it.
  expect(isLoud.slice(0, 330).filter(Boolean).length).toBeGreaterThanOrEqual(79);
  expect(isLoud.indexOf(true, 330) - 330).toBe(beginningLate);
});
