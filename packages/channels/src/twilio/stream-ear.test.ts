import { decodeG711 } from '@parley/engine/audio/g711.ts';
import { FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import { expect, it } from 'vitest';
import { createStreamEar } from './stream-ear.ts';

function listening() {
  const frames: Pcm[] = [];
  const ear = createStreamEar((frame) => frames.push(frame));
  return { ear, frames };
}
const line = (length: number) => Uint8Array.from({ length }, (_, at) => (at * 13 + (at >> 4)) & 0xff);

/** Sends the sound in messages of so many bytes, a tick each 20 ms of it. */
function hear(sizes: readonly number[]) {
  const { ear, frames } = listening();
  const bytes = line(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  let ticked = 0;
  for (const [index, size] of sizes.entries()) {
    ear.hear(
      { sequence: index + 2, chunk: index + 1, timestampMs: at / 8, payload: bytes.subarray(at, at + size) },
      at / 8,
    );
    at += size;
    for (; ticked < at / 160 - 1; ticked += 1) ear.tick();
  }
  const samples = Int16Array.from(frames.flatMap((frame) => [...frame]));
  return { ear, frames, samples, bytes };
}

it.each([
  ['20 ms', Array.from({ length: 20 }, () => 160)],
  ['other lengths', [100, 60, 161, 319, 1, 159, 800, 480, 40, 40, 80]],
] as const)('sound in messages of %s is whole frames, each sample as it was', (_, sizes) => {
  const { frames, samples, bytes } = hear(sizes);
  expect(frames.every((frame) => frame.length === FRAME_SAMPLES)).toBe(true);
  const wanted = decodeG711(bytes, 'mulaw');
  // 2 ms of the filter come first; each second sample is one of the line.
  const heard = samples.filter((_sample, at) => at % 2 === 0).subarray(16);
  expect([...heard]).toEqual([...wanted.subarray(0, heard.length)]);
  expect(heard.length).toBeGreaterThan(wanted.length - 400);
});

it('what comes twice is heard once, and what never came is counted', () => {
  const { ear, frames } = listening();
  const say = (sequence: number, chunk: number) =>
    ear.hear({ sequence, chunk, timestampMs: chunk * 20, payload: line(160) }, chunk * 20);
  say(2, 1);
  say(3, 2);
  say(3, 2);
  // A key came between: a number of messages, and none of sound.
  say(5, 3);
  say(8, 6);
  for (let tick = 0; tick < 4; tick += 1) ear.tick();
  expect(ear).toMatchObject({ received: 4, lost: 2, late: 1 });
  expect(frames.length).toBeGreaterThanOrEqual(4);
});

it('how unevenly it comes is told as for any line', () => {
  const { ear } = listening();
  for (let chunk = 1; chunk <= 400; chunk += 1) {
    const unevenMs = chunk % 2 === 0 ? 10 : 0;
    ear.hear({ sequence: chunk, chunk, timestampMs: chunk * 20, payload: line(160) }, chunk * 20 + unevenMs);
    ear.tick();
  }
  expect(ear.jitterMs).toBeCloseTo(10, 0);
});
