import type { Pcm } from '../ports/audio.ts';

/**
 * Between a telephone line of 8 kHz and the house's 16 kHz such that what came from a line, or is made for one, leaves as it was:
 * raising the rate keeps each sample and puts one between each two; lowering it takes those out again when it finds them as they were
 * put in, and filters anything else.
 */
export interface RateStream {
  /** The next stretch of the input, any length; gives the output that can be known by now. Never keeps `input`. */
  process(input: Pcm): Pcm;
  /** What is still to come when nothing follows. The stream is as new afterwards. */
  flush(): Pcm;
}

/** Samples of the line on either side of one that is put between: as clean as 16-bit speech can show, 2 ms of delay. */
const reach = 16;
/**
 * Half of the taps of the half-band filter, in 16,384ths; those at even distances are zero. Kaiser window, shape 8. Whole numbers, for
 * they are reckoned with twice as fast, and a sum of 16-bit samples stays below 2³¹.
 */
const tapBits = 14;
const taps = halfBandTaps();

/** From 8 to 16 kHz: two samples for each; sample 2n of the output is sample n of the input. 2 ms of delay. */
export function createLineToWide(): RateStream {
  const window = createWindow(2 * reach);
  let known = 0;

  const process = (input: Pcm): Pcm => {
    const samples = window.extend(input);
    // A pair is known once `reach` samples have followed it.
    const first = Math.min(input.length, Math.max(0, reach - known));
    const output = new Int16Array(2 * (input.length - first));
    known += input.length;
    // Between the long pauses of a call there is nothing to reckon.
    if (window.isSilent) return output;
    raise(output, samples, window.historyLength + first - reach);
    return output;
  };
  return {
    process,
    flush() {
      const rest = process(new Int16Array(reach));
      window.clear();
      known = 0;
      return rest;
    },
  };
}

/** From 16 to 8 kHz: one sample for each two, of an odd number one more. 4 ms of delay. */
export function createWideToLine(): RateStream {
  // In samples of the line: what must have followed one before it is decided how it is taken.
  const run = 2 * reach;
  const delay = run - 1;
  const window = createWindow(8 * reach);
  let first: number | undefined;
  let known = 0;
  let isAsPutIn = true;
  /**
   * While it is not: the pair at which a whole run could be as put in, and the first of that run. What is made at 16 kHz shows by
   * one pair in a run, mostly the first that is looked at, and the others need not be.
   */
  let decidedAt = 0;
  let runFrom = 0;

  /** @param end pairs of the whole stream, once that is known: what comes after them is none of it */
  const pairs = (input: Int16Array, end: number): Pcm => {
    const samples = window.extend(input);
    const count = input.length / 2;
    const skipped = Math.min(count, Math.max(0, delay - known));
    const output = new Int16Array(count - skipped);
    if (window.isSilent && isAsPutIn) {
      known += count;
      return output;
    }
    /** Of so many pairs from this one on, how many are as put in before the first that is not. What is before the beginning is. */
    const putInFrom = (pair: number, most: number): number => {
      const unsaid = Math.min(most, Math.max(0, reach - pair));
      const said = Math.min(most, Math.max(unsaid, end + reach - pair));
      const at = window.historyLength + 2 * (pair + unsaid - known - reach);
      const putIn = unsaid + countPutIn(samples, at, said - unsaid);
      return putIn === said ? most : putIn;
    };
    for (let n = 0; n < count; ) {
      const pair = known + n;
      let stretch: number;
      if (isAsPutIn) {
        stretch = putInFrom(pair, count - n);
        if (stretch < count - n) {
          isAsPutIn = false;
          runFrom = pair + stretch + 1;
          decidedAt = pair + stretch + run;
        }
        fill(output, n - skipped, stretch, samples, window.historyLength + 2 * (n - delay), true);
      } else {
        stretch = Math.min(count - n, decidedAt - pair);
        if (stretch === 0) {
          let checked = pair;
          while (checked >= runFrom && putInFrom(checked, 1) === 1) checked -= 1;
          isAsPutIn = checked < runFrom;
          runFrom = checked + 1;
          decidedAt = checked + run;
          continue;
        }
        fill(output, n - skipped, stretch, samples, window.historyLength + 2 * (n - delay), false);
      }
      n += stretch;
    }
    known += count;
    return output;
  };
  return {
    process(input) {
      if (first === undefined && input.length % 2 === 0) return pairs(input, Number.POSITIVE_INFINITY);
      const joined = first === undefined ? input : join(Int16Array.of(first), input);
      const isOdd = joined.length % 2 === 1;
      first = isOdd ? joined.at(-1) : undefined;
      return pairs(isOdd ? joined.subarray(0, -1) : joined, Number.POSITIVE_INFINITY);
    },
    flush() {
      const last = first === undefined ? new Int16Array(0) : Int16Array.of(first, 0);
      const rest = pairs(join(last, new Int16Array(2 * delay)), known + last.length / 2);
      window.clear();
      first = undefined;
      known = 0;
      isAsPutIn = true;
      return rest;
    },
  };
}

