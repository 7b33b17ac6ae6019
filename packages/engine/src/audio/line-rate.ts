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
/** Half of the taps of the half-band filter; those at even distances are zero. Kaiser window, shape 8. */
const taps = Float64Array.from({ length: reach }, (_, k) => {
  const distance = k + 0.5;
  const window = besselI0(8 * Math.sqrt(1 - (distance / (reach + 0.5)) ** 2)) / besselI0(8);
  return (Math.sin(Math.PI * distance) / (Math.PI * distance)) * window;
});
const gain = 1 / (2 * taps.reduce((sum, tap) => sum + tap, 0));

/** From 8 to 16 kHz: two samples for each; sample 2n of the output is sample n of the input. 2 ms of delay. */
export function createLineToWide(): RateStream {
  const historyLength = 2 * reach - 1;
  let history = new Int16Array(historyLength);
  let known = 0;

  const process = (input: Pcm): Pcm => {
    const joined = join(history, input);
    // A pair is known once `reach` samples have followed it.
    const first = Math.min(input.length, Math.max(0, reach - known));
    const output = new Int16Array(2 * (input.length - first));
    for (let n = first; n < input.length; n += 1) {
      const at = historyLength + n - reach;
      output[2 * (n - first)] = joined[at] ?? 0;
      output[2 * (n - first) + 1] = between(joined, at, 1);
    }
    known += input.length;
    history = joined.slice(joined.length - historyLength);
    return output;
  };
  return {
    process,
    flush() {
      const rest = process(new Int16Array(reach));
      history = new Int16Array(historyLength);
      known = 0;
      return rest;
    },
  };
}

/** From 16 to 8 kHz: one sample for each two, of an odd number one more. 4 ms of delay. */
export function createWideToLine(): RateStream {
  // In samples of the line: what must have followed one before it is decided how it is taken.
  const delay = 2 * reach - 1;
  const historyLength = 6 * reach;
  let history = new Int16Array(historyLength);
  /** The first of a pair whose second is still to come. */
  let first: number | undefined;
  /** Pairs that came. */
  let known = 0;
  /** Samples put between, in a row, that are what raising the rate puts there. What was before the beginning counts as such. */
  let expected = 2 * reach;

  /** @param end pairs of the whole stream, once that is known: what comes after them is none of it */
  const pairs = (input: Int16Array, end: number): Pcm => {
    const joined = join(history, input);
    const count = input.length / 2;
    const skipped = Math.min(count, Math.max(0, delay - known));
    const output = new Int16Array(count - skipped);
    for (let n = 0; n < count; n += 1) {
      const newest = historyLength + 2 * n;
      const checked = newest - 2 * reach;
      const place = known + n - reach;
      const isExpected = place < 0 || place >= end || joined[checked + 1] === between(joined, checked, 2);
      expected = isExpected ? expected + 1 : 0;
      if (n < skipped) continue;
      const at = newest - 2 * delay;
      output[n - skipped] = expected >= 2 * reach ? (joined[at] ?? 0) : filtered(joined, at);
    }
    known += count;
    history = joined.slice(joined.length - historyLength);
    return output;
  };
  return {
    process(input) {
      const joined = first === undefined ? input : join(Int16Array.of(first), input);
      const isOdd = joined.length % 2 === 1;
      first = isOdd ? joined.at(-1) : undefined;
      return pairs(isOdd ? joined.subarray(0, -1) : joined, Number.POSITIVE_INFINITY);
    },
    flush() {
      const last = first === undefined ? new Int16Array(0) : Int16Array.of(first, 0);
      const rest = pairs(join(last, new Int16Array(2 * delay)), known + last.length / 2);
      history = new Int16Array(historyLength);
      first = undefined;
      known = 0;
      expected = 2 * reach;
      return rest;
    },
  };
}

function join(before: Int16Array, after: Int16Array): Int16Array {
  const joined = new Int16Array(before.length + after.length);
  joined.set(before);
  joined.set(after, before.length);
  return joined;
}

/** The sample between the one at `at` and the next of the line, which are `step` apart in `samples`. */
function between(samples: Int16Array, at: number, step: 1 | 2): number {
  let sum = 0;
  for (let k = 0; k < reach; k += 1) {
    sum += (taps[k] ?? 0) * ((samples[at - k * step] ?? 0) + (samples[at + (k + 1) * step] ?? 0));
  }
  return clamp(Math.round(sum * gain));
}

/** The sample at `at` without what a line cannot carry. */
function filtered(samples: Int16Array, at: number): number {
  let sum = 0;
  for (let k = 0; k < reach; k += 1) {
    sum += (taps[k] ?? 0) * ((samples[at - 2 * k - 1] ?? 0) + (samples[at + 2 * k + 1] ?? 0));
  }
  return clamp(Math.round(((samples[at] ?? 0) + sum * gain) / 2));
}

function clamp(value: number): number {
  return Math.max(-32_768, Math.min(32_767, value));
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
