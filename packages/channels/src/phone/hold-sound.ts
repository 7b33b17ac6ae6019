import { FRAME_MS, FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';

/**
 * What a leg is given to sound: the agent's frames as they come, and, while somebody is on hold, music where there are none and softly
 * under them where there are. One frame each 20 ms in all, whoever is the cause of it; frames of the agent may come ahead of their time,
 * and then the music waits until they have sounded.
 */
export interface HoldSound {
  readonly isOn: boolean;
  /** When the agent's frames so far will have sounded at the leg; in the past when it is silent. */
  readonly agentUntilMs: number;
  /** The music begins, softly. Idempotent. */
  start(): void;
  /** The music ends. Idempotent. */
  stop(): void;
  /** A frame of the agent's voice, for now or for when those before it have sounded. */
  agent(frame: Pcm): void;
  /** What had not sounded yet was thrown away. */
  cleared(): void;
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
  let agentUntilMs = Number.NEGATIVE_INFINITY;

  const sounds = () => cancelFrames !== undefined;
  /** Half a frame more: the voice goes on at its own place in the 20 ms, and carries the music under it. */
  const isAgentSilent = () => clock.nowMs() >= agentUntilMs + FRAME_MS / 2;

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
    get agentUntilMs() {
      return agentUntilMs;
    },
    start() {
      if (sounds()) return;
      gain = 0;
      cancelFrames = clock.everyFrame(() => {
        if (!isAgentSilent()) return;
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
      if (gain > 0 && isAgentSilent()) write(mixed(undefined, nextFrame(), gain, 0));
      gain = 0;
    },
    agent(frame) {
      agentUntilMs = Math.max(agentUntilMs, clock.nowMs()) + FRAME_MS;
      if (!sounds()) return write(frame);
      const to = towards(duckedGain);
      write(mixed(frame, nextFrame(), gain, to));
      gain = to;
    },
    cleared() {
      agentUntilMs = Math.min(agentUntilMs, clock.nowMs());
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
