import { FRAME_MS, FRAME_SAMPLES, type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { Random } from '@parley/engine/simulation/random.ts';

/** The frames of callers, made before the measurement and shared by all of them. */
export interface CallerSounds {
  readonly voice: readonly Pcm[];
  readonly quiet: readonly Pcm[];
}

/** Frames that pass before the sound repeats: 2 s. */
const framesInAll = 2000 / FRAME_MS;

/** A buzz of 120 Hz and its harmonics that swells and fades four times a second, as syllables do; and a quiet room. */
export function createCallerSounds(random: Random): CallerSounds {
  const room = () => 24 * (random.next() - 0.5);
  const frames = (sampleAt: (seconds: number) => number) =>
    Array.from({ length: framesInAll }, (_, frame) =>
      Int16Array.from({ length: FRAME_SAMPLES }, (_, sample) =>
        Math.round(sampleAt((frame * FRAME_SAMPLES + sample) / SAMPLE_RATE_HZ)),
      ),
    );
  return {
    quiet: frames(room),
    voice: frames((seconds) => {
      const syllable = 0.65 - 0.35 * Math.cos(2 * Math.PI * 4 * seconds);
      let buzz = 0;
      for (let harmonic = 1; harmonic <= 20; harmonic += 1) {
        buzz += Math.sin(2 * Math.PI * 120 * harmonic * seconds) / harmonic;
      }
      return 6000 * syllable * buzz + room();
    }),
  };
}

/**
 * The agent's voice: sound in which each frame says its place in the sentence, so that the ear at the other end knows which
 * frames belong together. A new array each time, as a voice gives it.
 */
export function spokenPiece(fromFrame: number, frames: number): Pcm {
  const piece = new Int16Array(frames * FRAME_SAMPLES).fill(1000);
  for (let frame = 0; frame < frames; frame += 1) piece[frame * FRAME_SAMPLES] = fromFrame + frame;
  return piece;
}

/** The place in its sentence of a frame of `spokenPiece`. */
export function placeOf(frame: Pcm): number {
  return frame[0] ?? 0;
}
