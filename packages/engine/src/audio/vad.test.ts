import { describe, expect, it } from 'vitest';
import { FRAME_SAMPLES } from '../ports/audio.ts';
import { tone } from '../simulation/scripted-parts.ts';
import { createVad } from './vad.ts';

/** Uniform noise of a level, from a seeded generator. */
function noise(dbfs: number, seed = 1): () => Int16Array {
  let state = seed;
  const amplitude = 32768 * 10 ** (dbfs / 20) * Math.sqrt(3);
  return () =>
    Int16Array.from({ length: FRAME_SAMPLES }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.round(amplitude * (state / 2 ** 31 - 1));
    });
}

function count(frames: number, next: () => Int16Array, vad = createVad()): { started: number[]; stopped: number[] } {
  const result: { started: number[]; stopped: number[] } = { started: [], stopped: [] };
  for (let i = 0; i < frames; i += 1) {
    const { kind } = vad.process(next());
    if (kind !== 'unchanged') result[kind].push(i);
  }
  return result;
}

describe('voice activity', () => {
  it.each([-70, -55, -45, -35])('is not found in steady noise of %i dBFS', (dbfs) => {
    const { started } = count(1500, noise(dbfs));
    expect(started).toEqual([]);
  });

  it.each([-70, -50, -40])(
    'is found in a voice 20 dB above a noise of %i dBFS, within 100 ms, and its end within 240 ms',
    (dbfs) => {
      const vad = createVad();
      const hiss = noise(dbfs);
      count(150, hiss, vad);
      const amplitude = 32768 * 10 ** ((dbfs + 20) / 20) * Math.SQRT2;
      const voice = tone(1000, Math.max(amplitude, 200));
      let frame = 0;
      const speaking = count(
        50,
        () => {
          const samples = hiss();
          for (let i = 0; i < FRAME_SAMPLES; i += 1)
            samples[i] = (samples[i] ?? 0) + (voice[frame * FRAME_SAMPLES + i] ?? 0);
          frame += 1;
          return samples;
        },
        vad,
      );
      expect(speaking.started).toHaveLength(1);
      expect(speaking.started[0]).toBeLessThanOrEqual(5);
      const after = count(50, hiss, vad);
      expect(after.stopped).toHaveLength(1);
      expect(after.stopped[0]).toBeLessThanOrEqual(12);
    },
  );

  it('is not found in a click of 20 ms', () => {
    const vad = createVad();
    count(100, noise(-60), vad);
    expect(count(1, () => tone(20, 20_000), vad).started).toEqual([]);
    expect(count(50, noise(-60), vad).started).toEqual([]);
  });

  it('learns a fan that starts in the middle of a call', () => {
    const vad = createVad();
    count(200, noise(-70), vad);
    count(300, noise(-45), vad);
    expect(vad.active).toBe(false);
    expect(count(500, noise(-45, 7), vad).started).toEqual([]);
  });

  it('is found again and again in a call of an hour', () => {
    const vad = createVad();
    let onsets = 0;
    count(50, noise(-60), vad);
    for (let minute = 0; minute < 60; minute += 1) {
      onsets += count(100, () => tone(20), vad).started.length;
      count(200, noise(-60, minute), vad);
    }
    expect(onsets).toBe(60);
  });
});
