import { createResampler } from '@parley/engine/audio/resampler.ts';
import { SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';

/** Samples of 16 kHz at another rate, as many as last as long, without the filter's delay. */
export function atRate(samples: Int16Array, rateHz: number): Int16Array {
  if (rateHz === SAMPLE_RATE_HZ) return samples;
  const resampler = createResampler(SAMPLE_RATE_HZ, rateHz);
  const padded = new Int16Array(samples.length + 256);
  padded.set(samples);
  const output = resampler.process(padded);
  // 16 samples of the slower side.
  const delay = rateHz > SAMPLE_RATE_HZ ? Math.round((16 * rateHz) / SAMPLE_RATE_HZ) : 16;
  return output.subarray(delay, delay + Math.round((samples.length * rateHz) / SAMPLE_RATE_HZ));
}

export function littleEndian(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  for (let n = 0; n < samples.length; n += 1) view.setInt16(2 * n, samples[n] ?? 0, true);
  return bytes;
}

/** The header of a WAV whose length nobody knows yet, as servers that stream write it. */
export function streamedWavHeader(rateHz: number): Uint8Array {
  const header = new Uint8Array(44);
  const view = new DataView(header.buffer);
  const tag = (at: number, text: string) => {
    for (let n = 0; n < 4; n += 1) header[at + n] = text.charCodeAt(n);
  };
  tag(0, 'RIFF');
  view.setUint32(4, 0xff_ff_ff_ff, true);
  tag(8, 'WAVE');
  tag(12, 'fmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rateHz, true);
  view.setUint32(28, rateHz * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  tag(36, 'data');
  view.setUint32(40, 0xff_ff_ff_ff, true);
  return header;
}
