import { encodeG711 } from '@parley/engine/audio/g711.ts';
import { createWideToLine } from '@parley/engine/audio/line-rate.ts';
import { createResampler } from '@parley/engine/audio/resampler.ts';
import { type LineFormat, type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';

/** The form of the sound, as the session's update says it: G.711 as the telephone has it, else 24 kHz, the one rate that is taken [spec]. */
export type RealtimeFormat =
  | { readonly type: 'audio/pcm'; readonly rate: 24_000 }
  | { readonly type: 'audio/pcmu' }
  | { readonly type: 'audio/pcma' };

export function realtimeFormatOf(line: LineFormat): RealtimeFormat {
  if (line === 'mulaw') return { type: 'audio/pcmu' };
  return line === 'alaw' ? { type: 'audio/pcma' } : { type: 'audio/pcm', rate: 24_000 };
}

/** One utterance's sound on its way out. */
export interface RealtimeEncoder {
  encode(samples: Pcm): Uint8Array;
  /** What is still to come. */
  end(): Uint8Array;
}

export function createRealtimeEncoder(line: LineFormat): RealtimeEncoder {
  if (line === 'wide') {
    const resampler = createResampler(SAMPLE_RATE_HZ, 24_000);
    return {
      encode: (samples) => littleEndian(resampler.process(samples)),
      // What the filter still holds comes out ahead of silence.
      end: () => littleEndian(resampler.process(new Int16Array(filterDelaySamples))),
    };
  }
  const toLine = createWideToLine();
  return {
    encode: (samples) => encodeG711(toLine.process(samples), line),
    end: () => encodeG711(toLine.flush(), line),
  };
}

/** Of the resampler when it raises the rate, in its input. */
const filterDelaySamples = 16;

function littleEndian(samples: Pcm): Uint8Array {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  for (let n = 0; n < samples.length; n += 1) view.setInt16(2 * n, samples[n] ?? 0, true);
  return bytes;
}
