/** Hears whether there is a voice in the sound: words have vowels, and vowels repeat at the pitch of a voice. */
export interface VoicingMeter {
  /** PCM at 16 kHz, any number of samples. */
  add(samples: Int16Array): void;
  /** Time so far, in steps of 20 ms, in which something repeated at 70–400 Hz. */
  readonly voicedMs: number;
}

/** The decoder takes hissing coughs for "s" words with confidence; this it cannot be fooled by. 4 kHz suffices for pitch. */
const DECIMATION = 4;
const STEP = 80; // 20 ms
const WINDOW = 160; // 40 ms: two periods of the lowest voice
const SHORTEST_LAG = 10; // 400 Hz
const LONGEST_LAG = 57; // 70 Hz
/** White noise reaches 0.35 by chance, vowels 0.7 and more, 0.6 in noise at 10 dB. */
const REPEATS = 0.55;
/** Root mean square below which it is too soft to tell (-54 dBFS). */
const SILENCE = 64;

export function createVoicingMeter(): VoicingMeter {
  const window = new Float32Array(WINDOW);
  let filled = 0;
  let sum = 0;
  let summed = 0;
  let voicedMs = 0;
  return {
    add(samples) {
      for (const sample of samples) {
        sum += sample;
        summed += 1;
        if (summed < DECIMATION) continue;
        window[filled] = sum / DECIMATION;
        filled += 1;
        sum = 0;
        summed = 0;
        if (filled < WINDOW) continue;
        if (repeats(window)) voicedMs += 20;
        window.copyWithin(0, STEP);
        filled = WINDOW - STEP;
      }
    },
    get voicedMs() {
      return voicedMs;
    },
  };
}

function repeats(window: Float32Array): boolean {
  const mean = window.reduce((sum, value) => sum + value, 0) / WINDOW;
  const power = window.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  if (power < SILENCE ** 2 * WINDOW) return false;
  for (let lag = SHORTEST_LAG; lag <= LONGEST_LAG; lag += 1) {
    let product = 0;
    let before = 0;
    let after = 0;
    for (let index = lag; index < WINDOW; index += 1) {
      const a = (window[index - lag] ?? 0) - mean;
      const b = (window[index] ?? 0) - mean;
      product += a * b;
      before += a * a;
      after += b * b;
    }
    if (product > REPEATS * Math.sqrt(before * after)) return true;
  }
  return false;
}
