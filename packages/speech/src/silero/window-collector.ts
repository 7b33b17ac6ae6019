import { FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import { contextSamples, windowInputSamples, windowSamples } from './silero-messages.ts';

/** Samples for the model to judge: a window behind its context. */
export interface Window {
  readonly samples: Float32Array;
  /** 0-based index of the frame in which the window ended. */
  readonly frame: number;
  /** Samples of the stream up to the window's end. */
  readonly endSample: number;
}

/**
 * Cuts frames of 20 ms into the model's windows of 32 ms, which straddle them.
 * @returns takes the next frame and gives the window that ended in it, if one did
 */
export function createWindowCollector(): (frame: Pcm) => Window | undefined {
  let current = new Float32Array(windowInputSamples);
  let filled = contextSamples;
  let frames = 0;
  let windows = 0;
  return (frame) => {
    let finished: Window | undefined;
    // A frame is shorter than a window: at most one ends in it.
    const length = Math.min(frame.length, FRAME_SAMPLES);
    for (let index = 0; index < length; index += 1) {
      current[filled] = (frame[index] ?? 0) / 32_768;
      filled += 1;
      if (filled < windowInputSamples) continue;
      windows += 1;
      finished = { samples: current, frame: frames, endSample: windows * windowSamples };
      current = new Float32Array(windowInputSamples);
      current.set(finished.samples.subarray(windowSamples));
      filled = contextSamples;
    }
    frames += 1;
    return finished;
  };
}
