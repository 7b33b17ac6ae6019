import { FRAME_MS, type Pcm } from '../ports/audio.ts';

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
  readonly active: boolean;
}

/**
 * Light voice activity detection that needs nothing: energy of the speech band against a noise floor learnt from the
 * quietest moments (minimum statistics, after Martin 2001). About 1 µs a frame. Steady noise is learnt and is not voice.
 */
export function createVad(options: VadOptions = vadDefaults): Vad {
  const highPass = createHighPass();
  const noise = createNoiseFloor(options.noiseWindowMs / FRAME_MS);
  const hangoverFrames = options.hangoverMs / FRAME_MS;
  let recent = 0;
  let silentFrames = 0;
  let active = false;

  return {
    get active() {
      return active;
    },
    process(frame) {
      const level = highPass(frame);
      const aboveNoise = level - noise(level);
      const threshold = active ? options.holdDb : options.onsetDb;
      const voiced = level > options.minimumDbfs && aboveNoise > threshold;
      recent = ((recent << 1) | (voiced ? 1 : 0)) & ((1 << options.onsetWindowFrames) - 1);
      silentFrames = voiced ? 0 : silentFrames + 1;
      if (!active && countBits(recent) >= options.onsetFrames) {
        active = true;
        return { kind: 'started' };
      }
      if (active && silentFrames >= hangoverFrames) {
        active = false;
        recent = 0;
        return { kind: 'stopped', silentMs: silentFrames * FRAME_MS };
      }
      return { kind: 'unchanged' };
    },
  };
}

/** Level of a frame in dBFS above about 150 Hz, where hum and handling noise end and voices do not yet begin to matter. */
function createHighPass(): (frame: Pcm) => number {
  // One pole and one zero: y[n] = x[n] − x[n−1] + a·y[n−1], a = 1 − 2π·150/16000.
  const a = 0.941;
  let lastIn = 0;
  let lastOut = 0;
  return (frame) => {
    let energy = 0;
    // An index and numbers of this call's own, which stay off the heap: half the time and no garbage, where an
    // iterator leaves 5 kB a frame.
    let input = lastIn;
    let output = lastOut;
    for (let index = 0; index < frame.length; index += 1) {
      const sample = frame[index] ?? 0;
      output = sample - input + a * output;
      input = sample;
      energy += output * output;
    }
    lastIn = input;
    // In silence it would die away into numbers so small that processors reckon with them a hundred times slower.
    lastOut = Math.abs(output) < 1e-6 ? 0 : output;
    const rms = Math.sqrt(energy / frame.length) / 32768;
    return 20 * Math.log10(rms + 1e-6);
  };
}

/**
 * The noise floor: the smallest smoothed level of the last window, kept as minima of eight parts so that the window slides
 * cheaply; raised by the bias that a minimum has below the mean.
 */
function createNoiseFloor(windowFrames: number): (level: number) => number {
  const parts = 8;
  const partFrames = Math.max(1, Math.round(windowFrames / parts));
  const biasDb = 2;
  // Digital silence between words (noise suppression) must not make every breath a voice.
  const lowestDb = -75;
  const minima: number[] = [];
  let smoothed: number | undefined;
  /** Of the parts that are over. */
  let earlierMinimum = Number.POSITIVE_INFINITY;
  let partMinimum = Number.POSITIVE_INFINITY;
  let frames = 0;
  return (level) => {
    const clipped = Math.max(lowestDb, level);
    smoothed = smoothed === undefined ? clipped : 0.6 * smoothed + 0.4 * clipped;
    partMinimum = Math.min(partMinimum, smoothed);
    frames += 1;
    if (frames === partFrames) {
      minima.push(partMinimum);
      if (minima.length > parts) minima.shift();
      earlierMinimum = Math.min(...minima);
      partMinimum = Number.POSITIVE_INFINITY;
      frames = 0;
    }
    return Math.min(partMinimum, earlierMinimum) + biasDb;
  };
}

function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
