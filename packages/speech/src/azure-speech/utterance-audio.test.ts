import { expect, it } from 'vitest';
import { createUtteranceAudio } from './utterance-audio.ts';

const frame = (value: number) => new Int16Array(320).fill(value);

async function readAll(audio: ReturnType<typeof createUtteranceAudio>): Promise<Int16Array> {
  const parts: Uint8Array[] = [];
  for (;;) {
    const { buffer, isEnd } = await audio.read();
    if (isEnd) return new Int16Array(new Uint8Array(Buffer.concat(parts)).buffer);
    parts.push(new Uint8Array(buffer));
  }
}

it('gives every sample in order, whether it is read before or after it is written', async () => {
  const audio = createUtteranceAudio('wide');
  const heard = readAll(audio);
  for (let n = 0; n < 7; n += 1) audio.write(frame(n));
  audio.end();
  const samples = await heard;
  expect(samples).toHaveLength(7 * 320);
  expect([0, 320, 6 * 320, 7 * 320 - 1].map((at) => samples[at])).toEqual([0, 1, 6, 6]);
});

it('begins again for another connection until the service has begun to listen', async () => {
  const audio = createUtteranceAudio('wide');
  for (let n = 0; n < 6; n += 1) audio.write(frame(n));
  await audio.read();
  expect(audio.rewind()).toBe(true);
  expect(new Int16Array((await audio.read()).buffer)[0]).toBe(0);
  audio.settle();
  expect(audio.rewind()).toBe(false);
  expect(new Int16Array((await audio.read()).buffer)[0]).toBe(3);
});

it('says when nobody takes the audio, and keeps no more than a minute of what was taken', async () => {
  const audio = createUtteranceAudio('wide');
  let frames = 0;
  while (audio.write(frame(0))) frames += 1;
  expect((frames * 20) / 1000).toBeCloseTo(60, 0);
  const taken = createUtteranceAudio('wide');
  for (let n = 0; n < 3 * 1001; n += 1) {
    taken.write(frame(0));
    if (n % 3 === 2) await taken.read();
  }
  taken.write(frame(0));
  taken.write(frame(0));
  taken.write(frame(0));
  expect(taken.rewind()).toBe(false);
});
