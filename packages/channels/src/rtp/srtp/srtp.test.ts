import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { buildRtcp, parseRtcp } from '../rtcp/rtcp-packet.ts';
import { buildRtp, parseRtp } from '../rtp-packet.ts';
import { createKeys, type SrtpSuite } from '../sdp/crypto-lines.ts';
import { createAesCounter } from './aes-counter.ts';
import { createHmacSha1 } from './hmac-sha1.ts';
import { deriveSessionKeys } from './key-derivation.ts';
import { createSrtpReceiver, createSrtpSender } from './srtp.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase();

const packet = (sequence: number, ssrc = 0xca_fe) =>
  buildRtp({
    marker: false,
    payloadType: 0,
    sequence: sequence & 0xff_ff,
    timestamp: sequence * 160,
    ssrc,
    payload: Uint8Array.from({ length: 160 }, (_, n) => n ^ sequence),
  });

test('the key stream is that of RFC 3711, appendix B.2', () => {
  const counter = createAesCounter(hex('2B7E151628AED2A6ABF7158809CF4F3C'), hex('F0F1F2F3F4F5F6F7F8F9FAFBFCFD'));
  const stream = new Uint8Array(48);
  counter.apply(stream, 0, 48, 0, 0, 0);
  expect(toHex(stream)).toBe(
    'E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB41E95B3BB0A2E8DD477901E4FCA894C0',
  );
});

test('the keys of a session are those of RFC 3711, appendix B.3', () => {
  const master = { key: hex('E1F97A0D3E018BE0D64FA32C06DE4139'), salt: hex('0EC675AD498AFEEBB6960B3AABE6') };
  const keys = deriveSessionKeys(master, 'rtp');
  expect(toHex(keys.encryption)).toBe('C61E7A93744F39EE10734AFE3FF7A087');
  expect(toHex(keys.salt)).toBe('30CBBC08863D8C85D49DB34A9AE1');
  expect(toHex(keys.authentication)).toBe('CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4');
});

test('the signature is HMAC-SHA1', () => {
  const key = hex('CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4');
  for (const length of [0, 1, 55, 56, 64, 176, 1500]) {
    const message = new Uint8Array(length).fill(length);
    const suffix = hex('00010203');
    const expected = createHmac('sha1', key).update(message).update(suffix).digest();
    expect(toHex(createHmacSha1(key).digest(message, length, 0x00_01_02_03))).toBe(toHex(expected));
  }
});

const suites: readonly SrtpSuite[] = ['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32'];

test.each(suites)('what is sent with %s is what arrives, over a wrap of the numbers, in any order', (suite) => {
  const keys = createKeys(suite);
  const sender = createSrtpSender(keys);
  const receiver = createSrtpReceiver(keys);
  const sent = Array.from({ length: 40 }, (_, n) => packet(0xff_f0 + n));
  const wire = sent.map((plain) => sender.protectRtp(plain));
  expect(wire[0]?.subarray(12, 172)).not.toEqual(sent[0]?.subarray(12));
  // Neighbours change places.
  for (let n = 2; n + 1 < 40; n += 2) {
    for (const at of [n + 1, n]) expect(receiver.unprotectRtp(Uint8Array.from(wire[at] ?? []))).toEqual(sent[at]);
  }
});

test('what is damaged, forged, or comes twice is refused, and the next true packet is taken', () => {
  const keys = createKeys('AES_CM_128_HMAC_SHA1_80');
  const sender = createSrtpSender(keys);
  const receiver = createSrtpReceiver(keys);
  const wire = Array.from({ length: 100 }, (_, n) => sender.protectRtp(packet(n)));
  expect(receiver.unprotectRtp(Uint8Array.from(wire[0] ?? []))).toBeDefined();
  expect(receiver.unprotectRtp(Uint8Array.from(wire[0] ?? []))).toBeUndefined();
  for (let at = 0; at < 182; at += 1) {
    const damaged = Uint8Array.from(wire[1] ?? []);
    damaged[at] = (damaged[at] ?? 0) ^ 0x10;
    expect(receiver.unprotectRtp(damaged)).toBeUndefined();
  }
  expect(
    receiver.unprotectRtp(createSrtpSender(createKeys('AES_CM_128_HMAC_SHA1_80')).protectRtp(packet(2))),
  ).toBeUndefined();
  expect(receiver.unprotectRtp(Uint8Array.from(wire[1] ?? []))).toEqual(packet(1));
  expect(receiver.unprotectRtp(Uint8Array.from(wire[90] ?? []))).toEqual(packet(90));
  // Older than the window, though it never came.
  expect(receiver.unprotectRtp(Uint8Array.from(wire[5] ?? []))).toBeUndefined();
  for (let length = 0; length < 40; length += 1) {
    expect(receiver.unprotectRtp(new Uint8Array(length).fill(0x80))).toBeUndefined();
    expect(receiver.unprotectRtcp(new Uint8Array(length).fill(0xc8))).toBeUndefined();
  }
});

test('a key with a name (MKI) in each packet is understood', () => {
  const keys = createKeys('AES_CM_128_HMAC_SHA1_80');
  const wire = createSrtpSender(keys).protectRtp(packet(7));
  const named = Uint8Array.of(...wire.subarray(0, -10), 0, 0, 0, 1, ...wire.subarray(-10));
  expect(createSrtpReceiver({ ...keys, mkiBytes: 4 }).unprotectRtp(named)).toEqual(packet(7));
});

test('reports travel encrypted and signed too', () => {
  const keys = createKeys('AES_CM_128_HMAC_SHA1_32');
  const report = buildRtcp({ ssrc: 7, sender: undefined, block: undefined, cname: 'someone', isBye: true });
  const wire = createSrtpSender(keys).protectRtcp(report);
  expect(Buffer.from(wire).includes('someone')).toBe(false);
  const receiver = createSrtpReceiver(keys);
  const arrived = receiver.unprotectRtcp(Uint8Array.from(wire));
  expect(arrived).toEqual(report);
  expect(parseRtcp(arrived ?? new Uint8Array())?.isBye).toBe(true);
  expect(receiver.unprotectRtcp(Uint8Array.from(wire))).toBeUndefined();
  expect(parseRtp(wire)).toBeUndefined();
});
