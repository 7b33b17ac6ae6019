import { type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';

/** A frame that comes this much later than the one before ended was preceded by silence; less is the timer's jitter. */
const jitterMs = 60;
/** A call longer than this is recorded up to here. */
const maxMs = 30 * 60_000;

/** One side of the call on the call's clock. */
export interface Track {
  /** @param atMs since the call began */
  add(frame: Pcm, atMs: number): void;
  samples(): Pcm;
}

export function createTrack(): Track {
  let buffer = new Int16Array(SAMPLE_RATE_HZ * 30);
  let length = 0;
  return {
    add(frame, atMs) {
      const wanted = Math.max(0, Math.round((atMs * SAMPLE_RATE_HZ) / 1000));
      if (atMs > maxMs) return;
      const at = wanted - length > (jitterMs * SAMPLE_RATE_HZ) / 1000 ? wanted : length;
      if (at + frame.length > buffer.length) {
        const larger = new Int16Array(Math.max(buffer.length * 2, at + frame.length));
        larger.set(buffer.subarray(0, length));
        buffer = larger;
      }
      buffer.set(frame, at);
      length = at + frame.length;
    },
    samples: () => buffer.slice(0, length),
  };
}
