import { readFile, stat } from 'node:fs/promises';
import { rmsDbfs } from '@parley/engine/audio/level.ts';
import { createResampler } from '@parley/engine/audio/resampler.ts';
import { decodeWav } from '@parley/engine/audio/wav.ts';
import { type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';

/**
 * As loud as a voice on the telephone is at its softest: callers wait beside it, and nobody takes the receiver from their ear. dBFS, RMS.
 */
const musicLevelDbfs = -22;
/** Above it a frame would be clipped with a voice over it. */
const loudestPeak = 0.6 * 32_768;

/** Three minutes of 48 kHz stereo; more would stay in memory for as long as the server runs. */
const maxFileBytes = 40 * 1024 * 1024;

let composed: Pcm | undefined;

/**
 * The house's own music: a slow arpeggio of plucked tones through four chords, some twenty seconds that begin where they end. Made once
 * in a process, within some 50 ms; call it before there are calls.
 */
export function holdMusic(): Pcm {
  composed ??= compose();
  return composed;
}

/**
 * Music of one's own: a WAV of any rate and any channels, made as loud as ours.
 * @throws WavError, RangeError or the file system's error, with what to do
 */
export async function readHoldMusic(path: string): Promise<Pcm> {
  const { size } = await stat(path);
  if (size > maxFileBytes) {
    throw new RangeError(`The music ${path} has ${size} bytes: give at most ${maxFileBytes}, or a shorter loop.`);
  }
  const { sampleRateHz, channels } = decodeWav(await readFile(path));
  const mono = mixDown(channels);
  const samples = createResampler(sampleRateHz, SAMPLE_RATE_HZ).process(mono);
  if (samples.length < SAMPLE_RATE_HZ)
    throw new RangeError(`The music ${path} is shorter than a second: give a longer one.`);
  if (rmsDbfs(samples) < -70) throw new RangeError(`The music ${path} is silent: give one that can be heard.`);
  return levelled(Float64Array.from(samples));
}

/** Half a second a note: slow enough to wait by. */
const noteSamples = SAMPLE_RATE_HZ / 2;
/** D, B minor, G, A in a middle place: every tone from 294 Hz up to 880 Hz, so that a telephone's 300–3,400 Hz carries each with its partials. */
const bars: readonly (readonly number[])[] = [
  [62, 66, 69, 74, 73, 69, 66, 69],
  [62, 66, 71, 74, 78, 74, 71, 66],
  [62, 67, 71, 74, 79, 74, 71, 67],
  [64, 69, 73, 76, 81, 76, 73, 69],
  [62, 66, 69, 74, 78, 74, 69, 66],
];
/** Each partial of a tone, how loud it is, and how soon it has died away to a third. */
const partials = [
  { times: 1, gain: 1, decaySeconds: 0.7 },
  { times: 2, gain: 0.28, decaySeconds: 0.4 },
  { times: 3, gain: 0.1, decaySeconds: 0.22 },
] as const;
/** Begun at once, a tone clicks. */
const attackSamples = SAMPLE_RATE_HZ / 100;
/** After three seconds nothing is left of it. */
const toneSamples = 3 * SAMPLE_RATE_HZ;

function compose(): Pcm {
  const notes = bars.flat();
  const loop = new Float64Array(notes.length * noteSamples);
  for (const [index, note] of notes.entries()) pluck(loop, index * noteSamples, note);
  return levelled(loop);
}

/** Adds a tone that dies away; past the end it goes on at the beginning, so the loop has no seam. */
function pluck(loop: Float64Array, start: number, note: number): void {
  const frequencyHz = 440 * 2 ** ((note - 69) / 12);
  for (const { times, gain, decaySeconds } of partials) {
    // A ringing filter of two poles: each sample from the two before it, without a sine.
    const turn = (2 * Math.PI * frequencyHz * times) / SAMPLE_RATE_HZ;
    const fade = Math.exp(-1 / (decaySeconds * SAMPLE_RATE_HZ));
    const first = 2 * fade * Math.cos(turn);
    const second = -fade * fade;
    let before = 0;
    let now = gain * fade * Math.sin(turn);
    for (let age = 0; age < toneSamples; age += 1) {
      const at = (start + age) % loop.length;
      loop[at] = (loop[at] ?? 0) + now * Math.min(1, age / attackSamples);
      const next = first * now + second * before;
      before = now;
      now = next;
    }
  }
}

function mixDown(channels: readonly Pcm[]): Pcm {
  const [first = new Int16Array(0)] = channels;
  if (channels.length < 2) return first;
  const mono = new Int16Array(first.length);
  for (let index = 0; index < mono.length; index += 1) {
    let sum = 0;
    for (const channel of channels) sum += channel[index] ?? 0;
    mono[index] = Math.round(sum / channels.length);
  }
  return mono;
}

/** As loud as music on hold is to be, and nowhere so loud that a voice over it is clipped. */
function levelled(samples: Float64Array): Pcm {
  let energy = 0;
  let peak = 0;
  for (const sample of samples) {
    energy += sample * sample;
    peak = Math.max(peak, Math.abs(sample));
  }
  const rms = Math.sqrt(energy / samples.length);
  const gain = Math.min((32_768 * 10 ** (musicLevelDbfs / 20)) / rms, loudestPeak / peak);
  const pcm = new Int16Array(samples.length);
  for (let index = 0; index < pcm.length; index += 1) pcm[index] = Math.round((samples[index] ?? 0) * gain);
  return pcm;
}