/** The latest samples of a stream before the piece that is worked on, in one stretch with it. */
interface Window {
  readonly historyLength: number;
  /** Nothing but zeros, the history too. */
  readonly isSilent: boolean;
  /** The history followed by the piece; good until the next call. */
  extend(piece: Int16Array): Int16Array;
  clear(): void;
}

/** Four samples are made at once, and up to three of them from beyond the end, which nobody takes. */
const beyond = 8;

function createWindow(historyLength: number): Window {
  let samples = new Int16Array(historyLength + beyond);
  let length = historyLength;
  /** Zeros at the end of what was given. */
  let zeros = historyLength;
  let isSilent = true;
  return {
    historyLength,
    get isSilent() {
      return isSilent;
    },
    extend(piece) {
      const total = historyLength + piece.length;
      if (samples.length < total + beyond) {
        const grown = new Int16Array(total + beyond);
        grown.set(samples.subarray(length - historyLength, length));
        samples = grown;
      } else {
        samples.copyWithin(0, length - historyLength, length);
      }
      samples.set(piece, historyLength);
      length = total;
      let last = piece.length - 1;
      while (last >= 0 && piece[last] === 0) last -= 1;
      isSilent = last < 0 && zeros >= historyLength;
      zeros = last < 0 ? Math.min(historyLength, zeros + piece.length) : piece.length - 1 - last;
      return samples;
    },
    clear() {
      samples.fill(0);
      zeros = historyLength;
      isSilent = true;
    },
  };
}

function join(before: Int16Array, after: Int16Array): Int16Array {
  const joined = new Int16Array(before.length + after.length);
  joined.set(before);
  joined.set(after, before.length);
  return joined;
}

/** Of so many pairs from `at` on, as many as have between them what raising the rate puts there. */
function countPutIn(samples: Int16Array, at: number, most: number): number {
  for (let n = 0; n < most; n += 4) {
    interpolate(samples, at + 2 * n, 2, 1);
    for (let k = 0; k < 4; k += 1) if (n + k < most && samples[at + 2 * (n + k) + 1] !== between[k]) return n + k;
  }
  return most;
}

/** Takes every other sample from `at` on into so many places of the output; those before its beginning are left out. */
function fill(output: Int16Array, to: number, count: number, samples: Int16Array, at: number, isAsPutIn: boolean) {
  const first = Math.max(0, -to);
  if (isAsPutIn) for (let n = first; n < count; n += 1) output[to + n] = samples[at + 2 * n] ?? 0;
  else {
    for (let from = first; from < count; from += blockLength) {
      const length = Math.min(blockLength, count - from);
      // What a line can carry of a sample: half of it is itself, half what its neighbours say that it should be.
      interpolate(samples, at + 2 * from - 1, 2, (length + 3) >> 2);
      for (let n = 0; n < length; n += 1) {
        output[to + from + n] = ((samples[at + 2 * (from + n)] ?? 0) + (between[n] ?? 0) + 1) >> 1;
      }
    }
  }
}

