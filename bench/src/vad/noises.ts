/** Noise of so many samples at a root mean square of about one; the caller scales it. */
export type Noise = (samples: number, seed: number) => Float32Array;

export const whiteNoise: Noise = (samples, seed) => {
  const gauss = createGauss(seed);
  return Float32Array.from({ length: samples }, gauss);
};

/** As much power in each octave: twelve random numbers, of which each changes half as often as the one before (Voss). */
export const pinkNoise: Noise = (samples, seed) => {
  const gauss = createGauss(seed);
  const octaves = Float32Array.from({ length: 12 }, gauss);
  const noise = new Float32Array(samples);
  for (let index = 0; index < samples; index += 1) {
    const octave = Math.clz32((index + 1) & -(index + 1)) ^ 31;
    if (octave < octaves.length) octaves[octave] = gauss();
    noise[index] = octaves.reduce((sum, value) => sum + value, 0);
  }
  return normalized(noise);
};

/** Many people at once: each talker's speech, in a circle, three times at different places. */
export function babbleOf(talkers: readonly Int16Array[]): Noise {
  return (samples, seed) => {
    const uniform = createUniform(seed);
    const noise = new Float32Array(samples);
    for (const talker of [...talkers, ...talkers, ...talkers]) {
      const offset = Math.floor(uniform() * talker.length);
      for (let index = 0; index < samples; index += 1) {
        noise[index] = (noise[index] ?? 0) + (talker[(index + offset) % talker.length] ?? 0);
      }
    }
    return normalized(noise);
  };
}

function normalized(samples: Float32Array): Float32Array {
  const rms = Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / Math.max(1, samples.length));
  return samples.map((value) => value / rms);
}

function createGauss(seed: number): () => number {
  const uniform = createUniform(seed);
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** More than 0, up to 1 (mulberry32). */
function createUniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 1) / 4_294_967_296;
  };
}
