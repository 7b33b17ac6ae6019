import type { Pcm } from '../ports/audio.ts';

/**
 * Filter taps for each output phase. 32 keep a 16 kHz voice clean (aliases below −70 dB) at a few tens of microseconds a
 * frame and 1–2 ms of delay; more taps buy nothing that 16-bit speech can show.
 */
const TAPS_PER_PHASE = 32;
/** Kaiser window shape: 8 puts the stop band about 80 dB down. */
const KAISER_BETA = 8;
/** Share of the narrower side's band that is kept; the rest is room for the filter to fall. */
const PASS_BAND = 0.92;
/** Phases of the finest filter bank; 44.1 ↔ 16 kHz needs 160, so this only refuses nonsense such as 16,001 → 16,000. */
const MAX_PHASES = 1024;

export interface Resampler {
  /** The next stretch of the input, any length; gives the output that can be known by now. Never keeps `input`. */
  process(input: Pcm): Pcm;
}

/**
 * A streaming resampler for one stream of 16-bit mono PCM. The output is the same to the bit however the input is cut
 * into pieces. Delay: 16 input samples when raising the rate, more in proportion when lowering it.
 * @throws RangeError when a rate is not a whole number from 1,000 to 384,000 Hz, or their ratio is not a simple one.
 */
export function createResampler(fromHz: number, toHz: number): Resampler {
  for (const rateHz of [fromHz, toHz]) {
    if (!Number.isInteger(rateHz) || rateHz < 1000 || rateHz > 384_000) {
      throw new RangeError(`Sample rate ${rateHz} Hz: give a whole number from 1,000 to 384,000.`);
    }
  }
  if (fromHz === toHz) return { process: (input) => input.slice() };
  const divisor = greatestCommonDivisor(fromHz, toHz);
  const phases = toHz / divisor;
  const step = fromHz / divisor;
  if (phases > MAX_PHASES || step > MAX_PHASES) {
    throw new RangeError(`No simple ratio between ${fromHz} and ${toHz} Hz; resample by way of 48,000.`);
  }
  const filter = designFilter(phases, step);
  const taps = filter.tapsPerPhase;
  // The filter is centred: output sample 0 stands at input sample 0 delayed by half the taps, the start is silence.
  let tail = new Int16Array(taps - 1);
  // Position of the next output in units of 1/phases input samples, relative to the first sample not yet in `tail`.
  let position = 0;

  return {
    process(input) {
      const joined = new Int16Array(tail.length + input.length);
      joined.set(tail);
      joined.set(input, tail.length);
      const limit = input.length * phases;
      const count = position >= limit ? 0 : Math.ceil((limit - position) / step);
      const output = new Int16Array(count);
      for (let n = 0; n < count; n++) {
        const at = Math.floor(position / phases);
        const row = (position - at * phases) * taps;
        let sum = 0;
        for (let k = 0; k < taps; k++) sum += (joined[at + k] ?? 0) * (filter.coefficients[row + k] ?? 0);
        output[n] = Math.max(-32_768, Math.min(32_767, Math.round(sum)));
        position += step;
      }
      position -= limit;
      tail = joined.slice(joined.length - (taps - 1));
      return output;
    },
  };
}

/** Rows of coefficients, one a phase, laid out so that row · (taps newest input samples, oldest first) is the output. */
function designFilter(phases: number, step: number): { tapsPerPhase: number; coefficients: Float64Array } {
  // Lowering the rate narrows the pass band, so the filter grows by the same factor to stay as steep.
  const ratio = Math.max(1, step / phases);
  const tapsPerPhase = Math.ceil(TAPS_PER_PHASE * ratio);
  const cutoff = PASS_BAND / ratio;
  const half = tapsPerPhase / 2;
  const coefficients = new Float64Array(phases * tapsPerPhase);
  for (let phase = 0; phase < phases; phase++) {
    let gain = 0;
    for (let k = 0; k < tapsPerPhase; k++) {
      const distance = k - half + 1 - phase / phases;
      const window = besselI0(KAISER_BETA * Math.sqrt(Math.max(0, 1 - (distance / half) ** 2))) / besselI0(KAISER_BETA);
      const value = cutoff * sinc(cutoff * distance) * window;
      coefficients[phase * tapsPerPhase + k] = value;
      gain += value;
    }
    // Each phase passes silence-to-silence and DC-to-DC exactly; otherwise a steady level would ripple.
    for (let k = 0; k < tapsPerPhase; k++) {
      const at = phase * tapsPerPhase + k;
      coefficients[at] = (coefficients[at] ?? 0) / gain;
    }
  }
  return { tapsPerPhase, coefficients };
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Modified Bessel function of the first kind, order 0, by its series: the Kaiser window's shape. */
function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; k < 50; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
    if (term < sum * 1e-17) break;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
