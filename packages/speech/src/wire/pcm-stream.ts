import { decodeG711 } from '@parley/engine/audio/g711.ts';
import { createLineToWide } from '@parley/engine/audio/line-rate.ts';
import { createResampler } from '@parley/engine/audio/resampler.ts';
import { type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';

/** How a provider sends sound, one channel. `pcm16` is signed and little-endian. G.711 has 8,000 samples a second. */
export type AudioEncoding =
  | { readonly encoding: 'pcm16'; readonly sampleRateHz: number }
  | { readonly encoding: 'mulaw' | 'alaw' };

/** Bytes of one stretch of speech, in whatever chunks they come, as the house's samples. */
export interface PcmStream {
  /** Gives what can be known by now; a sample whose second byte is in the next chunk waits for it. */
  write(bytes: Uint8Array): Pcm;
  /** What is still to come when nothing follows: so many samples in all that the stretch lasts as long as it did. */
  end(): Pcm;
}

/** @throws RangeError for a rate that is no whole number of hertz or in no simple ratio to 16 kHz */
export function createPcmStream(format: AudioEncoding): PcmStream {
  if (format.encoding !== 'pcm16') {
    const { encoding } = format;
    const wide = createLineToWide();
    return { write: (bytes) => wide.process(decodeG711(bytes, encoding)), end: () => wide.flush() };
  }
  const toRate = createExactResampler(format.sampleRateHz);
  let odd: number | undefined;
  return {
    write(bytes) {
      const given = odd === undefined ? bytes : Uint8Array.of(odd, ...bytes.subarray(0, 1));
      const head = odd === undefined ? undefined : samplesOf(given);
      const rest = odd === undefined ? bytes : bytes.subarray(1);
      if (odd !== undefined && given.length < 2) return new Int16Array(0);
      odd = rest.length % 2 === 1 ? rest[rest.length - 1] : undefined;
      const tail = samplesOf(rest);
      if (head === undefined) return toRate.process(tail);
      const samples = new Int16Array(tail.length + 1);
      samples.set(head);
      samples.set(tail, 1);
      return toRate.process(samples);
    },
    end() {
      // Half a sample at the end is none.
      odd = undefined;
      return toRate.end();
    },
  };
}

/** Whole samples of little-endian bytes, at whatever place in memory they begin. */
function samplesOf(bytes: Uint8Array): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const samples = new Int16Array(bytes.byteLength >> 1);
  for (let n = 0; n < samples.length; n += 1) samples[n] = view.getInt16(2 * n, true);
  return samples;
}

/** Raises or lowers the rate without a delay at the beginning and without a loss at the end. */
function createExactResampler(fromHz: number): { process(samples: Int16Array): Pcm; end(): Pcm } {
  if (fromHz === SAMPLE_RATE_HZ) return { process: (samples) => samples, end: () => new Int16Array(0) };
  const resampler = createResampler(fromHz, SAMPLE_RATE_HZ);
  // The resampler's own delay, in its output.
  const ratio = Math.max(1, fromHz / SAMPLE_RATE_HZ);
  const delay = Math.round((resamplerReach * ratio * SAMPLE_RATE_HZ) / fromHz);
  let toSkip = delay;
  let taken = 0;
  let given = 0;
  const process = (samples: Int16Array): Pcm => {
    const output = resampler.process(samples);
    const skipped = Math.min(toSkip, output.length);
    toSkip -= skipped;
    given += output.length - skipped;
    return output.subarray(skipped);
  };
  return {
    process(samples) {
      taken += samples.length;
      return process(samples);
    },
    end() {
      const missing = Math.round((taken * SAMPLE_RATE_HZ) / fromHz) - given;
      const silence = new Int16Array(Math.ceil(((delay + 2) * fromHz) / SAMPLE_RATE_HZ));
      return process(silence).subarray(0, Math.max(0, missing));
    },
  };
}

/** Input samples that the resampler looks back when it raises the rate; more in proportion when it lowers it. */
const resamplerReach = 16;
