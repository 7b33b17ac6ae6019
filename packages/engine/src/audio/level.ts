import type { Pcm } from '../ports/audio.ts';

/** What silence measures: the quietest a 16-bit sample can be is −90.3 dB, so nothing real reads below this. */
export const SILENCE_DBFS = -100;

/** Root-mean-square level in dB below full scale (a full-scale square wave is 0, a full-scale sine −3); −100 for silence. */
export function rmsDbfs(samples: Pcm): number {
  if (samples.length === 0) return SILENCE_DBFS;
  let energy = 0;
  for (const sample of samples) energy += sample * sample;
  const rms = Math.sqrt(energy / samples.length) / 32_768;
  return rms === 0 ? SILENCE_DBFS : Math.max(SILENCE_DBFS, 20 * Math.log10(rms));
}
