import { expect, test } from 'vitest';
import { createSystemClock } from './system-clock.ts';

test('wakes nobody before the time, however busy the process is', async () => {
  const clock = createSystemClock();
  // Timers of Node ring a fraction of a millisecond early now and then where the loop turns often, as in calls.
  let isSpinning = true;
  const spin = () => {
    if (isSpinning) setImmediate(spin);
  };
  spin();
  const earlyByMs: number[] = [];
  for (let round = 0; round < 200; round++) {
    const atMs = clock.nowMs() + 2 + (round % 10) / 10;
    await new Promise<void>((resolve) => clock.wakeAt(atMs, resolve));
    earlyByMs.push(Math.max(0, atMs - clock.nowMs()));
  }
  isSpinning = false;
  expect(Math.max(...earlyByMs)).toBe(0);
});

test('goes on with the frames of others when one throws', async () => {
  const errors: unknown[] = [];
  const clock = createSystemClock((error) => errors.push(error));
  let frames = 0;
  const stopThrowing = clock.everyFrame(() => {
    throw new Error('one call is broken');
  });
  const stop = clock.everyFrame(() => {
    frames += 1;
  });
  await new Promise<void>((resolve) => clock.wakeAt(clock.nowMs() + 200, resolve));
  stop();
  stopThrowing();
  expect(errors).toHaveLength(1);
  expect(frames).toBeGreaterThan(3);
});

test('wakes nobody who has cancelled', async () => {
  const clock = createSystemClock();
  let woken = false;
  const cancel = clock.wakeAt(clock.nowMs() + 1, () => {
    woken = true;
  });
  cancel();
  await new Promise<void>((resolve) => clock.wakeAt(clock.nowMs() + 10, resolve));
  expect(woken).toBe(false);
});
