import { expect, test } from 'vitest';
import { createComfortNoise } from './comfort-noise.ts';
import { createConcealment } from './concealment.ts';
import { rmsDbfs } from './level.ts';

const frame = 160;

/** A voice of sorts: a gliding pitch with formants, as loud as speech. */
function voice(pitchHz: number, frames: number): Int16Array {
  const samples = new Int16Array(frames * frame);
  let phase = 0;
  for (let n = 0; n < samples.length; n += 1) {
    const hz = pitchHz * (1 + 0.05 * Math.sin((2 * Math.PI * n) / 4000));
    phase += hz / 8000;
    let sum = 0;
    for (let k = 1; k * hz < 3400; k += 1) {
      const formants = [500, 1500, 2500].reduce((gain, at) => gain + 1 / (1 + ((k * hz - at) / 150) ** 2), 0.02);
      sum += formants * Math.sin(2 * Math.PI * k * phase);
    }
    samples[n] = Math.round(3000 * sum);
  }
  return samples;
}

/** Every `every`th frame is lost. */
function throughHoles(samples: Int16Array, every: number, conceals: boolean): Int16Array {
  const concealment = createConcealment();
  const heard = new Int16Array(samples.length);
  for (let n = 0; n < samples.length / frame; n += 1) {
    const piece = samples.slice(n * frame, (n + 1) * frame);
    if (n % every === every - 1) {
      piece.fill(0);
      if (conceals) concealment.conceal(piece);
    } else if (conceals) concealment.heard(piece);
    heard.set(piece, n * frame);
  }
  return heard;
}

/** Mean distance in decibels between the spectra of 20 ms stretches, over bands of a telephone. */
function spectralDistanceDb(a: Int16Array, b: Int16Array): number {
  let sum = 0;
  let count = 0;
  for (let from = 0; from + frame <= a.length; from += frame / 2) {
    for (let hz = 300; hz < 3400; hz += 100) {
      sum += Math.abs(levelDb(a, from, hz) - levelDb(b, from, hz));
      count += 1;
    }
  }
  return sum / count;
}

function levelDb(samples: Int16Array, from: number, hz: number): number {
  let re = 0;
  let im = 0;
  for (let n = 0; n < frame; n += 1) {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / frame);
    re += window * (samples[from + n] ?? 0) * Math.cos((2 * Math.PI * hz * n) / 8000);
    im += window * (samples[from + n] ?? 0) * Math.sin((2 * Math.PI * hz * n) / 8000);
  }
  // Quieter than a line's own noise is not heard.
  return 10 * Math.log10(re * re + im * im + 1e6);
}

test.each([90, 130, 210])('a hole of 20 ms in a voice of %i Hz is much nearer to the voice than silence is', (hz) => {
  const samples = voice(hz, 40);
  const silent = spectralDistanceDb(samples, throughHoles(samples, 8, false));
  const concealed = spectralDistanceDb(samples, throughHoles(samples, 8, true));
  expect(concealed).toBeLessThan(silent / 2);
});

test('there is no click where a guess begins or ends', () => {
  const samples = voice(130, 40);
  const steepest = (of: Int16Array) => of.reduce((most, s, n) => Math.max(most, Math.abs(s - (of[n - 1] ?? s))), 0);
  expect(steepest(throughHoles(samples, 8, true))).toBeLessThan(1.2 * steepest(samples));
});

test('a long hole fades and is silent after 60 ms; what comes then is heard as it is', () => {
  const samples = voice(130, 10);
  const concealment = createConcealment();
  concealment.heard(samples.slice());
  const levels = Array.from({ length: 5 }, () => {
    const guess = new Int16Array(frame);
    concealment.conceal(guess);
    return rmsDbfs(guess);
  });
  expect(levels[1]).toBeLessThan(levels[0] ?? 0);
  expect(levels[2]).toBeLessThan(levels[1] ?? 0);
  expect(levels[3]).toBe(-100);
  const back = samples.slice(0, frame);
  concealment.heard(back);
  expect([...back.subarray(40)]).toEqual([...samples.subarray(40, frame)]);
});

test('nothing was heard yet: the guess is silence', () => {
  const guess = new Int16Array(frame).fill(7);
  createConcealment().conceal(guess);
  expect(guess.every((sample) => sample === 0)).toBe(true);
});

test('comfort noise is as loud as the far side says, and never roars', () => {
  const noise = createComfortNoise();
  const samples = new Int16Array(8000);
  for (const [said, heard] of [
    [60, -60],
    [45, -45],
    [0, -30],
  ] as const) {
    noise.setLevel(said);
    noise.fill(samples);
    expect(rmsDbfs(samples)).toBeGreaterThan(heard - 1);
    expect(rmsDbfs(samples)).toBeLessThan(heard + 1);
  }
});
