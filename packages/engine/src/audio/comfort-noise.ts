import type { Pcm } from '../ports/audio.ts';

/** Noise as loud as the room at the far end, while it is silent and says so (RFC 3389). */
export interface ComfortNoise {
  /** @param levelDb below the loudest that there is (dBov), 0–127 */
  setLevel(levelDb: number): void;
  fill(samples: Pcm): void;
}

/** Louder than this no room is that somebody calls from; a wrong packet must not roar. */
const loudestDb = 30;

export function createComfortNoise(): ComfortNoise {
  let amplitude = 0;
  let seed = 1;
  return {
    setLevel(levelDb) {
      // Evenly spread between −a and a: a root of three above its root mean square.
      amplitude = Math.sqrt(3) * 32_768 * 10 ** (-Math.max(loudestDb, levelDb) / 20);
    },
    fill(samples) {
      for (let n = 0; n < samples.length; n += 1) {
        // Numerical Recipes' linear congruence: noise enough, and one multiplication.
        seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0;
        samples[n] = Math.round((seed / 0x80_00_00_00) * amplitude);
      }
    },
  };
}
