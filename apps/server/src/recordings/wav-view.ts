import { encodeWav } from '@parley/engine/audio/wav.ts';
import { SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';

/** Which of the two is heard. */
export type ChannelView = 'both' | 'caller' | 'agent' | 'mix';

/** A recording as one WAV file of 16 bits, of which any part can be made without the rest. */
export interface WavView {
  readonly bytes: number;
  /** Samples that the bytes from `start` up to `end` are made of; undefined when they are of the header alone. */
  samplesOf(start: number, end: number): { readonly from: number; readonly to: number } | undefined;
  /** The file's first bytes. */
  readonly header: Buffer;
  /** Bytes of the samples, given both channels by turns. */
  render(samples: Int16Array): Buffer;
  /** Where the bytes of a sample begin. */
  byteOf(sample: number): number;
}

/** @param samples of each channel */
export function createWavView(samples: number, channel: ChannelView): WavView {
  const channels = channel === 'both' ? 2 : 1;
  const sampleBytes = channels * 2;
  const header = headerOf(samples, channels);
  return {
    bytes: header.length + samples * sampleBytes,
    header,
    byteOf: (sample) => header.length + sample * sampleBytes,
    samplesOf(start, end) {
      if (end <= header.length) return undefined;
      return {
        from: Math.floor(Math.max(0, start - header.length) / sampleBytes),
        to: Math.ceil((end - header.length) / sampleBytes),
      };
    },
    render(both) {
      if (channel === 'both') return Buffer.from(both.buffer, both.byteOffset, both.byteLength);
      const one = new Int16Array(both.length / 2);
      for (let n = 0; n < one.length; n += 1) {
        const [caller, agent] = [both[n * 2] ?? 0, both[n * 2 + 1] ?? 0];
        if (channel === 'mix') one[n] = Math.max(-32_768, Math.min(32_767, caller + agent));
        else one[n] = channel === 'caller' ? caller : agent;
      }
      return Buffer.from(one.buffer);
    },
  };
}

/** Of a file whose sound is not made yet. */
function headerOf(samples: number, channels: number): Buffer {
  const header = Buffer.from(
    encodeWav(
      Array.from({ length: channels }, () => new Int16Array(0)),
      SAMPLE_RATE_HZ,
    ),
  );
  const dataBytes = samples * channels * 2;
  header.writeUInt32LE(header.length - 8 + dataBytes, 4);
  header.writeUInt32LE(dataBytes, header.length - 4);
  return header;
}
