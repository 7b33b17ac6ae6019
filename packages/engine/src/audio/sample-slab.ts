/** Frames that are cut from one piece of memory. What is kept of one of them keeps all: 10 kB, as much as 300 ms of sound. */
const slabSamples = 16 * 320;

/**
 * Gives room for samples, all zero, cut from pieces that hold many frames: a piece of memory of its own for each frame of each call
 * costs a microsecond, and the collector of garbage as much again; a cut costs a fifth of it. One for each stream, so that what is
 * kept of a stream keeps nothing of others.
 */
export function createSampleSlab(): (length: number) => Int16Array<ArrayBuffer> {
  let slab = new Int16Array(0);
  let used = 0;
  return (length) => {
    if (length > slabSamples / 4) return new Int16Array(length);
    if (used + length > slab.length) {
      slab = new Int16Array(slabSamples);
      used = 0;
    }
    const samples = slab.subarray(used, used + length);
    used += length;
    return samples;
  };
}
