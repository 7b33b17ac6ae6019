import { FRAME_MS } from '../ports/audio.ts';
import type { EchoGateOptions } from './echo-gate.ts';
import { BANDS, energies, energyDbfs, silenceEnergy } from './frame-energy.ts';
import { createSyllableLikeness, floorDb, likenessStateSize, type SyllableLikeness } from './syllable-likeness.ts';

/**
 * What is known of the echo of one line, from what was sent and heard of it lately. For each frame it writes down six numbers; what there
 * is to learn of them it learns twice a second, all at once: twenty-five frames taken in together cost little more than one.
 */
export interface EchoLearning {
  /** Slots of 20 ms between sending a sound and hearing its echo; undefined while no echo was found. */
  readonly delay: number | undefined;
  /** Frames heard while the agent's speech could come back. */
  readonly fearedFrames: number;
  /** Those of them since the learning began, or began anew. */
  readonly searchedFrames: number;
  /** The level of the quietest moments heard; it grows slowly, for a voice that never pauses must not become the background. */
  readonly backgroundDb: number;
  /**
   * The frame that was measured last was heard.
   *
   * @param sent where the loudest that was sent since the one before begins in the state, band by band
   * @param isFeared the agent's speech may be in it
   */
  add(sent: number, isFeared: boolean): void;
  /**
   * What was sent and heard is forgotten, for of what lies between nothing is known. How alike both sides were is not: two who speak at
   * once can be alike by chance for a second, and whoever is heard now is more often a caller than an echo.
   */
  startAnew(): void;
  /** The loudest that was sent in this band in time for its echo to be heard now. */
  loudestSentDb(band: number): number;
  /** How loud the echo is against what was sent; of use once a delay is known. */
  couplingDb(band: number): number;
}

/** Numbers that the learning keeps in a state that it shares with its gate. */
export function learningStateSize(maxDelay: number): number {
  return ownSize + likenessStateSize(maxDelay, learnEveryFrames);
}

/**
 * @param mayEcho whether there is anything to learn but the background
 * @param maxDelay the longest time between sending a sound and hearing its echo, in frames
 * @param state of the gate; from `base` on it is the learning's, all 0 at the beginning
 */
export function createEchoLearning(
  mayEcho: boolean,
  maxDelay: number,
  options: EchoGateOptions,
  state: Float64Array,
  base: number,
): EchoLearning {
  return new Learning(mayEcho, maxDelay, options, state, base);
}

class Learning implements EchoLearning {
  readonly #options: EchoGateOptions;
  readonly #mayEcho: boolean;
  readonly #maxDelay: number;
  readonly #state: Float64Array;
  readonly #base: number;
  /** Frames whose levels count. */
  readonly #kept: number;
  /** Slots of the rings, less one: a power of two, so that a place in them costs no division. */
  readonly #mask: number;
  /** By slots: three bands sent, three heard, the squares of their samples added up; then, slot by slot, how loud all that was heard is. */
  readonly #ring: Float32Array;
  readonly #totals: number;
  readonly #likeness: SyllableLikeness;
  #count = 0;
  /** Which of the latest frames may hold the agent's speech: the newest is the lowest bit. */
  #fearedBits = 0;
  fearedFrames = 0;
  searchedFrames = 0;
  delay: number | undefined;

