import { decodeG711, encodeG711, type G711 } from '@parley/engine/audio/g711.ts';
import { createLineToWide, createWideToLine } from '@parley/engine/audio/line-rate.ts';
import { createResampler } from '@parley/engine/audio/resampler.ts';
import { FRAME_SAMPLES, type LineFormat, type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';

/** The form in which a media server gives and takes sound, mono. */
export interface SoundFormat {
  /** `linear`: signed, 16 bits, the lower byte first. G.711 is of 8 kHz. */
  readonly encoding: 'linear' | G711;
  readonly rateHz: number;
}

/** What such a line carries: of 8 kHz nobody hears more than G.711 has. */
export function lineOf(format: SoundFormat): LineFormat {
  if (format.encoding !== 'linear') return format.encoding;
  return format.rateHz <= 8_000 ? 'mulaw' : 'wide';
}

/** Bytes to frames of 320 samples, given as soon as one is whole. */
export interface SoundDecoder {
  decode(bytes: Uint8Array): void;
}

/** Samples of 8 kHz that fill the filter before the first frame: from then on a frame gives a frame. */
const lineFilterSamples = 16;
/** The same for wide samples, on the way down. */
const wideFilterSamples = 62;

export function createSoundDecoder(format: SoundFormat, give: (frame: Pcm) => void): SoundDecoder {
  const toWide = rateUp(format.rateHz);
  const { encoding } = format;
  let rest: Pcm = new Int16Array(0);
  return {
    decode(bytes) {
      const samples = toWide(encoding === 'linear' ? linearSamples(bytes) : decodeG711(bytes, encoding));
      // As a rule a message is a frame.
      if (samples.length === FRAME_SAMPLES && rest.length === 0) return give(samples);
      const joined = new Int16Array(rest.length + samples.length);
      joined.set(rest);
      joined.set(samples, rest.length);
      let at = 0;
      for (; at + FRAME_SAMPLES <= joined.length; at += FRAME_SAMPLES) give(joined.slice(at, at + FRAME_SAMPLES));
      rest = joined.slice(at);
    },
  };
}

/** Frames to bytes of whole 20 ms each. */
export interface SoundEncoder {
  /** Undefined where a filter keeps the beginning back. */
  encode(frame: Pcm): Uint8Array | undefined;
}

export function createSoundEncoder(format: SoundFormat): SoundEncoder {
  const toRate = rateDown(format.rateHz);
  const { encoding } = format;
  const wanted = (format.rateHz * 20) / 1000;
  let rest: Pcm = new Int16Array(0);
  return {
    encode(frame) {
      let samples = toRate(frame);
      if (samples.length !== wanted || rest.length > 0) {
        const joined = new Int16Array(rest.length + samples.length);
        joined.set(rest);
        joined.set(samples, rest.length);
        const whole = joined.length - (joined.length % wanted);
        rest = joined.slice(whole);
        samples = joined.subarray(0, whole);
      }
      if (samples.length === 0) return undefined;
      return encoding === 'linear' ? linearBytes(samples) : encodeG711(samples, encoding);
    },
  };
}

function rateUp(rateHz: number): (samples: Pcm) => Pcm {
  if (rateHz === SAMPLE_RATE_HZ) return (samples) => samples;
  if (rateHz !== 8_000) {
    const resampler = createResampler(rateHz, SAMPLE_RATE_HZ);
    return (samples) => resampler.process(samples);
  }
  const stream = createLineToWide();
  stream.process(new Int16Array(lineFilterSamples));
  return (samples) => stream.process(samples);
}

function rateDown(rateHz: number): (samples: Pcm) => Pcm {
  if (rateHz === SAMPLE_RATE_HZ) return (samples) => samples;
  if (rateHz !== 8_000) {
    const resampler = createResampler(SAMPLE_RATE_HZ, rateHz);
    return (samples) => resampler.process(samples);
  }
  const stream = createWideToLine();
  stream.process(new Int16Array(wideFilterSamples));
  return (samples) => stream.process(samples);
}

/** A copy: whoever hears it may keep it, and the bytes are the socket's. An odd byte at the end is none. */
function linearSamples(bytes: Uint8Array): Int16Array {
  const samples = new Int16Array(bytes.length >> 1);
  for (let i = 0; i < samples.length; i += 1) {
    const value = (bytes[2 * i] ?? 0) | ((bytes[2 * i + 1] ?? 0) << 8);
    samples[i] = value;
  }
  return samples;
}

function linearBytes(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(2 * samples.length);
  for (let i = 0; i < samples.length; i += 1) {
    const value = samples[i] ?? 0;
    bytes[2 * i] = value & 0xff;
    bytes[2 * i + 1] = (value >> 8) & 0xff;
  }
  return bytes;
}
