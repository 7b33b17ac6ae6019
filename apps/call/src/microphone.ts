import { FRAME_MS, FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import { speechLength } from './utterance.ts';

/** Where an utterance was on the caller's clock. */
export interface Spoken {
  readonly startedMs: number;
  /** Of the last sound; what follows in the recording is silence. */
  readonly endedMs: number;
}

export interface Microphone {
  /** One frame, every 20 ms: speech if there is some, otherwise silence (or the room's noise), as a real microphone gives. */
  tick(nowMs: number): Pcm;
  /** Speaks from the next frame on; resolves when the last sound has been sent. One utterance at a time. */
  speak(samples: Pcm): Promise<Spoken>;
}

/** @param noiseDbfs RMS of white noise under everything, in dB below full scale; none when undefined */
export function createMicrophone(noiseDbfs: number | undefined): Microphone {
  const noise = noiseDbfs === undefined ? undefined : createNoise(noiseDbfs);
  let speaking:
    | { samples: Pcm; at: number; end: number; startedMs: number | undefined; done: (s: Spoken) => void }
    | undefined;

  return {
    tick(nowMs) {
      const frame = new Int16Array(FRAME_SAMPLES);
      if (speaking !== undefined) {
        const { samples, at, end, done } = speaking;
        frame.set(samples.subarray(at, at + FRAME_SAMPLES));
        speaking.startedMs ??= nowMs;
        const { startedMs } = speaking;
        speaking.at += FRAME_SAMPLES;
        if (speaking.at >= end) {
          speaking = undefined;
          // The frame has been sent in one go at `nowMs`, as a sound card hands over what it heard in the 20 ms before.
          done({
            startedMs: startedMs - FRAME_MS,
            endedMs: nowMs - FRAME_MS + ((end - at) / FRAME_SAMPLES) * FRAME_MS,
          });
        }
      }
      if (noise !== undefined) {
        for (let n = 0; n < frame.length; n++) {
          frame[n] = Math.max(-32_768, Math.min(32_767, (frame[n] ?? 0) + noise()));
        }
      }
      return frame;
    },
    speak(samples) {
      if (speaking !== undefined) throw new Error('The caller is already speaking.');
      const end = speechLength(samples);
      if (end === 0) return Promise.reject(new Error('There is no sound in what the caller was to say.'));
      return new Promise((done) => {
        speaking = { samples, at: 0, end, startedMs: undefined, done };
      });
    },
  };
}

/** White noise from a fixed seed, so that two calls sound the same: uniform samples of the wanted RMS. */
function createNoise(dbfs: number): () => number {
  const amplitude = 32_768 * 10 ** (dbfs / 20) * Math.sqrt(3);
  let seed = 0x2545_f491;
  return () => {
    // xorshift32
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return Math.round((seed / 0x8000_0000) * amplitude);
  };
}
