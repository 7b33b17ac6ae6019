import { isIPv4 } from 'node:net';

/**
 * Answers a STUN Binding request (RFC 8489) that telephones send on the SIP port to keep their way open (RFC 5626 §3.5.2): tells them
 * the address that we see.
 * @returns undefined for everything else
 */
export function answerStun(packet: Uint8Array, address: string, port: number): Buffer | undefined {
  if (packet.length < HEADER_BYTES || packet.length > MAX_REQUEST_BYTES) return undefined;
  const request = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  if (request.getUint16(0) !== BINDING_REQUEST || request.getUint32(4) !== MAGIC_COOKIE) return undefined;
  if (request.getUint16(2) !== packet.length - HEADER_BYTES || !isIPv4(address)) return undefined;
  const answer = Buffer.alloc(HEADER_BYTES + 12);
  answer.writeUInt16BE(BINDING_SUCCESS, 0);
  answer.writeUInt16BE(12, 2);
  answer.set(packet.subarray(4, HEADER_BYTES), 4);
  answer.writeUInt16BE(XOR_MAPPED_ADDRESS, 20);
  answer.writeUInt16BE(8, 22);
  answer.writeUInt8(IPV4, 25);
  answer.writeUInt16BE(port ^ (MAGIC_COOKIE >>> 16), 26);
  const bytes = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  answer.writeUInt32BE((bytes ^ MAGIC_COOKIE) >>> 0, 28);
  return answer;
}

/** The first two bits of STUN are zero; SIP begins with a letter, keep-alives with a line end or a zero. */
export function looksLikeStun(packet: Uint8Array): boolean {
  return (
    packet.length >= HEADER_BYTES && ((packet[0] ?? 0xff) & 0xc0) === 0 && packet[4] === 0x21 && packet[5] === 0x12
  );
}

const HEADER_BYTES = 20;
/** With username and software; what is larger would be no keep-alive. */
const MAX_REQUEST_BYTES = 576;
const BINDING_REQUEST = 0x0001;
const BINDING_SUCCESS = 0x0101;
const MAGIC_COOKIE = 0x2112a442;
const XOR_MAPPED_ADDRESS = 0x0020;
const IPV4 = 1;
