import { decodeG711 } from '@parley/engine/audio/g711.ts';
import { createLineToWide } from '@parley/engine/audio/line-rate.ts';
import { FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import { createInboundPace } from '../phone/inbound-pace.ts';

/** 20 ms at 8 kHz. */
const lineFrameSamples = FRAME_SAMPLES / 2;
/** Samples of the line that fill the filter from 8 to 16 kHz before the first frame: from then on a frame gives a frame. */
const filterSamples = 16;

/** The caller's half of a media stream: messages become frames, one each 20 ms. */
export interface StreamEar {
  hear(
    media: {
      readonly sequence: number;
      readonly chunk: number;
      readonly timestampMs: number;
      readonly payload: Uint8Array;
    },
    nowMs: number,
  ): void;
  /** Call each 20 ms. */
  tick(): void;
  readonly received: number;
  /** Messages that never came, by their numbers. */
  readonly lost: number;
  /** Frames that came twice, or too late to be heard. */
  readonly late: number;
  /** Of arrivals, as RFC 3550 reckons it, in milliseconds. */
  readonly jitterMs: number | undefined;
}

export function createStreamEar(give: (frame: Pcm) => void): StreamEar {
  const toWide = createLineToWide();
  toWide.process(new Int16Array(filterSamples));
  const pace = createInboundPace(give);
  /** What is left of messages that are not a frame long. */
  let rest: Pcm = new Int16Array(0);
  let received = 0;
  let lost = 0;
  let doubled = 0;
  let jitterMs: number | undefined;
  let last: { readonly sequence: number; readonly chunk: number; readonly transitMs: number } | undefined;

  return {
    hear({ sequence, chunk, timestampMs, payload }, nowMs) {
      const transitMs = nowMs - timestampMs;
      if (last !== undefined) {
        if (chunk <= last.chunk) {
          doubled += 1;
          return;
        }
        // Keys and marks have numbers in between, of which nothing is missed here; chunks are of sound alone.
        lost += Math.max(0, Math.min(sequence - last.sequence, chunk - last.chunk) - 1);
        jitterMs = (jitterMs ?? 0) + (Math.abs(transitMs - last.transitMs) - (jitterMs ?? 0)) / 16;
      }
      last = { sequence, chunk, transitMs };
      received += 1;
      const samples = decodeG711(payload, 'mulaw');
      if (samples.length === lineFrameSamples && rest.length === 0) return pace.put(toWide.process(samples));
      const joined = new Int16Array(rest.length + samples.length);
      joined.set(rest);
      joined.set(samples, rest.length);
      let at = 0;
      for (; at + lineFrameSamples <= joined.length; at += lineFrameSamples) {
        pace.put(toWide.process(joined.subarray(at, at + lineFrameSamples)));
      }
      rest = joined.slice(at);
    },
    tick: () => pace.tick(),
    get received() {
      return received;
    },
    get lost() {
      return lost;
    },
    get late() {
      return doubled + pace.leftOut;
    },
    get jitterMs() {
      return jitterMs;
    },
  };
}
