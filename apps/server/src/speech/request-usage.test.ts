import { expect, it } from 'vitest';
import { countRequest } from './request-usage.ts';
import type { UsageLine } from './usage-meter.ts';

const heard = (audioMs: number) =>
  ({ kind: 'recognition', engine: 'ear', provider: 'ear', requests: 1, audioMs, cost: undefined }) as const;

it('what a request took is written once it is over, with what is told while it is stopped and after, and nothing twice', async () => {
  const written: (readonly UsageLine[])[] = [];
  const request = countRequest((lines) => written.push(lines));
  const soundOf = () => written.map((lines) => lines.find(({ unit }) => unit === 'audio_ms')?.quantity);
  request.onUsage(heard(1000));
  await new Promise(setImmediate);
  expect(written).toEqual([]);
  request.end();
  request.end();
  request.onUsage(heard(200));
  await expect.poll(soundOf).toEqual([1200]);
  request.onUsage(heard(30));
  await expect.poll(soundOf).toEqual([1200, 30]);
});
