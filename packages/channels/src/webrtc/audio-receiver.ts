import { createJitterBuffer } from '@parley/engine/audio/jitter-buffer.ts';
import { FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import { createOpusDecoder, OPUS_TICKS_PER_MS, opusDurationTicks } from '../rtp/opus.ts';
import { parseRtp } from '../rtp/rtp-packet.ts';

/** The browser's own packets are below 200 bytes at speech rates; a full Ethernet frame is the most that can come. */
const MAX_PACKET_BYTES = 1500;

/**
 * Another source is taken when the present one has been silent for this long: senders never pause, and a decoder for each
 * source that a hostile one makes up (20 kB that the garbage collector does not see) would take all memory in seconds.
 */
const SOURCE_CHANGE_MS = 200;

export interface AudioReceiver {
  /** A packet from the network, of whatever kind. */
  receive(bytes: Uint8Array, nowMs: number): void;
  /** The next 20 ms, concealed or silent where nothing came; undefined before the first packet. Call each 20 ms. */
  nextFrame(nowMs: number): Pcm | undefined;
  /** Packets so far that came too late to be heard, or never. */
  readonly packets: { readonly late: number; readonly lost: number };
}

/** From RTP packets to frames of 320 samples: order, timing, decoding, concealment. */
export function createAudioReceiver(payloadType: number): AudioReceiver {
  let jitterBuffer = createJitterBuffer({ ticksPerMs: OPUS_TICKS_PER_MS });
  let decoder = createOpusDecoder();
  let ssrc: number | undefined;
  let lastOfSourceMs = 0;
  let pending: Pcm = new Int16Array(0);
  /** Of the sources before this one. */
  let earlier = { late: 0, lost: 0 };
  const packets = () => ({
    late: earlier.late + jitterBuffer.lateCount,
    lost: earlier.lost + jitterBuffer.lostCount,
  });

  const decodeNext = (nowMs: number): Pcm => {
    const taken = jitterBuffer.take(nowMs);
    if (taken.type === 'packet') return decoder.decode(taken.payload) ?? decoder.conceal();
    return taken.type === 'lost' ? decoder.conceal() : new Int16Array(FRAME_SAMPLES);
  };

  return {
    receive(bytes, nowMs) {
      if (bytes.length > MAX_PACKET_BYTES) return;
      const packet = parseRtp(bytes);
      if (packet === undefined || packet.payloadType !== payloadType) return;
      const durationTicks = opusDurationTicks(packet.payload);
      if (durationTicks === undefined) return;
      if (packet.ssrc !== ssrc) {
        // The sender changed its source (a page swapped its microphone): another stream with numbers of its own.
        if (ssrc !== undefined) {
          if (nowMs - lastOfSourceMs < SOURCE_CHANGE_MS) return;
          earlier = packets();
          jitterBuffer = createJitterBuffer({ ticksPerMs: OPUS_TICKS_PER_MS });
          decoder = createOpusDecoder();
        }
        ssrc = packet.ssrc;
      }
      lastOfSourceMs = nowMs;
      // The payload is a view into the transport's buffer, which may be reused.
      jitterBuffer.put(
        {
          sequence: packet.sequence,
          timestamp: packet.timestamp,
          durationTicks,
          payload: Uint8Array.from(packet.payload),
        },
        nowMs,
      );
    },
    nextFrame(nowMs) {
      if (ssrc === undefined) return undefined;
      // Packets hold 2.5 to 120 ms, frames 20: at most eight of the shortest make one.
      for (let n = 0; n < 8 && pending.length < FRAME_SAMPLES; n++) pending = join(pending, decodeNext(nowMs));
      const frame = new Int16Array(FRAME_SAMPLES);
      frame.set(pending.subarray(0, FRAME_SAMPLES));
      pending = pending.subarray(FRAME_SAMPLES);
      return frame;
    },
    get packets() {
      return packets();
    },
  };
}

function join(a: Pcm, b: Pcm): Pcm {
  if (a.length === 0) return b;
  const joined = new Int16Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
