import { timingSafeEqual } from 'node:crypto';
import { isRtcp, readUint16, readUint32, rtpHeaderBytes, rtpPayloadStart, writeUint32 } from '../rtp-packet.ts';
import { type SrtpKeys, srtpSuites } from '../sdp/crypto-lines.ts';
import { createAesCounter } from './aes-counter.ts';
import { createHmacSha1 } from './hmac-sha1.ts';
import { deriveSessionKeys } from './key-derivation.ts';
import { createReplayWindow, type ReplayWindow } from './replay-window.ts';

/** One direction out (RFC 3711). */
export interface SrtpSender {
  /** A new packet, encrypted and signed; the given one stays as it is. */
  protectRtp(packet: Uint8Array): Uint8Array;
  protectRtcp(packet: Uint8Array): Uint8Array;
}

/** One direction in. */
export interface SrtpReceiver {
  /** The packet as it was, over the bytes given; undefined when it is forged, damaged, or comes twice. Never throws. */
  unprotectRtp(packet: Uint8Array): Uint8Array | undefined;
  unprotectRtcp(packet: Uint8Array): Uint8Array | undefined;
}

/** An RTCP packet's signature is always long (RFC 4568 §6.2.2). */
const rtcpTagBytes = 10;
const rtcpHeaderBytes = 8;
/** Sources under one key whose order is kept; more than these a telephone has not. */
const mostSources = 8;
const longestPacket = 1500;

export function createSrtpSender(keys: SrtpKeys): SrtpSender {
  const { tagBytes } = srtpSuites[keys.suite];
  const rtp = createCrypto(keys, 'rtp');
  let rtcp: Crypto | undefined;
  let rollovers = 0;
  let lastSequence: number | undefined;
  let rtcpIndex = 0;
  return {
    protectRtp(packet) {
      const start = rtpPayloadStart(packet) ?? rtpHeaderBytes;
      const sequence = readUint16(packet, 2);
      // We send in order.
      if (lastSequence !== undefined && sequence < lastSequence) rollovers = (rollovers + 1) >>> 0;
      lastSequence = sequence;
      const out = new Uint8Array(packet.length + tagBytes);
      out.set(packet);
      rtp.counter.apply(out, start, packet.length, readUint32(packet, 8), rollovers, sequence);
      const tag = rtp.hmac.digest(out, packet.length, rollovers);
      for (let n = 0; n < tagBytes; n += 1) out[packet.length + n] = tag[n] ?? 0;
      return out;
    },
    protectRtcp(packet) {
      rtcp ??= createCrypto(keys, 'rtcp');
      rtcpIndex = (rtcpIndex + 1) & 0x7f_ff_ff_ff;
      const out = new Uint8Array(packet.length + 4 + rtcpTagBytes);
      out.set(packet);
      rtcp.counter.apply(
        out,
        rtcpHeaderBytes,
        packet.length,
        readUint32(packet, 4),
        rtcpIndex >>> 16,
        rtcpIndex & 0xff_ff,
      );
      writeUint32(out, packet.length, (rtcpIndex | 0x80_00_00_00) >>> 0);
      out.set(rtcp.hmac.digest(out, packet.length + 4, undefined).subarray(0, rtcpTagBytes), packet.length + 4);
      return out;
    },
  };
}

interface Source {
  /** Of the newest packet. */
  rollovers: number;
  sequence: number;
  readonly window: ReplayWindow;
}

export function createSrtpReceiver(keys: SrtpKeys): SrtpReceiver {
  const { tagBytes } = srtpSuites[keys.suite];
  const rtp = createCrypto(keys, 'rtp');
  let rtcp: Crypto | undefined;
  const sources = new Map<number, Source>();
  const rtcpWindows = new Map<number, ReplayWindow>();
  return {
    unprotectRtp(packet) {
      const end = packet.length - tagBytes - keys.mkiBytes;
      const start = rtpPayloadStart(packet);
      if (start === undefined || start > end || packet.length > longestPacket) return undefined;
      const ssrc = readUint32(packet, 8);
      const sequence = readUint16(packet, 2);
      const source = sources.get(ssrc);
      const rollovers = source === undefined ? 0 : guessRollovers(source, sequence);
      if (rollovers < 0) return undefined;
      const index = rollovers * 0x1_00_00 + sequence;
      if (source?.window.isKnown(index)) return undefined;
      if (!isSigned(packet, end, tagBytes, rtp.hmac.digest(packet, end, rollovers))) return undefined;
      const signer = source ?? { rollovers, sequence, window: createReplayWindow() };
      if (source === undefined) remember(sources, ssrc, signer);
      if (rollovers > signer.rollovers || (rollovers === signer.rollovers && sequence > signer.sequence)) {
        signer.rollovers = rollovers;
        signer.sequence = sequence;
      }
      signer.window.add(index);
      rtp.counter.apply(packet, start, end, ssrc, rollovers, sequence);
      return packet.subarray(0, end);
    },
    unprotectRtcp(packet) {
      const indexAt = packet.length - rtcpTagBytes - keys.mkiBytes - 4;
      if (indexAt < rtcpHeaderBytes || packet.length > longestPacket || !isRtcp(packet)) return undefined;
      rtcp ??= createCrypto(keys, 'rtcp');
      const ssrc = readUint32(packet, 4);
      const word = readUint32(packet, indexAt);
      const index = word & 0x7f_ff_ff_ff;
      const window = rtcpWindows.get(ssrc);
      if (window?.isKnown(index)) return undefined;
      if (!isSigned(packet, indexAt + 4, rtcpTagBytes, rtcp.hmac.digest(packet, indexAt + 4, undefined)))
        return undefined;
      const signer = window ?? createReplayWindow();
      if (window === undefined) remember(rtcpWindows, ssrc, signer);
      signer.add(index);
      if (word >= 0x80_00_00_00) {
        rtcp.counter.apply(packet, rtcpHeaderBytes, indexAt, ssrc, index >>> 16, index & 0xff_ff);
      }
      return packet.subarray(0, indexAt);
    },
  };

  /** The signature stands after the name of the key, where there is one. */
  function isSigned(packet: Uint8Array, signedBytes: number, length: number, expected: Uint8Array): boolean {
    const from = signedBytes + keys.mkiBytes;
    return timingSafeEqual(packet.subarray(from, from + length), expected.subarray(0, length));
  }
}

interface Crypto {
  readonly counter: ReturnType<typeof createAesCounter>;
  readonly hmac: ReturnType<typeof createHmacSha1>;
}

function createCrypto(keys: SrtpKeys, kind: 'rtp' | 'rtcp'): Crypto {
  const { encryption, salt, authentication } = deriveSessionKeys(keys, kind);
  return { counter: createAesCounter(encryption, salt), hmac: createHmacSha1(authentication) };
}

/** How often the numbers had wrapped when this one was sent (RFC 3711 §3.3.1, appendix A); below zero: before the first. */
function guessRollovers({ rollovers, sequence: newest }: Source, sequence: number): number {
  if (newest < 0x80_00) return sequence - newest > 0x80_00 ? rollovers - 1 : rollovers;
  return newest - 0x80_00 > sequence ? rollovers + 1 : rollovers;
}

/** The one that was there longest makes room. */
function remember<T>(map: Map<number, T>, ssrc: number, value: T): void {
  const [oldest] = map.keys();
  if (map.size >= mostSources && oldest !== undefined) map.delete(oldest);
  map.set(ssrc, value);
}
