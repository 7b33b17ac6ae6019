import { rmsDbfs } from '@parley/engine/audio/level.ts';
import { expect, test } from 'vitest';
import { createMicrophone } from './microphone.ts';
import { createTrack } from './recording.ts';

test('a microphone gives a frame of silence each 20 ms while nobody speaks', () => {
  const microphone = createMicrophone(undefined);
  expect(microphone.tick(20)).toEqual(new Int16Array(320));
  expect(microphone.tick(40)).toEqual(new Int16Array(320));
});

test('speech goes out at the pace of speech, and ends with its last sound and not with the silence behind it', async () => {
  const microphone = createMicrophone(undefined);
  const samples = new Int16Array(320 * 8);
  samples.fill(8000, 0, 320 * 5);
  const spoken = microphone.speak(samples);
  const frames = Array.from({ length: 7 }, (_, n) => microphone.tick(100 + n * 20));
  expect(frames.map((frame) => frame[0])).toEqual([8000, 8000, 8000, 8000, 8000, 0, 0]);
  expect(await spoken).toEqual({ startedMs: 80, endedMs: 180 });
});

test('what holds no sound is refused instead of waited for', async () => {
  await expect(createMicrophone(undefined).speak(new Int16Array(3200))).rejects.toThrow('no sound');
});

test('the noise under the voice has the level that was asked for, and is the same in every call', () => {
  const collect = () => {
    const microphone = createMicrophone(-50);
    return Array.from({ length: 50 }, (_, n) => microphone.tick(n * 20)).flatMap((frame) => [...frame]);
  };
  const noise = collect();
  expect(rmsDbfs(Int16Array.from(noise))).toBeCloseTo(-50, 0);
  expect(collect()).toEqual(noise);
});

test('a recording keeps silence where nothing came, and no gap where a frame was merely late', () => {
  const track = createTrack();
  track.add(new Int16Array(320).fill(1), 0);
  track.add(new Int16Array(320).fill(2), 45);
  track.add(new Int16Array(320).fill(3), 1000);
  const samples = track.samples();
  expect([samples[0], samples[320], samples[640], samples[16_000], samples.length]).toEqual([1, 2, 0, 3, 16_320]);
});
