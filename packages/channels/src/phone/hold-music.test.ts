import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeG711, encodeG711 } from '@parley/engine/audio/g711.ts';
import { rmsDbfs } from '@parley/engine/audio/level.ts';
import { createLineToWide, createWideToLine } from '@parley/engine/audio/line-rate.ts';
import { encodeWav } from '@parley/engine/audio/wav.ts';
import { FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import { expect, it, onTestFinished } from 'vitest';
import { holdMusic, readHoldMusic } from './hold-music.ts';

it('is as loud in each second as a soft voice, and never so loud that it is clipped', () => {
  const music = holdMusic();
  for (let second = 0; second < music.length / 16_000; second += 1) {
    const level = rmsDbfs(music.subarray(second * 16_000, (second + 1) * 16_000));
    expect(level).toBeGreaterThan(-26);
    expect(level).toBeLessThan(-18);
  }
  expect(music.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)).toBeLessThan(20_000);
});

it('lasts whole frames and begins where it ends', () => {
  const music = holdMusic();
  expect(music.length % FRAME_SAMPLES).toBe(0);
  const steps = Array.from(music, (sample, index) => Math.abs(sample - (music[(index + 1) % music.length] ?? 0)));
  const largest = steps.slice(0, -1).reduce((most, step) => Math.max(most, step), 0);
  expect(steps.at(-1)).toBeLessThanOrEqual(largest);
});

it('comes through a telephone as it was made: all of it lies between 250 and 3,400 Hz', () => {
  const music = holdMusic();
  const line = createWideToLine().process(music);
  const heard = createLineToWide().process(decodeG711(encodeG711(line, 'mulaw'), 'mulaw'));
  expect(Math.abs(rmsDbfs(heard) - rmsDbfs(music))).toBeLessThan(0.2);
  expect(shareBelow(music, 250)).toBeLessThan(0.02);
});

it('may be a file of one’s own, of any rate and any channels, as loud as ours', async () => {
  const left = Int16Array.from(
    { length: 44_100 * 2 },
    (_, index) => 30_000 * Math.sin((2 * Math.PI * 440 * index) / 44_100),
  );
  const path = await fileOf(encodeWav([left, new Int16Array(left.length)], 44_100));
  const music = await readHoldMusic(path);
  expect(Math.abs(music.length - 32_000)).toBeLessThan(100);
  expect(rmsDbfs(music)).toBeCloseTo(-22, 0);
});

it('says what is wrong with a file that cannot be played', async () => {
  await expect(readHoldMusic(await fileOf(new TextEncoder().encode('ID3 not a wave')))).rejects.toThrow('not a WAV');
  await expect(readHoldMusic(await fileOf(encodeWav([new Int16Array(100)], 8000)))).rejects.toThrow('shorter than');
  await expect(readHoldMusic(await fileOf(encodeWav([new Int16Array(80_000)], 8000)))).rejects.toThrow('silent');
  await expect(readHoldMusic('/nowhere/music.wav')).rejects.toThrow('ENOENT');
});

async function fileOf(bytes: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hold-music-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'music.wav');
  await writeFile(path, bytes);
  return path;
}

/** Of all the energy, as a filter of one pole lets it through twice. */
function shareBelow(samples: Pcm, frequencyHz: number): number {
  const weight = 1 - Math.exp((-2 * Math.PI * frequencyHz) / 4 / 16_000);
  let once = 0;
  let twice = 0;
  let low = 0;
  let all = 0;
  for (const sample of samples) {
    once += weight * (sample - once);
    twice += weight * (once - twice);
    low += twice * twice;
    all += sample * sample;
  }
  return low / all;
}