  constructor(mayEcho: boolean, maxDelay: number, options: EchoGateOptions, state: Float64Array, base: number) {
    this.#mayEcho = mayEcho;
    this.#maxDelay = maxDelay;
    this.#options = options;
    this.#state = state;
    this.#base = base;
    this.#kept = mayEcho ? learntFromFrames : maxDelay + 2 * jitterFrames;
    const slots = 2 ** Math.ceil(Math.log2(Math.max(this.#kept, maxDelay + 2 * learnEveryFrames)));
    this.#mask = slots - 1;
    this.#totals = slots * slotSize;
    this.#ring = new Float32Array(slots * (slotSize + 1));
    this.#likeness = createSyllableLikeness(maxDelay, learnEveryFrames, state, base + ownSize);
    state[base + background] = loudestBackgroundDb;
  }

  startAnew(): void {
    this.#count = 0;
    this.#fearedBits = 0;
    this.searchedFrames = 0;
    this.delay = undefined;
    this.#ring.fill(0);
    this.#likeness.startAnew();
  }

  get backgroundDb(): number {
    return this.#state[this.#base + background] ?? 0;
  }

  couplingDb(band: number): number {
    return this.#state[this.#base + coupling + band] ?? 0;
  }

  add(sent: number, isFeared: boolean): void {
    const ring = this.#ring;
    const slot = (this.#count & this.#mask) * slotSize;
    for (let band = 0; band < BANDS; band += 1) {
      ring[slot + band] = this.#state[sent + band] ?? 0;
      ring[slot + BANDS + band] = energies[1 + band] ?? 0;
    }
    this.#count += 1;
    this.#fearedBits = ((this.#fearedBits << 1) | (isFeared ? 1 : 0)) & fearedMask;
    if (this.#count % learnEveryFrames === 0) this.#learn();
    if (!isFeared) return;
    this.fearedFrames += 1;
    this.searchedFrames += 1;
  }

  loudestSentDb(band: number): number {
    if (this.delay === undefined) return this.#loudestOfAllDb(band);
    return energyDbfs(this.#loudestSent(band, Math.max(0, this.delay - jitterFrames), this.delay + jitterFrames));
  }

  /** The loudest stays the loudest until it is too old or one comes that is louder: seldom are they all looked at. */
  #loudestOfAllDb(band: number): number {
    const state = this.#state;
    const known = this.#base + loudest + 3 * band;
    const now = this.#count - 1;
    let energy = this.#ring[(now & this.#mask) * slotSize + band] ?? 0;
    if (energy >= (state[known] ?? 0)) state[known + 1] = now;
    else if (now - (state[known + 1] ?? 0) <= this.#maxDelay) return state[known + 2] ?? 0;
    else {
      for (let delay = 0; delay <= this.#maxDelay; delay += 1) {
        const earlier = this.#ring[((now - delay) & this.#mask) * slotSize + band] ?? 0;
        if (earlier < energy || (earlier === energy && delay > 0)) continue;
        energy = earlier;
        state[known + 1] = now - delay;
      }
    }
    state[known] = energy;
    state[known + 2] = energyDbfs(energy);
    return state[known + 2] ?? 0;
  }

  #loudestSent(band: number, fromDelay: number, toDelay: number): number {
    let most = 0;
    for (let delay = fromDelay; delay <= toDelay; delay += 1) {
      most = Math.max(most, this.#ring[((this.#count - 1 - delay) & this.#mask) * slotSize + band] ?? 0);
    }
    return most;
  }

  #learn(): void {
    const state = this.#state;
    for (let index = this.#count - learnEveryFrames; index < this.#count; index += 1) {
      const slot = index & this.#mask;
      this.#ring[this.#totals + slot] = totalDbfs(this.#ring, slot * slotSize + BANDS);
    }
    const before = state[this.#base + background] ?? 0;
    state[this.#base + background] = Math.min(this.#quietestDb(), before + backgroundGrowthDb);
    if (!this.#mayEcho) return;
    this.#takeIn();
    // What was learnt is of no other sound than the agent's: while it is silent there is nothing new.
    if (this.#fearedBits === 0 || this.searchedFrames * FRAME_MS < this.#options.learnMs.found) return;
    const best = this.#likeness.bestDelay(this.#options.leastCorrelation);
    if (best !== undefined) this.#learnCoupling(best);
  }

  /** Takes in both sides, up to the frame before the one that is being heard: it was sent nothing yet. */
  #takeIn(): void {
    const from = this.#count - 1 - learnEveryFrames;
    for (let n = 0; n < learnEveryFrames; n += 1) {
      // Before the very first frame there was none.
      if (from + n < 0) continue;
      const slot = (from + n) & this.#mask;
      this.#likeness.take(n, totalDbfs(this.#ring, slot * slotSize), this.#ring[this.#totals + slot] ?? 0);
    }
    this.#likeness.add(this.#fearedBits >> 1);
  }

  /** How much louder, by the median, each band is heard `delay` slots after it was sent. */
  #learnCoupling(delay: number): void {
    const isKnown = this.delay !== undefined && Math.abs(this.delay - delay) <= 1;
    const reach = this.#kept - delay - jitterFrames;
    for (let band = 0; band < BANDS; band += 1) {
      const at = this.#base + coupling + band;
      const gain = this.#medianGain(band, delay, reach);
      // A caller who speaks at the same time makes the echo look louder than it is, so it may only grow little by little.
      const most = isKnown ? (this.#state[at] ?? 0) + growthDb : Number.POSITIVE_INFINITY;
      this.#state[at] = Math.min(most, gain === undefined ? -100 : 10 * Math.log10(gain));
    }
    this.delay = delay;
  }

  #medianGain(band: number, delay: number, reach: number): number | undefined {
    const ring = this.#ring;
    // What is softer comes back below the noise.
    const least = this.#loudestSent(band, delay, delay + reach - 1) * mattersShare;
    let count = 0;
    for (let age = jitterFrames; age < reach; age += 1) {
      const sent = ring[((this.#count - 1 - age - delay) & this.#mask) * slotSize + band] ?? 0;
      if (sent < least || sent === 0) continue;
      const heard = ring[((this.#count - 1 - age) & this.#mask) * slotSize + BANDS + band] ?? 0;
      gains[count] = Math.max(heard, silenceEnergy) / Math.max(sent, silenceEnergy);
      count += 1;
    }
    return count === 0 ? undefined : gains.subarray(0, count).sort()[count >> 1];
  }

  /** The level below which a twentieth of what was heard lies: the few quietest are found in one go, without putting all in order. */
  #quietestDb(): number {
    const known = Math.min(this.#count, this.#kept);
    const wanted = Math.floor(known / 20) + 1;
    let found = 0;
    for (let age = 0; age < known; age += 1) {
      const level = this.#ring[this.#totals + ((this.#count - 1 - age) & this.#mask)] ?? 0;
      if (found === wanted && level >= (quietest[found - 1] ?? 0)) continue;
      if (found < wanted) found += 1;
      let place = found - 1;
      for (; place > 0 && (quietest[place - 1] ?? 0) > level; place -= 1) quietest[place] = quietest[place - 1] ?? 0;
      quietest[place] = level;
    }
    return Math.max(floorDb, quietest[wanted - 1] ?? 0);
  }
}

/** Three bands together. */
export function totalDbfs(bands: Float32Array, at: number): number {
  let energy = 0;
  for (let band = 0; band < BANDS; band += 1) energy += Math.max(silenceEnergy, bands[at + band] ?? 0);
  return energyDbfs(energy);
}

/** Delay and loudness are learnt anew twice a second. */
const learnEveryFrames = 25;
const fearedMask = 2 ** (learnEveryFrames + 1) - 1;
/** Frames that the delay moves by: both directions are paced, but not by one clock. */
const jitterFrames = 2;
/** Five seconds of both sides: twenty syllables. */
const learntFromFrames = 256;
/** By how much the echo may grow louder each time, in dB: a loudspeaker turned up is followed within seconds. */
const growthDb = 0.5;
/** What is louder may be a voice to the detector, in dB of full scale. */
const loudestBackgroundDb = -55;
/** Half a dB a second. */
const backgroundGrowthDb = 0.25;
/** A moment that is softer than the loudest one by more than this (15 dB) does not tell how loud the echo is. */
const mattersShare = 10 ** -1.5;
/** Where things lie in the state, from the learning's base on. First what each frame needs. */
const background = 0;
const coupling = 1;
/** Of each band: the energy that was loudest, the frame that it was in, and what it is in dB. */
const loudest = coupling + BANDS;
const ownSize = loudest + 3 * BANDS;

/** Numbers of a slot of the ring. */
const slotSize = 2 * BANDS;

// Each use of these is over before the next begins.
const gains = new Float32Array(learntFromFrames);
const quietest = new Float64Array(Math.floor(learntFromFrames / 20) + 1);
