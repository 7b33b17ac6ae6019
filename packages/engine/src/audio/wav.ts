import type { Pcm } from '../ports/audio.ts';

export type WavErrorCode = 'not_wav' | 'unsupported_wav' | 'truncated_wav';

/** A WAV that cannot be read; the message says what to do. */
export class WavError extends Error {
  readonly code: WavErrorCode;

  constructor(code: WavErrorCode, message: string) {
    super(message);
    this.name = 'WavError';
    this.code = code;
  }
}

const FORMAT_PCM = 1;
const FORMAT_FLOAT = 3;
const FORMAT_EXTENSIBLE = 0xff_fe;
const HEADER_BYTES = 44;

/** 16-bit PCM WAV of one or more channels; shorter channels are padded with silence. */
export function encodeWav(channels: readonly Pcm[], sampleRateHz: number): Uint8Array {
  const count = Math.max(1, channels.length);
  const frames = channels.reduce((most, channel) => Math.max(most, channel.length), 0);
  const dataBytes = frames * count * 2;
  const bytes = new Uint8Array(HEADER_BYTES + dataBytes);
  const view = new DataView(bytes.buffer);
  writeTag(bytes, 0, 'RIFF');
  view.setUint32(4, HEADER_BYTES - 8 + dataBytes, true);
  writeTag(bytes, 8, 'WAVE');
  writeTag(bytes, 12, 'fmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, FORMAT_PCM, true);
  view.setUint16(22, count, true);
  view.setUint32(24, sampleRateHz, true);
  view.setUint32(28, sampleRateHz * count * 2, true);
  view.setUint16(32, count * 2, true);
  view.setUint16(34, 16, true);
  writeTag(bytes, 36, 'data');
  view.setUint32(40, dataBytes, true);
  channels.forEach((channel, index) => {
    for (let n = 0; n < channel.length; n++)
      view.setInt16(HEADER_BYTES + (n * count + index) * 2, channel[n] ?? 0, true);
  });
  return bytes;
}

/**
 * Reads 16-bit PCM and 32-bit float WAV with any number of channels and any extra chunks. A data chunk whose stated
 * length runs past the end (a recorder that was killed) is read as far as it goes.
 * @throws WavError `not_wav`, `unsupported_wav` or `truncated_wav`
 */
export function decodeWav(bytes: Uint8Array): { readonly sampleRateHz: number; readonly channels: Pcm[] } {
  if (bytes.length < 12 || readTag(bytes, 0) !== 'RIFF' || readTag(bytes, 8) !== 'WAVE') {
    throw new WavError('not_wav', 'This is not a WAV file; give a RIFF/WAVE file of 16-bit PCM.');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let format: WavFormat | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const tag = readTag(bytes, at);
    const start = at + 8;
    const end = Math.min(bytes.length, start + view.getUint32(at + 4, true));
    if (tag === 'fmt ') format = readFormat(view, start, end);
    if (tag === 'data') {
      if (format === undefined)
        throw new WavError('truncated_wav', 'The WAV has audio before its format; it is damaged.');
      return { sampleRateHz: format.sampleRateHz, channels: readSamples(view, start, end, format) };
    }
    // Chunks are padded to even lengths.
    at = end + ((end - start) % 2);
  }
  throw new WavError('truncated_wav', 'The WAV has no audio in it; it is cut off or empty.');
}

interface WavFormat {
  readonly isFloat: boolean;
  readonly channelCount: number;
  readonly sampleRateHz: number;
}

function readFormat(view: DataView, start: number, end: number): WavFormat {
  if (end - start < 16) throw new WavError('truncated_wav', 'The WAV header is cut off.');
  const tag = view.getUint16(start, true);
  // WAVE_FORMAT_EXTENSIBLE carries the real format in the first two bytes of its sub-format id.
  const format = tag === FORMAT_EXTENSIBLE && end - start >= 26 ? view.getUint16(start + 24, true) : tag;
  const channelCount = view.getUint16(start + 2, true);
  const sampleRateHz = view.getUint32(start + 4, true);
  const bits = view.getUint16(start + 14, true);
  const known = (format === FORMAT_PCM && bits === 16) || (format === FORMAT_FLOAT && bits === 32);
  if (!known || channelCount === 0 || sampleRateHz === 0) {
    throw new WavError(
      'unsupported_wav',
      `WAV format ${format} with ${bits} bits and ${channelCount} channels is not read; convert it to 16-bit PCM.`,
    );
  }
  return { isFloat: format === FORMAT_FLOAT, channelCount, sampleRateHz };
}

function readSamples(view: DataView, start: number, end: number, format: WavFormat): Pcm[] {
  const sampleBytes = format.isFloat ? 4 : 2;
  const frames = Math.floor((end - start) / (sampleBytes * format.channelCount));
  return Array.from({ length: format.channelCount }, (_, index) => {
    const channel = new Int16Array(frames);
    for (let n = 0; n < frames; n++) {
      const at = start + (n * format.channelCount + index) * sampleBytes;
      channel[n] = format.isFloat ? floatToInt16(view.getFloat32(at, true)) : view.getInt16(at, true);
    }
    return channel;
  });
}

function floatToInt16(value: number): number {
  return Number.isFinite(value) ? Math.max(-32_768, Math.min(32_767, Math.round(value * 32_768))) : 0;
}

function writeTag(bytes: Uint8Array, at: number, tag: string): void {
  for (let n = 0; n < tag.length; n++) bytes[at + n] = tag.charCodeAt(n);
}

function readTag(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
