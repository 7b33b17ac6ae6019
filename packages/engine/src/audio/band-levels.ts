import type { Pcm } from '../ports/audio.ts';
import { SILENCE_DBFS } from './level.ts';

/** Bands of a frame's sound: where voices hum, where vowels differ, and where consonants hiss. */
export const BANDS = 3;

/**
 * Measures the level of each of the three bands of a frame, in dB of full scale. Filters of one pole are blunt, and enough
 * to tell that two sounds are not one: under a microsecond a frame.
 *
 * @returns a function that writes the levels of the next frame into `levels` at `offset`
 */
export function createBandLevels(): (frame: Pcm, levels: Float32Array, offset: number) => void {
  let lowState = 0;
  let midState = 0;
  let lastIn = 0;
  let cleanState = 0;
  return (frame, levels, offset) => {
    let low = lowState;
    let mid = midState;
    let last = lastIn;
    let clean = cleanState;
    let lowEnergy = 0;
    let midEnergy = 0;
    let highEnergy = 0;
    for (let index = 0; index < frame.length; index += 1) {
      const sample = frame[index] ?? 0;
      clean = sample - last + withoutHum * clean;
      last = sample;
      low += below600Hz * (clean - low);
      mid += below2000Hz * (clean - mid);
      const middle = mid - low;
      const high = clean - mid;
      lowEnergy += low * low;
      midEnergy += middle * middle;
      highEnergy += high * high;
    }
    lowState = settled(low);
    midState = settled(mid);
    lastIn = last;
    cleanState = settled(clean);
    levels[offset] = toDbfs(lowEnergy, frame.length);
    levels[offset + 1] = toDbfs(midEnergy, frame.length);
    levels[offset + 2] = toDbfs(highEnergy, frame.length);
  };
}

// At 16 kHz: a high pass at 150 Hz, 1 − 2π·150/16000, and low passes, 1 − e^(−2π·f/16000).
const withoutHum = 0.941;
const below600Hz = 0.21;
const below2000Hz = 0.544;

/** In silence it would die away into numbers so small that processors reckon with them a hundred times slower. */
function settled(state: number): number {
  return Math.abs(state) < 1e-6 ? 0 : state;
}

function toDbfs(energy: number, samples: number): number {
  return energy === 0 ? SILENCE_DBFS : Math.max(SILENCE_DBFS, 10 * Math.log10(energy / samples) - fullScaleDb);
}

const fullScaleDb = 20 * Math.log10(32_768);
