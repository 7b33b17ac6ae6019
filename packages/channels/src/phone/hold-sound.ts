import { FRAME_MS, FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';

/**
 * What a leg is given to sound: the agent's frames as they come, and, while somebody is on hold, music where there are none and softly
 * under them where there are. One frame each 20 ms in all, whoever is the cause of it.
 */
export interface HoldSound {
  readonly isOn: boolean;
  /** The music begins, softly. Idempotent. */
  start(): void;
  /** The music ends. Idempotent. */
  stop(): void;
  /** A frame of the agent's voice, now. */
  agent(frame: Pcm): void;
}

/** Under a voice: 12 dB softer, so that words are understood on any telephone. */
const duckedGain = 0.25;
/** From one loudness to another within so many frames: a quarter of a second is heard as a hand on the knob, not as a click. */
const rampFrames = 12;

/** @param music 16 kHz, one frame at least; what does not fill a whole frame at its end is left out */
export function createHoldSound(clock: Clock, music: Pcm, write: (frame: Pcm) => void): HoldSound {
  const frames = Math.floor(music.length / FRAME_SAMPLES);
  if (frames < 1)
    throw new RangeError(`Music needs a frame of ${FRAME_SAMPLES} samples at least, not ${music.length}.`);
  let cancelFrames: (() => void) | undefined;
  let position = 0;
  let gain = 0;
  let agentWroteMs = Number.NEGATIVE_INFINITY;

  const sounds = () => cancelFrames !== undefined;

  const nextFrame = (): Pcm => {
    const start = position * FRAME_SAMPLES;
    position = (position + 1) % frames;
    return music.subarray(start, start + FRAME_SAMPLES);
  };

  const towards = (target: number): number => {
    const most = 1 / rampFrames;
    return gain < target ? Math.min(target, gain + most) : Math.max(target, gain - most);
  };

  return {
    get isOn() {
      return sounds();
    },
    start() {
      if (sounds()) return;
      gain = 0;
      cancelFrames = clock.everyFrame(() => {
        // The agent's voice goes on at its own place in the 20 ms, and carries the music under it.
        if (clock.nowMs() - agentWroteMs < 1.5 * FRAME_MS) return;
        const to = towards(1);
        const frame = nextFrame();
        write(gain === 1 && to === 1 ? frame : mixed(undefined, frame, gain, to));
        gain = to;
      });
    },
    stop() {
      if (!sounds()) return;
      cancelFrames?.();
      cancelFrames = undefined;
      // The last of it fades within one frame rather than breaking off.
      if (gain > 0 && clock.nowMs() - agentWroteMs >= 1.5 * FRAME_MS) write(mixed(undefined, nextFrame(), gain, 0));
      gain = 0;
    },
    agent(frame) {
      agentWroteMs = clock.nowMs();
      if (!sounds()) return write(frame);
      const to = towards(duckedGain);
      write(mixed(frame, nextFrame(), gain, to));
      gain = to;
    },
  };
}

/** The music, its loudness going from one gain to the other within the frame, with the voice over it. */
function mixed(voice: Pcm | undefined, music: Pcm, from: number, to: number): Pcm {
  const frame = new Int16Array(FRAME_SAMPLES);
  const step = (to - from) / FRAME_SAMPLES;
  for (let index = 0; index < FRAME_SAMPLES; index += 1) {
    const sample = (voice?.[index] ?? 0) + (music[index] ?? 0) * (from + step * index);
    frame[index] = Math.max(-32_768, Math.min(32_767, Math.round(sample)));
  }
  return frame;
}
