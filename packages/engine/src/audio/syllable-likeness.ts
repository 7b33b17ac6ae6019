/**
 * How alike the syllables of what is heard are to those that were sent so many frames before, for each delay: the coefficient of
 * correlation over about four seconds, older ones counting less and less. Frames are taken in many at once.
 */
export interface SyllableLikeness {
  /** How loud both sides were in the nth frame of those that `add` takes in next, in dB. Only of the very first may some be left out. */
  take(n: number, sentDb: number, heardDb: number): void;
  /** @param fearedBits the frames that count: the last is the lowest bit */
  add(fearedBits: number): void;
  /** The delay, in frames, at which both sides are most alike, if they are at least so alike. */
  bestDelay(leastCorrelation: number): number | undefined;
  /** What was sent before is not known any more; how alike both sides were is. */
  startAnew(): void;
}

/** Softer than this is silence, however soft, in dB of full scale: the logarithm must not make a mountain of it. */
export const floorDb = -65;

/** Numbers that are kept in a state shared with others. */
export function likenessStateSize(maxDelay: number, framesAtOnce: number): number {
  return sums + sumsOfDelay * (maxDelay + 1) + maxDelay + framesAtOnce;
}

/**
 * @param maxDelay in frames
 * @param framesAtOnce that `add` takes in, 30 at most
 * @param state from `base` on it is the likeness's, all 0 at the beginning
 */
export function createSyllableLikeness(
  maxDelay: number,
  framesAtOnce: number,
  state: Float64Array,
  base: number,
): SyllableLikeness {
  return new Likeness(maxDelay, framesAtOnce, state, base);
}

class Likeness implements SyllableLikeness {
  readonly #maxDelay: number;
  readonly #framesAtOnce: number;
  readonly #state: Float64Array;
  readonly #base: number;
  /** Where the accents of what was sent begin in the state: those of the latest frames that were added, then those that are to be. */
  readonly #accents: number;

  constructor(maxDelay: number, framesAtOnce: number, state: Float64Array, base: number) {
    this.#maxDelay = maxDelay;
    this.#framesAtOnce = framesAtOnce;
    this.#state = state;
    this.#base = base;
    this.#accents = base + sums + sumsOfDelay * (maxDelay + 1);
    this.startAnew();
  }

  startAnew(): void {
    this.#state.fill(0, this.#accents, this.#accents + this.#maxDelay + this.#framesAtOnce);
    this.#state[this.#base + sentAround] = floorDb;
    this.#state[this.#base + heardAround] = floorDb;
  }

  take(n: number, sentDb: number, heardDb: number): void {
    this.#state[this.#accents + this.#maxDelay + n] = this.#accentOf(sentAround, sentDb);
    heardAccents[n] = this.#accentOf(heardAround, heardDb);
  }

  /**
   * By how much a frame is louder than the ones around it, in dB: the rise and fall of syllables. People who take turns begin to speak soon
   * after the other has ended, again and again: their loudness would look like an echo of half a second. Their syllables do not.
   */
  #accentOf(side: number, levelDb: number): number {
    const level = Math.max(levelDb, floorDb);
    const around = this.#state[this.#base + side] ?? 0;
    const next = around + 0.15 * (level - around);
    this.#state[this.#base + side] = next;
    return level - next;
  }

  add(fearedBits: number): void {
    if (fearedBits !== 0) {
      this.#addHeard(fearedBits);
      for (let delay = 0; delay <= this.#maxDelay; delay += 1) this.#addAt(delay, fearedBits);
    }
    this.#state.copyWithin(
      this.#accents,
      this.#accents + this.#framesAtOnce,
      this.#accents + this.#framesAtOnce + this.#maxDelay,
    );
  }

  #addHeard(fearedBits: number): void {
    const state = this.#state;
    let weight = state[this.#base + weightAt] ?? 0;
    let y = state[this.#base + yAt] ?? 0;
    let yy = state[this.#base + yyAt] ?? 0;
    for (let n = 0; n < this.#framesAtOnce; n += 1) {
      if (((fearedBits >> (this.#framesAtOnce - 1 - n)) & 1) === 0) continue;
      const heard = heardAccents[n] ?? 0;
      weight = kept * weight + 1;
      y = kept * y + heard;
      yy = kept * yy + heard * heard;
    }
    state[this.#base + weightAt] = weight;
    state[this.#base + yAt] = y;
    state[this.#base + yyAt] = yy;
  }

  #addAt(delay: number, fearedBits: number): void {
    const state = this.#state;
    const at = this.#base + sums + sumsOfDelay * delay;
    const sentFrom = this.#accents + this.#maxDelay - delay;
    let x = state[at] ?? 0;
    let xx = state[at + 1] ?? 0;
    let xy = state[at + 2] ?? 0;
    for (let n = 0; n < this.#framesAtOnce; n += 1) {
      if (((fearedBits >> (this.#framesAtOnce - 1 - n)) & 1) === 0) continue;
      const sent = state[sentFrom + n] ?? 0;
      x = kept * x + sent;
      xx = kept * xx + sent * sent;
      xy = kept * xy + sent * (heardAccents[n] ?? 0);
    }
    state[at] = x;
    state[at + 1] = xx;
    state[at + 2] = xy;
  }

  bestDelay(leastCorrelation: number): number | undefined {
    const state = this.#state;
    const weight = state[this.#base + weightAt] ?? 0;
    const meanY = (state[this.#base + yAt] ?? 0) / weight;
    const varianceY = (state[this.#base + yyAt] ?? 0) / weight - meanY * meanY;
    let best: number | undefined;
    let bestCorrelation = leastCorrelation;
    for (let delay = 0; delay <= this.#maxDelay; delay += 1) {
      const at = this.#base + sums + sumsOfDelay * delay;
      const mean = (state[at] ?? 0) / weight;
      const variance = (state[at + 1] ?? 0) / weight - mean * mean;
      const covariance = (state[at + 2] ?? 0) / weight - mean * meanY;
      const correlation = covariance / Math.sqrt(Math.max(1e-6, variance * varianceY));
      if (!(correlation >= bestCorrelation) || (correlation === bestCorrelation && best !== undefined)) continue;
      bestCorrelation = correlation;
      best = delay;
    }
    return best;
  }
}

/** Of what was summed up, so much is left after a frame. */
const kept = 1 - 1 / 200;

/** Where things lie in the state, from the base on. */
const sentAround = 0;
const heardAround = 1;
const weightAt = 2;
const yAt = 3;
const yyAt = 4;
/** Of each delay: what was sent, its squares, and its products with what was heard. Behind them the accents of what was sent. */
const sums = 5;
const sumsOfDelay = 3;

/** Each use is over before the next begins. */
const heardAccents = new Float64Array(32);
