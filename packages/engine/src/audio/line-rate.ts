import type { Pcm } from '../ports/audio.ts';
import { between, blockLength, findBetween, reach } from './half-band.ts';
import { createSampleSlab } from './sample-slab.ts';

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

/** Gives room for samples, all zero. */
export type SampleRoom = (length: number) => Int16Array;

/**
 * From 8 to 16 kHz: two samples for each; sample 2n of the output is sample n of the input. 2 ms of delay.
 * @param room for the output; memory of its own, unless whoever takes the output has used it up before the next
 */
export function createLineToWide(room: SampleRoom = createSampleSlab()): RateStream {
  return new LineToWide(room);
}

/**
 * From 16 to 8 kHz: one sample for each two, of an odd number one more. 4 ms of delay.
 * @param room as above
 */
export function createWideToLine(room: SampleRoom = createSampleSlab()): RateStream {
  return new WideToLine(room);
}

// Classes: of hundreds of calls one after the other has its turn, and what a frame needs is to lie together.

class LineToWide implements RateStream {
  readonly #room: SampleRoom;
  readonly #window = new SampleWindow(2 * reach);
  #known = 0;

  constructor(room: SampleRoom) {
    this.#room = room;
  }

  process(input: Pcm): Pcm {
    const window = this.#window;
    const samples = window.extend(input);
    // A pair is known once `reach` samples have followed it.
    const first = Math.min(input.length, Math.max(0, reach - this.#known));
    const output = this.#room(2 * (input.length - first));
    this.#known += input.length;
    // Between the long pauses of a call there is nothing to reckon.
    if (window.isSilent) return output;
    raise(output, samples, window.historyLength + first - reach);
    return output;
  }

  flush(): Pcm {
    const rest = this.process(new Int16Array(reach));
    this.#window.clear();
    this.#known = 0;
    return rest;
  }
}

/** In samples of the line: what must have followed one before it is decided how it is taken. */
const run = 2 * reach;
const delay = run - 1;

class WideToLine implements RateStream {
  readonly #room: SampleRoom;
  readonly #window = new SampleWindow(8 * reach);
  /** Of an odd number of samples the last; none as a rule. */
  #first: number | undefined;
  #known = 0;
  #isAsPutIn = true;
  /**
   * While it is not: the pair at which a whole run could be as put in, and the first of that run. What is made at 16 kHz shows by
   * one pair in a run, mostly the first that is looked at, and the others need not be.
   */
  #decidedAt = 0;
  #runFrom = 0;

  constructor(room: SampleRoom) {
    this.#room = room;
  }

  process(input: Pcm): Pcm {
    if (this.#first === undefined && input.length % 2 === 0) return this.#pairs(input, Number.POSITIVE_INFINITY);
    const joined = this.#first === undefined ? input : join(Int16Array.of(this.#first), input);
    const isOdd = joined.length % 2 === 1;
    this.#first = isOdd ? joined.at(-1) : undefined;
    return this.#pairs(isOdd ? joined.subarray(0, -1) : joined, Number.POSITIVE_INFINITY);
  }

  flush(): Pcm {
    const last = this.#first === undefined ? new Int16Array(0) : Int16Array.of(this.#first, 0);
    const rest = this.#pairs(join(last, new Int16Array(2 * delay)), this.#known + last.length / 2);
    this.#window.clear();
    this.#first = undefined;
    this.#known = 0;
    this.#isAsPutIn = true;
    return rest;
  }

  /** @param end pairs of the whole stream, once that is known: what comes after them is none of it */
  #pairs(input: Int16Array, end: number): Pcm {
    const window = this.#window;
    const samples = window.extend(input);
    const count = input.length / 2;
    const skipped = Math.min(count, Math.max(0, delay - this.#known));
    const output = this.#room(count - skipped);
    if (window.isSilent && this.#isAsPutIn) {
      this.#known += count;
      return output;
    }
    for (let n = 0; n < count; ) {
      const pair = this.#known + n;
      let stretch: number;
      if (this.#isAsPutIn) {
        stretch = this.#putInFrom(samples, end, pair, count - n);
        if (stretch < count - n) {
          this.#isAsPutIn = false;
          this.#runFrom = pair + stretch + 1;
          this.#decidedAt = pair + stretch + run;
        }
        fill(output, n - skipped, stretch, samples, window.historyLength + 2 * (n - delay), true);
      } else {
        stretch = Math.min(count - n, this.#decidedAt - pair);
        if (stretch === 0) {
          let checked = pair;
          while (checked >= this.#runFrom && this.#putInFrom(samples, end, checked, 1) === 1) checked -= 1;
          this.#isAsPutIn = checked < this.#runFrom;
          this.#runFrom = checked + 1;
          this.#decidedAt = checked + run;
          continue;
        }
        fill(output, n - skipped, stretch, samples, window.historyLength + 2 * (n - delay), false);
      }
      n += stretch;
    }
    this.#known += count;
    return output;
  }

  /** Of so many pairs from this one on, how many are as put in before the first that is not. What is before the beginning is. */
  #putInFrom(samples: Int16Array, end: number, pair: number, most: number): number {
    const unsaid = Math.min(most, Math.max(0, reach - pair));
    const said = Math.min(most, Math.max(unsaid, end + reach - pair));
    const at = this.#window.historyLength + 2 * (pair + unsaid - this.#known - reach);
    const putIn = unsaid + countPutIn(samples, at, said - unsaid);
    return putIn === said ? most : putIn;
  }
}

/** Four samples are made at once, and up to three of them from beyond the end, which nobody takes. */
const beyond = 8;

/** The latest samples of a stream before the piece that is worked on, in one stretch with it. */
class SampleWindow {
  readonly historyLength: number;
  /** Nothing but zeros, the history too. */
  isSilent = true;
  #samples: Int16Array;
  #length: number;
  /** Zeros at the end of what was given. */
  #zeros: number;

  constructor(historyLength: number) {
    this.historyLength = historyLength;
    this.#samples = new Int16Array(historyLength + beyond);
    this.#length = historyLength;
    this.#zeros = historyLength;
  }

  /** The history followed by the piece; good until the next call. */
  extend(piece: Int16Array): Int16Array {
    const { historyLength } = this;
    const total = historyLength + piece.length;
    if (this.#samples.length < total + beyond) {
      const grown = new Int16Array(total + beyond);
      grown.set(this.#samples.subarray(this.#length - historyLength, this.#length));
      this.#samples = grown;
    } else {
      this.#samples.copyWithin(0, this.#length - historyLength, this.#length);
    }
    this.#samples.set(piece, historyLength);
    this.#length = total;
    let last = piece.length - 1;
    while (last >= 0 && piece[last] === 0) last -= 1;
    this.isSilent = last < 0 && this.#zeros >= historyLength;
    this.#zeros = last < 0 ? Math.min(historyLength, this.#zeros + piece.length) : piece.length - 1 - last;
    return this.#samples;
  }

  clear(): void {
    this.#samples.fill(0);
    this.#zeros = this.historyLength;
    this.isSilent = true;
  }
}

function join(before: Int16Array, after: Int16Array): Int16Array {
  const joined = new Int16Array(before.length + after.length);
  joined.set(before);
  joined.set(after, before.length);
  return joined;
}

/** Of so many pairs from `at` on, as many as have between them what raising the rate puts there. */
function countPutIn(samples: Int16Array, at: number, most: number): number {
  // What is made at 16 kHz shows by the first few.
  for (let n = 0, length = 4; n < most; n += length, length = blockLength) {
    const count = Math.min(length, most - n);
    findBetween(samples, at + 2 * n, 2, count);
    for (let k = 0; k < count; k += 1) if (samples[at + 2 * (n + k) + 1] !== between[k]) return n + k;
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
      findBetween(samples, at + 2 * from - 1, 2, length);
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
    findBetween(samples, at + from, 1, length);
    for (let n = 0; n < length; n += 1) {
      output[2 * (from + n)] = samples[at + from + n] ?? 0;
      output[2 * (from + n) + 1] = between[n] ?? 0;
    }
  }
}
