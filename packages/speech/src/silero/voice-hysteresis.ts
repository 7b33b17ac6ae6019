import { FRAME_MS } from '@parley/engine/ports/audio.ts';
import type { VoiceEvent } from '@parley/engine/ports/voice-detector.ts';
import { windowSamples } from './silero-messages.ts';

export interface HysteresisOptions {
  /** Chance of voice, 0…1, from which a window counts towards an onset. */
  readonly startProbability: number;
  /** Windows of 32 ms in a row that make an onset. */
  readonly startWindows: number;
  /** Chance of voice below which a window of found voice counts as silent. */
  readonly stopProbability: number;
  /** Silence after which the voice has stopped. */
  readonly hangoverMs: number;
  /** For how long after a sound the model still believes in voice: told as silence. */
  readonly tailMs: number;
}

export const hysteresisDefaults: HysteresisOptions = {
  // Where the model was trained to be as often wrong one way as the other.
  startProbability: 0.5,
  // 64 ms: one window alone is often a click or a cough's beginning; a third would cost every onset 32 ms.
  startWindows: 2,
  // Soft word ends and closed consonants sink below the onset's chance; the model's makers use 0.15 less too.
  stopProbability: 0.35,
  // With the tail as long as the light detector's, so that either can be taken: the rest is for the decision of the end of turn.
  hangoverMs: 128,
  // Measured (`npm run bench -- vad`): with it the end of speech is told within 20 ms in the median.
  tailMs: 80,
};

/** Turns chances of voice, window by window, into changes of what is heard. */
export function createHysteresis(options: HysteresisOptions) {
  const silentSamplesToStop = options.hangoverMs * samplesPerMs;
  let isVoiced = false;
  let likelyInARow = 0;
  let voicedUntilSample = 0;
  return {
    get isVoiced() {
      return isVoiced;
    },
    judge(probability: number, frame: number, endSample: number): VoiceEvent | undefined {
      if (!isVoiced) {
        likelyInARow = probability >= options.startProbability ? likelyInARow + 1 : 0;
        if (likelyInARow < options.startWindows) return undefined;
        isVoiced = true;
        likelyInARow = 0;
        voicedUntilSample = endSample;
        return { type: 'started', frame };
      }
      if (probability >= options.stopProbability) voicedUntilSample = endSample;
      if (endSample - voicedUntilSample < silentSamplesToStop) return undefined;
      isVoiced = false;
      // The window ended inside its frame; silence is told up to the frame's end.
      return {
        type: 'stopped',
        frame,
        silentMs: (frame + 1) * FRAME_MS - voicedUntilSample / samplesPerMs + options.tailMs,
      };
    },
  };
}

const samplesPerMs = windowSamples / 32;
