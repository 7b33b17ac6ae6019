// The codec's native library must be loaded by the main thread: loaded by a worker alone, it takes the process down
// when that worker exits.
import { Decoder, Encoder } from '@evan/opus';
import { FRAME_SAMPLES, type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';

/** RTP timestamps of Opus count 48 kHz, whatever rate is coded (RFC 7587). */
export const OPUS_TICKS_PER_MS = 48;
export const OPUS_FRAME_TICKS = 960;
/** The longest packet that Opus allows. */
const MAX_PACKET_TICKS = 120 * OPUS_TICKS_PER_MS;
/** Wide-band speech is transparent from about 24 kb/s; the rest is for correction of losses. */
const BITRATE = 28_000;
/** Half the codec's effort: 105 µs a frame rather than 149 at 10, and in speech nobody hears which. */
const COMPLEXITY = 5;
/** Per cent of loss that the in-band correction is dimensioned for: a middling mobile network. */
const EXPECTED_LOSS_PERCENT = 5;

export interface OpusEncoder {
  /** One frame of 320 samples. */
  encode(frame: Pcm): Uint8Array;
}

export interface OpusDecoder {
  /** 16 kHz mono, as long as the packet says; undefined when it is not Opus. */
  decode(packet: Uint8Array): Pcm | undefined;
  /** A guess at a lost packet as long as the last one; silence when nothing was heard yet. */
  conceal(): Pcm;
}

/** Memory of the codec is the garbage collector's (about 20 kB each); there is nothing to free by hand. */
export function createOpusEncoder(): OpusEncoder {
  const encoder = new Encoder({ channels: 1, sample_rate: SAMPLE_RATE_HZ, application: 'voip' });
  encoder.bitrate = BITRATE;
  encoder.complexity = COMPLEXITY;
  encoder.signal = 'voice';
  encoder.inband_fec = true;
  encoder.packet_loss = EXPECTED_LOSS_PERCENT;
  // Copied: the binding may hand out its own buffer.
  return { encode: (frame) => Uint8Array.from(encoder.encode(frame)) };
}

/** Decodes any Opus stream (a browser's is 48 kHz stereo) straight to 16 kHz mono: no resampler is needed. */
export function createOpusDecoder(): OpusDecoder {
  const decoder = new Decoder({ channels: 1, sample_rate: SAMPLE_RATE_HZ });
  let lastToc: number | undefined;
  const decode = (packet: Uint8Array): Pcm | undefined => {
    try {
      return toPcm(decoder.decode(packet));
    } catch {
      return undefined;
    }
  };
  return {
    decode(packet) {
      if (opusDurationTicks(packet) === undefined) return undefined;
      const pcm = decode(packet);
      if (pcm !== undefined) lastToc = packet[0];
      return pcm;
    },
    conceal() {
      // A packet of nothing but its first byte is "this frame was lost" to the decoder. Only one-frame packets have
      // that form (the low two bits say how many).
      const concealed = lastToc === undefined ? undefined : decode(Uint8Array.of(lastToc & 0b1111_1100));
      return concealed ?? new Int16Array(FRAME_SAMPLES);
    },
  };
}

/** Length of the audio in a packet by its first bytes (RFC 6716, 3.1), in 48 kHz ticks; undefined when it is no packet. */
export function opusDurationTicks(packet: Uint8Array): number | undefined {
  const toc = packet[0];
  if (toc === undefined) return undefined;
  const configuration = toc >> 3;
  const frameMs =
    configuration < 12
      ? ([10, 20, 40, 60][configuration % 4] ?? 20)
      : configuration < 16
        ? ([10, 20][configuration % 2] ?? 20)
        : ([2.5, 5, 10, 20][configuration % 4] ?? 20);
  const code = toc & 0b11;
  const second = packet[1];
  if (code === 3 && second === undefined) return undefined;
  const frames = code === 0 ? 1 : code === 3 ? (second ?? 0) & 0x3f : 2;
  const ticks = frames * frameMs * OPUS_TICKS_PER_MS;
  return ticks > 0 && ticks <= MAX_PACKET_TICKS ? ticks : undefined;
}

function toPcm(bytes: Uint8Array): Pcm {
  // A copy of its own: the binding may reuse its buffer, and views need even offsets.
  const copy = Uint8Array.from(bytes);
  return new Int16Array(copy.buffer, 0, copy.length >> 1);
}
