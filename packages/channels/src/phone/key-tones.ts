import { type Digit, FRAME_SAMPLES, type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';

/** Twice what ITU-T Q.24 asks of a tone and of the pause behind it (about 40 ms): no menu misses it, ten keys take two seconds. */
const toneFrames = 5;
const pauseFrames = 5;
/** Each of the two pitches at −12 dB below full scale: as loud as telephones send them, and together without clipping. */
const amplitude = 8192;
/** Ramps of 2 ms: a key does not click. */
const rampSamples = (2 * SAMPLE_RATE_HZ) / 1000;

const rowsHz: Readonly<Record<Digit, number>> = {
  '1': 697,
  '2': 697,
  '3': 697,
  '4': 770,
  '5': 770,
  '6': 770,
  '7': 852,
  '8': 852,
  '9': 852,
  '*': 941,
  '0': 941,
  '#': 941,
};
const columnsHz: Readonly<Record<Digit, number>> = {
  '1': 1209,
  '4': 1209,
  '7': 1209,
  '*': 1209,
  '2': 1336,
  '5': 1336,
  '8': 1336,
  '0': 1336,
  '3': 1477,
  '6': 1477,
  '9': 1477,
  '#': 1477,
};

/** The sound of keys being pressed (ITU-T Q.23), 200 ms each: for lines on which a key can only be sent as sound. */
export function keyTones(digits: readonly Digit[]): Pcm[] {
  return digits.flatMap((digit) => {
    const samples = toneFrames * FRAME_SAMPLES;
    const tone = new Int16Array(samples);
    for (let n = 0; n < samples; n += 1) {
      const turn = (2 * Math.PI * n) / SAMPLE_RATE_HZ;
      const ramp = Math.min(1, n / rampSamples, (samples - n) / rampSamples);
      tone[n] = Math.round(amplitude * ramp * (Math.sin(rowsHz[digit] * turn) + Math.sin(columnsHz[digit] * turn)));
    }
    const frames = Array.from({ length: toneFrames }, (_, at) =>
      tone.slice(at * FRAME_SAMPLES, (at + 1) * FRAME_SAMPLES),
    );
    const pauses = Array.from({ length: pauseFrames }, () => new Int16Array(FRAME_SAMPLES));
    return [...frames, ...pauses];
  });
}
