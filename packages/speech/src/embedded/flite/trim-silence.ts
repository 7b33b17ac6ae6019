/** Where speech begins and ends, in samples of the input. */
export interface SpeechSpan {
  readonly startSample: number;
  readonly endSample: number;
}

/** flite's voices put 150–270 ms of silence before the first sound; it would be waited for at every reply. */
const KEEP_BEFORE_SAMPLES = 320; // 20 ms: soft onsets (h, f) begin below the threshold
const KEEP_AFTER_SAMPLES = 1280; // 80 ms: the breath between sentences
const BLOCK_SAMPLES = 80; // 5 ms
/** Peak of a block that counts as sound: -46 dBFS, above the voices' noise floor, below the softest fricatives. */
const SOUND_PEAK = 160;

export function speechSpan(samples: Int16Array): SpeechSpan {
  let first = -1;
  let last = -1;
  for (let at = 0; at < samples.length; at += BLOCK_SAMPLES) {
    const end = Math.min(samples.length, at + BLOCK_SAMPLES);
    for (let index = at; index < end; index += 1) {
      if (Math.abs(samples[index] ?? 0) < SOUND_PEAK) continue;
      if (first < 0) first = at;
      last = end;
      break;
    }
  }
  if (first < 0) return { startSample: 0, endSample: 0 };
  return {
    startSample: Math.max(0, first - KEEP_BEFORE_SAMPLES),
    endSample: Math.min(samples.length, last + KEEP_AFTER_SAMPLES),
  };
}
