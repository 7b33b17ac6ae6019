import { encodeG711, g711Silence } from '@parley/engine/audio/g711.ts';
import { createWideToLine } from '@parley/engine/audio/line-rate.ts';
import type { LineFormat, Pcm } from '@parley/engine/ports/audio.ts';

/** Sound on its way to the vendor: a telephone's bytes as they came from it, anything else as 16-bit samples at 16 kHz. */
export interface ListenAudio {
  readonly encoding: 'linear16' | 'mulaw' | 'alaw';
  readonly sampleRateHz: number;
  readonly bytesPerMs: number;
  /** The bytes of the next samples; for telephones as far as they can be known by now. */
  encode(samples: Pcm): Uint8Array;
  /** What is still to come of a stretch of voice; the next one begins anew. */
  end(): Uint8Array;
  silence(durationMs: number): Uint8Array;
}

export function createListenAudio(line: LineFormat): ListenAudio {
  if (line === 'wide') {
    return {
      encoding: 'linear16',
      sampleRateHz: 16_000,
      bytesPerMs: 32,
      encode: littleEndian,
      end: () => new Uint8Array(0),
      silence: (durationMs) => new Uint8Array(32 * durationMs),
    };
  }
  const narrow = createWideToLine();
  return {
    encoding: line,
    sampleRateHz: 8000,
    bytesPerMs: 8,
    encode: (samples) => encodeG711(narrow.process(samples), line),
    end: () => encodeG711(narrow.flush(), line),
    silence: (durationMs) => new Uint8Array(8 * durationMs).fill(g711Silence[line]),
  };
}

/** A copy is not needed: whoever gets samples may keep them, and whoever gave them never writes to them again. */
function littleEndian(samples: Pcm): Uint8Array {
  if (isLittleEndian) return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const bytes = new DataView(new ArrayBuffer(samples.byteLength));
  for (let n = 0; n < samples.length; n += 1) bytes.setInt16(2 * n, samples[n] ?? 0, true);
  return new Uint8Array(bytes.buffer);
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
