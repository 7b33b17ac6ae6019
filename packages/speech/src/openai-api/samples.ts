import type { Pcm } from '@parley/engine/ports/audio.ts';

/** Stretches of sound as one. */
export function joined(stretches: readonly Pcm[]): Int16Array<ArrayBuffer> {
  const all = new Int16Array(stretches.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const stretch of stretches) {
    all.set(stretch, at);
    at += stretch.length;
  }
  return all;
}
