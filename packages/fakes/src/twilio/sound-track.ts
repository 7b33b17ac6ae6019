import { decodeG711 } from '@parley/engine/audio/g711.ts';
import { rmsDbfs } from '@parley/engine/audio/level.ts';
import { frameBytes } from './playout.ts';

/** One side of a call as it was on the line, from the answer on: µ-law, frame by frame, silence where there was nothing. */
export interface SoundTrack {
  readonly durationMs: number;
  /** A copy. @param fromMs, toMs from the answer */
  mulaw(fromMs?: number, toMs?: number): Uint8Array;
  /** Samples at 8 kHz. */
  pcm(fromMs?: number, toMs?: number): Int16Array;
  /** When sound begins at or after a time, in ms from the answer, to a frame; undefined while there is none. */
  soundAfter(fromMs: number): number | undefined;
  /** When the last sound so far ended, in ms from the answer; 0 while there was none. */
  readonly lastSoundMs: number;
}

export interface WritableTrack extends SoundTrack {
  /** @param frame 160 bytes @returns whether it is sound, and not silence */
  write(frame: Uint8Array): boolean;
}

/** Quieter than speech, louder than the noise of a line. */
const soundDbfs = -48;
/** An hour; what is spoken later is not kept. */
const maxBytes = 60 * 60 * 8000;

export function createTrack(): WritableTrack {
  let bytes = new Uint8Array(10 * 8000);
  let length = 0;
  /** Whether each frame is sound. */
  const isSound: boolean[] = [];
  let lastSoundMs = 0;

  const slice = (fromMs = 0, toMs = Number.POSITIVE_INFINITY) =>
    bytes.slice(Math.min(length, Math.round(fromMs * 8)), Math.min(length, toMs * 8));
  return {
    write(frame) {
      if (length + frameBytes > maxBytes) return false;
      if (length + frameBytes > bytes.length) {
        const larger = new Uint8Array(Math.min(maxBytes, 2 * bytes.length));
        larger.set(bytes);
        bytes = larger;
      }
      bytes.set(frame, length);
      length += frameBytes;
      const sounds = rmsDbfs(decodeG711(frame, 'mulaw')) > soundDbfs;
      isSound.push(sounds);
      if (sounds) lastSoundMs = length / 8;
      return sounds;
    },
    get durationMs() {
      return length / 8;
    },
    get lastSoundMs() {
      return lastSoundMs;
    },
    mulaw: slice,
    pcm: (fromMs, toMs) => decodeG711(slice(fromMs, toMs), 'mulaw'),
    soundAfter(fromMs) {
      const at = isSound.indexOf(true, Math.ceil(fromMs / 20));
      return at < 0 ? undefined : at * 20;
    },
  };
}
