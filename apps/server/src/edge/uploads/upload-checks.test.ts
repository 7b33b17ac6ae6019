import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { WireError } from '@parley/contract/errors.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { audioKindOf, checkAudioUpload } from './upload-checks.ts';

/** Recorded by a browser (WebM and MP4, Opus and AAC) and written by an encoder (Ogg, Vorbis): a tone of a second. */
const fixture = (name: string) => readFileSync(fileURLToPath(new URL(`fixtures/${name}`, import.meta.url)));

/** A WAV of silence, its sizes as they should be or as said. */
function wav(
  seconds: number,
  { sampleRateHz = 16_000, channels = 1, bits = 16, saidBytes = -1, format = 1 } = {},
): Buffer {
  const data = Buffer.alloc((seconds * sampleRateHz * channels * bits) / 8);
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(saidBytes < 0 ? 36 + data.length : saidBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(format, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRateHz, 24);
  // Untrue on purpose: it must not be what the length is reckoned by.
  header.writeUInt32LE(1, 28);
  header.writeUInt16LE((channels * bits) / 8, 32);
  header.writeUInt16LE(bits, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(saidBytes < 0 ? data.length : saidBytes, 40);
  return Buffer.concat([header, data]);
}

/** Frames of silence: MPEG 1 layer III, 128 kbit/s, 44.1 kHz, 26.12 ms each. */
function mp3(frames: number, tag = Buffer.alloc(0)): Buffer {
  const frame = Buffer.alloc(417);
  frame.writeUInt32BE(0xfffb9000);
  return Buffer.concat([tag, ...Array.from({ length: frames }, () => frame)]);
}

function oggPage(place: bigint, packet: Buffer): Buffer {
  const header = Buffer.alloc(28);
  header.write('OggS', 0, 'latin1');
  header.writeBigInt64LE(place, 6);
  header.writeUInt8(1, 26);
  header.writeUInt8(packet.length, 27);
  return Buffer.concat([header, packet]);
}

function oggOpus(places: readonly bigint[]): Buffer {
  const head = Buffer.alloc(19);
  head.write('OpusHead', 0, 'latin1');
  head.writeUInt16LE(312, 10);
  return Buffer.concat([oggPage(0n, head), ...places.map((place) => oggPage(place, Buffer.alloc(10)))]);
}

function verdict(bytes: Uint8Array): unknown {
  try {
    return checkAudioUpload(bytes);
  } catch (error) {
    if (error instanceof WireError) return Object(error.details).reason ?? error.code;
    throw error;
  }
}

describe('sound that somebody sends', () => {
  it('is known by its bytes, and so is how long it is', () => {
    expect(verdict(wav(2))).toEqual({ kind: 'wav', durationMs: 2000 });
    expect(verdict(wav(2, { sampleRateHz: 8000, channels: 2, bits: 8, format: 7 }))).toEqual({
      kind: 'wav',
      durationMs: 2000,
    });
    expect(verdict(fixture('one-second.ogg'))).toMatchObject({ kind: 'ogg', durationMs: 1000 });
    expect(verdict(oggOpus([24_312n, -1n, 48_312n]))).toEqual({ kind: 'ogg', durationMs: 1000 });
    expect(verdict(mp3(100))).toEqual({ kind: 'mp3', durationMs: expect.closeTo(2612.2, 0) });
    const recorded = checkAudioUpload(fixture('one-second.webm'));
    expect(recorded.kind).toBe('webm');
    // Started and stopped by a browser's timer around 1.1 s.
    expect(recorded.durationMs).toBeGreaterThan(900);
    expect(recorded.durationMs).toBeLessThan(1400);
  });

  it('may have a tag before it, and an end that was cut off', () => {
    const tag = Buffer.from([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 1, 0, ...new Array<number>(128).fill(7)]);
    expect(verdict(mp3(10, tag))).toEqual({ kind: 'mp3', durationMs: expect.closeTo(261.2, 0) });
    expect(verdict(wav(2).subarray(0, 44 + 32_000))).toEqual({ kind: 'wav', durationMs: 1000 });
    // As streams are written: a size of everything, or of nothing yet.
    expect(verdict(wav(1, { saidBytes: 0xffffffff }))).toEqual({ kind: 'wav', durationMs: 1000 });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a page', Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['a program', Buffer.from('\x7fELF\x02\x01\x01', 'latin1')],
    ['an archive', Buffer.from('PK\x03\x04', 'latin1')],
    ['a picture', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')],
    ['a picture that is a RIFF too', Buffer.from('RIFF\x10\0\0\0WEBPVP8 ', 'latin1')],
    ['MP4', fixture('not-accepted.mp4')],
    ['AAC, whose frames begin like those of MP3', Buffer.from([0xff, 0xf1, 0x50, 0x80, 0, 0x1f, 0xfc])],
    ['Matroska that is no WebM', Buffer.from('\x1aE\xdf\xa3\x8bB\x82\x88matroska', 'latin1')],
  ])('is not %s', (_, bytes) => {
    expect(verdict(bytes)).toBe('unknown_kind');
  });

  it('is refused when it is not what its first bytes promise', () => {
    expect(verdict(Buffer.from('RIFF\0\0\0\0WAVE<script>', 'latin1'))).toBe('unreadable');
    expect(verdict(wav(0))).toBe('unreadable');
    expect(verdict(wav(1, { format: 85 }))).toBe('unreadable');
    expect(verdict(wav(1, { sampleRateHz: 0 }))).toBe('unreadable');
    expect(verdict(mp3(1))).toBe('unreadable');
    expect(verdict(oggPage(48_000n, Buffer.from('\x80theora', 'latin1')))).toBe('unreadable');
    expect(verdict(fixture('one-second.webm').subarray(0, 60))).toBe('unreadable');
    // A track of pictures in it.
    const video = Buffer.from(fixture('one-second.webm'));
    const at = video.indexOf(Buffer.from([0x83, 0x81, 0x02]));
    expect(at).toBeGreaterThan(0);
    video[at + 2] = 1;
    expect(verdict(video)).toBe('unreadable');
  });

  it('is refused when it is too long or too large, also where it hides how long it is', () => {
    expect(verdict(wav(301, { sampleRateHz: 8000 }))).toBe('too_long');
    expect(verdict(oggOpus([48_000n * 400n]))).toBe('too_long');
    expect(verdict(mp3(12_000))).toBe('too_long');
    expect(verdict(Buffer.alloc(10 * 1024 * 1024 + 1))).toBe('body_too_large');
  });

  it('whatever is done to it, is checked within milliseconds and never brings anything down', () => {
    const files = [wav(1), fixture('one-second.ogg'), fixture('one-second.webm'), mp3(20), oggOpus([48_312n])];
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 12 }),
        fc.nat(),
        (file, changes, cut) => {
          const bytes = Buffer.from(file);
          for (const [at, value] of changes) bytes[at % Math.min(bytes.length, 300)] = value;
          const startedMs = performance.now();
          verdict(cut % 3 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes);
          expect(performance.now() - startedMs).toBeLessThan(500);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('is looked at in its own place of a larger buffer', () => {
    const file = wav(1);
    const within = Buffer.concat([Buffer.from('OggS'), file]).subarray(4);
    expect(audioKindOf(within)).toBe('wav');
    expect(verdict(new Uint8Array(within.buffer, within.byteOffset, within.length))).toEqual({
      kind: 'wav',
      durationMs: 1000,
    });
  });
});