/** Fills the output with the samples from `at` on, and what is between them. */
function raise(output: Int16Array, samples: Int16Array, at: number): void {
  const count = output.length >> 1;
  for (let from = 0; from < count; from += blockLength) {
    const length = Math.min(blockLength, count - from);
    interpolate(samples, at + from, 1, (length + 3) >> 2);
    for (let n = 0; n < length; n += 1) {
      output[2 * (from + n)] = samples[at + from + n] ?? 0;
      output[2 * (from + n) + 1] = between[n] ?? 0;
    }
  }
}

/** Samples that are worked on at once: 20 ms of a line. */
const blockLength = 160;
/** What the latest call of `interpolate` found; each use is over before the next begins. */
const between = new Int16Array(blockLength);

/**
 * The sample between the one at `at` and the next, which is `step` further, and so on: four for each of the `fours`. Four are made
 * side by side, for each sample read then serves all of them.
 */
function interpolate(samples: Int16Array, at: number, step: 1 | 2, fours: number): void {
  const half = 1 << (tapBits - 1);
  for (let n = 0; n < fours; n += 1) {
    const from = at + 4 * n * step;
    let left0 = samples[from] ?? 0;
    let left1 = samples[from + step] ?? 0;
    let left2 = samples[from + 2 * step] ?? 0;
    let left3 = samples[from + 3 * step] ?? 0;
    let right0 = left1;
    let right1 = left2;
    let right2 = left3;
    let right3 = samples[from + 4 * step] ?? 0;
    let sum0 = half;
    let sum1 = half;
    let sum2 = half;
    let sum3 = half;
    for (let k = 0; k < reach; k += 1) {
      const tap = taps[k] ?? 0;
      sum0 = (sum0 + Math.imul(tap, left0 + right0)) | 0;
      sum1 = (sum1 + Math.imul(tap, left1 + right1)) | 0;
      sum2 = (sum2 + Math.imul(tap, left2 + right2)) | 0;
      sum3 = (sum3 + Math.imul(tap, left3 + right3)) | 0;
      left3 = left2;
      left2 = left1;
      left1 = left0;
      left0 = samples[from - (k + 1) * step] ?? 0;
      right0 = right1;
      right1 = right2;
      right2 = right3;
      right3 = samples[from + (k + 5) * step] ?? 0;
    }
    between[4 * n] = clamp(sum0 >> tapBits);
    between[4 * n + 1] = clamp(sum1 >> tapBits);
    between[4 * n + 2] = clamp(sum2 >> tapBits);
    between[4 * n + 3] = clamp(sum3 >> tapBits);
  }
}

function clamp(value: number): number {
  return Math.max(-32_768, Math.min(32_767, value));
}

/** They add up to one half exactly, so that a steady level stays what it is. */
function halfBandTaps(): Int32Array {
  const exact = Float64Array.from({ length: reach }, (_, k) => {
    const distance = k + 0.5;
    const window = besselI0(8 * Math.sqrt(1 - (distance / (reach + 0.5)) ** 2)) / besselI0(8);
    return (Math.sin(Math.PI * distance) / (Math.PI * distance)) * window;
  });
  const scale = 2 ** (tapBits - 1) / exact.reduce((sum, tap) => sum + tap, 0);
  const whole = Int32Array.from(exact, (tap) => Math.round(tap * scale));
  const missing = 2 ** (tapBits - 1) - whole.reduce((sum, tap) => sum + tap, 0);
  whole[0] = (whole[0] ?? 0) + missing;
  return whole;
}

/** Modified Bessel function of the first kind, order 0, by its series. */
function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; k < 50; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
