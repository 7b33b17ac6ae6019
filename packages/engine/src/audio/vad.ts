import { FRAME_MS, type Pcm } from '../ports/audio.ts';
import { energies, FILTER_STATE, measureVoice, voiceDbfs } from './frame-energy.ts';

export interface VadOptions {
  /** How far above the noise a frame must be to count as voice, in dB. */
  readonly onsetDb: number;
  /** How far above the noise voice stays voice. */
  readonly holdDb: number;
  /** Voiced frames, of the last `onsetWindowFrames`, that make an onset. */
  readonly onsetFrames: number;
  readonly onsetWindowFrames: number;
  /** Silence after which the voice has stopped. */
  readonly hangoverMs: number;
  /** Sound quieter than this is never voice, in dB of full scale. */
  readonly minimumDbfs: number;
  /** Span in which the quietest moment is taken for the noise. */
  readonly noiseWindowMs: number;
}

export const vadDefaults: VadOptions = {
  // Speech at an arm's length from a laptop is 15–30 dB above a room's noise; steady noise wavers by 2–3 dB.
  onsetDb: 9,
  // Word ends fade; a hold below the onset keeps them.
  holdDb: 5,
  // 60 ms in 100: longer than a click or a key stroke, shorter than the shortest word.
  onsetFrames: 3,
  onsetWindowFrames: 5,
  // Stops inside words ("u-p-t-own") are silent for up to 120 ms; the rest is for the decision of the end of turn.
  hangoverMs: 200,
  minimumDbfs: -52,
  // Nobody speaks for 2 s without a gap of one frame; noise that starts is learnt after that time.
  noiseWindowMs: 2000,
};

export type VadDecision =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'started' }
  /** `silentMs` of the audio up to and with this frame were silence already. */
  | { readonly kind: 'stopped'; readonly silentMs: number };

export interface Vad {
  /** Judge the next frame of 20 ms. */
  process(frame: Pcm): VadDecision;
  /** The same of a frame that was measured already: how loud it is above about 150 Hz, in dB of full scale. */
  processLevel(levelDbfs: number): VadDecision;
  readonly active: boolean;
}

/**
 * Light voice activity detection that needs nothing: energy of the speech band, above about 150 Hz, where hum and handling noise end and
 * voices do not yet begin to matter, against a noise floor learnt from the quietest moments (minimum statistics, after Martin 2001).
 * Half a microsecond a frame. Steady noise is learnt and is not voice.
 */
export function createVad(options: VadOptions = vadDefaults): Vad {
  return new LightVad(options);
}

/** Few objects, and all that changes in them or in one place: hundreds of these share the processor's caches. */
class LightVad implements Vad {
  readonly #options: VadOptions;
  readonly #state: Float64Array = new Float64Array(at.parts + noiseParts);
  readonly #partFrames: number;
  readonly #recentMask: number;
  #frames = 0;
  #recent = 0;
  #silentFrames = 0;
  active = false;

  constructor(options: VadOptions) {
    this.#options = options;
    this.#partFrames = Math.max(1, Math.round(options.noiseWindowMs / FRAME_MS / noiseParts));
    this.#recentMask = (1 << options.onsetWindowFrames) - 1;
    this.#state.fill(Number.POSITIVE_INFINITY, at.earlierMinimum);
  }

  process(frame: Pcm): VadDecision {
    measureVoice(frame, this.#state, at.filters);
    return this.processLevel(voiceDbfs(energies[0] ?? 0));
  }

  processLevel(level: number): VadDecision {
    const { onsetDb, holdDb, minimumDbfs, onsetFrames, hangoverMs } = this.#options;
    const aboveNoise = level - this.#noiseDb(level);
    const voiced = level > minimumDbfs && aboveNoise > (this.active ? holdDb : onsetDb);
    this.#recent = ((this.#recent << 1) | (voiced ? 1 : 0)) & this.#recentMask;
    this.#silentFrames = voiced ? 0 : this.#silentFrames + 1;
    if (!this.active) {
      if (this.#recent === 0 || countBits(this.#recent) < onsetFrames) return unchanged;
      this.active = true;
      return started;
    }
    const silentMs = this.#silentFrames * FRAME_MS;
    if (silentMs < hangoverMs) return unchanged;
    this.active = false;
    this.#recent = 0;
    return { kind: 'stopped', silentMs };
  }

  /**
   * The noise floor: the smallest smoothed level of the last window, kept as minima of eight parts so that the window slides cheaply;
   * raised by the bias that a minimum has below the mean.
   */
  #noiseDb(level: number): number {
    const state = this.#state;
    const clipped = Math.max(lowestDb, level);
    const smoothed = this.#frames === 0 ? clipped : 0.6 * (state[at.smoothed] ?? 0) + 0.4 * clipped;
    state[at.smoothed] = smoothed;
    this.#frames += 1;
    const partMinimum = Math.min(state[at.partMinimum] ?? 0, smoothed);
    state[at.partMinimum] = partMinimum;
    if (this.#frames % this.#partFrames !== 0) return Math.min(partMinimum, state[at.earlierMinimum] ?? 0) + biasDb;
    state[at.parts + ((this.#frames / this.#partFrames) % noiseParts)] = partMinimum;
    state[at.partMinimum] = Number.POSITIVE_INFINITY;
    let earlierMinimum = partMinimum;
    for (let part = 0; part < noiseParts; part += 1) {
      earlierMinimum = Math.min(earlierMinimum, state[at.parts + part] ?? 0);
    }
    state[at.earlierMinimum] = earlierMinimum;
    return earlierMinimum + biasDb;
  }
}

const started = { kind: 'started' } as const;
const unchanged = { kind: 'unchanged' } as const;

const noiseParts = 8;
const biasDb = 2;
/** Digital silence between words (noise suppression) must not make every breath a voice. */
const lowestDb = -75;

/** Where things lie in a detector's state. */
const at = {
  filters: 0,
  smoothed: FILTER_STATE,
  /** Of the parts that are over. */
  earlierMinimum: FILTER_STATE + 1,
  partMinimum: FILTER_STATE + 2,
  /** The minima of the latest parts that are over. */
  parts: FILTER_STATE + 3,
} as const;

function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
