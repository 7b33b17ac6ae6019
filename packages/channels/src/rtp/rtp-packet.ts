/** An RTP packet (RFC 3550) as far as audio needs it. */
export interface RtpPacket {
  /** First packet after a silence. */
  readonly marker: boolean;
  /** 7 bits. */
  readonly payloadType: number;
  /** 16 bits. */
  readonly sequence: number;
  /** 32 bits. */
  readonly timestamp: number;
  /** 32 bits. */
  readonly ssrc: number;
  readonly payload: Uint8Array;
}

/** Of a header without extension or contributing sources, as we send it. */
export const rtpHeaderBytes = 12;

/**
 * RTCP may share the port; its types 192–223 look like payload types 64–95 with the marker set, which RTP therefore leaves alone
 * (RFC 5761).
 */
export function isRtcp(bytes: Uint8Array): boolean {
  const second = bytes[1] ?? 0;
  return second >= 192 && second <= 223;
}

/** Where the payload of a packet begins; undefined for anything that is no RTP packet with a whole header. */
export function rtpPayloadStart(bytes: Uint8Array): number | undefined {
  if (bytes.length < rtpHeaderBytes) return undefined;
  const first = bytes[0] ?? 0;
  if (first >> 6 !== 2 || isRtcp(bytes)) return undefined;
  let start = rtpHeaderBytes + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0) {
    if (start + 4 > bytes.length) return undefined;
    start += 4 + readUint16(bytes, start + 2) * 4;
  }
  return start <= bytes.length ? start : undefined;
}

/** Reads a packet from the network; undefined for anything that is not a whole RTP packet. Never throws, never copies. */
export function parseRtp(bytes: Uint8Array): RtpPacket | undefined {
  const start = rtpPayloadStart(bytes);
  if (start === undefined) return undefined;
  let end = bytes.length;
  if (((bytes[0] ?? 0) & 0x20) !== 0) {
    const padding = bytes[end - 1] ?? 0;
    if (padding === 0) return undefined;
    end -= padding;
  }
  if (start > end) return undefined;
  const second = bytes[1] ?? 0;
  return {
    marker: (second & 0x80) !== 0,
    payloadType: second & 0x7f,
    sequence: readUint16(bytes, 2),
    timestamp: readUint32(bytes, 4),
    ssrc: readUint32(bytes, 8),
    payload: bytes.subarray(start, end),
  };
}

export function buildRtp(packet: RtpPacket): Uint8Array {
  const bytes = new Uint8Array(rtpHeaderBytes + packet.payload.length);
  writeRtpHeader(bytes, packet.marker, packet.payloadType, packet.sequence, packet.timestamp, packet.ssrc);
  bytes.set(packet.payload, rtpHeaderBytes);
  return bytes;
}

/** Writes the 12 bytes in front of a payload that is in place. */
export function writeRtpHeader(
  bytes: Uint8Array,
  marker: boolean,
  payloadType: number,
  sequence: number,
  timestamp: number,
  ssrc: number,
): void {
  bytes[0] = 0x80;
  bytes[1] = (marker ? 0x80 : 0) | (payloadType & 0x7f);
  bytes[2] = sequence >> 8;
  bytes[3] = sequence;
  writeUint32(bytes, 4, timestamp);
  writeUint32(bytes, 8, ssrc);
}

// Views (DataView) cost an allocation a packet, at tens of thousands of packets a second.

export function readUint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

export function readUint32(bytes: Uint8Array, at: number): number {
  return ((readUint16(bytes, at) << 16) | readUint16(bytes, at + 2)) >>> 0;
}

export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
