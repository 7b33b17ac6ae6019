import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { decodeSound, encodeSound } from './sound-codec.ts';

/** Caller and agent. */
export const recordedChannels = 2;

/** A piece of a recording, sealed: about a second of both channels. */
export interface SealedSegment {
  /** Of each channel. */
  readonly samples: number;
  readonly bytes: Buffer;
}

/** Which segments a blob holds. */
export interface PartRange {
  readonly first: number;
  readonly count: number;
}

/** Where each segment lies in a part's blob. */
export interface PartTable {
  readonly segments: readonly { readonly samples: number; readonly start: number; readonly end: number }[];
}

/** AES-256. */
export function newRecordingKey(): Buffer {
  return randomBytes(32);
}

/**
 * Seal a segment under the recording's key. Its number is the nonce: a recording has a key of its own and each of its numbers is
 * sealed once, so none is ever used twice. What is sealed is bound to its recording, place and length.
 */
export function sealSegment(key: Buffer, recordingId: string, index: number, samples: Int16Array): SealedSegment {
  const length = samples.length / recordedChannels;
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(index));
  cipher.setAAD(boundTo(recordingId, index, length));
  const sealed = Buffer.concat([cipher.update(encodeSound(samples, recordedChannels)), cipher.final()]);
  return { samples: length, bytes: Buffer.concat([sealed, cipher.getAuthTag()]) };
}

/** @throws Error when the key is another one, or a byte was changed */
export function openSegment(
  key: Buffer,
  recordingId: string,
  index: number,
  { samples, bytes }: SealedSegment,
): Int16Array {
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(index), { authTagLength: tagBytes });
  decipher.setAAD(boundTo(recordingId, index, samples));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
  const plain = Buffer.concat([decipher.update(bytes.subarray(0, bytes.length - tagBytes)), decipher.final()]);
  return decodeSound(plain, samples, recordedChannels);
}

const tagBytes = 16;
const magic = Buffer.from('PLR1');
const headerBytes = 8;
const entryBytes = 8;
/** Read with the first request: more than a table ever has. */
export const maxSegmentsOfPart = 64;
export const maxTableBytes = headerBytes + maxSegmentsOfPart * entryBytes;

/** A blob: how many segments, the length and samples of each, then all of them. */
export function packPart(segments: readonly SealedSegment[]): Buffer {
  const table = Buffer.alloc(headerBytes + segments.length * entryBytes);
  magic.copy(table);
  table.writeUInt32LE(segments.length, 4);
  segments.forEach(({ samples, bytes }, n) => {
    table.writeUInt32LE(bytes.length, headerBytes + n * entryBytes);
    table.writeUInt32LE(samples, headerBytes + n * entryBytes + 4);
  });
  return Buffer.concat([table, ...segments.map(({ bytes }) => bytes)]);
}

/** Undefined when it is none of ours. */
export function readPartTable(blob: Buffer): PartTable | undefined {
  if (blob.length < headerBytes || !blob.subarray(0, 4).equals(magic)) return undefined;
  const count = blob.readUInt32LE(4);
  if (count > maxSegmentsOfPart || blob.length < headerBytes + count * entryBytes) return undefined;
  let start = headerBytes + count * entryBytes;
  const segments = Array.from({ length: count }, (_, n) => {
    const bytes = blob.readUInt32LE(headerBytes + n * entryBytes);
    const samples = blob.readUInt32LE(headerBytes + n * entryBytes + 4);
    const entry = { samples, start, end: start + bytes };
    start += bytes;
    return entry;
  });
  return { segments };
}

export function partName(prefix: string, { first, count }: PartRange): string {
  return `${prefix}${String(first).padStart(8, '0')}-${String(count).padStart(2, '0')}`;
}

/** Undefined when it is none of ours. */
export function parsePartName(prefix: string, name: string): PartRange | undefined {
  const match = /^(\d{8})-(\d{2})$/.exec(name.slice(prefix.length));
  return match === null || !name.startsWith(prefix) ? undefined : { first: Number(match[1]), count: Number(match[2]) };
}

function nonceOf(index: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(index, 8);
  return nonce;
}

function boundTo(recordingId: string, index: number, samples: number): Buffer {
  return Buffer.from(`recording:${recordingId}:${index}:${samples}`);
}
