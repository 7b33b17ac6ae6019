import { expect, test } from 'vitest';
import { FRAME_MS } from '../ports/audio.ts';
import { createRandom } from '../simulation/random.ts';
import { createFrameTimer, type TimeSource } from './frame-timer.ts';

/** Time that passes when told to, with timers that ring as late as the test says. */
function createLateTime(lateMs: () => number) {
  // Not at a whole millisecond, as the process's own never is.
  let nowMs = 1234.56;
  const timers: { readonly atMs: number; readonly callback: () => void }[] = [];
  const source: TimeSource = {
    nowMs: () => nowMs,
    setTimer(callback, delayMs) {
      timers.push({ atMs: nowMs + delayMs + lateMs(), callback });
    },
  };
  return {
    source,
    pending: () => timers.length,
    spend: (ms: number) => {
      nowMs += ms;
    },
    passUntil(untilMs: number) {
      for (;;) {
        timers.sort((a, b) => a.atMs - b.atMs);
        const next = timers[0];
        if (next === undefined || next.atMs > untilMs) break;
        timers.shift();
        nowMs = Math.max(nowMs, next.atMs);
        next.callback();
      }
      nowMs = Math.max(nowMs, untilMs);
    },
  };
}

const fail = (error: unknown) => {
  throw error;
};

test('gives 30,000 frames in ten minutes though its timers are late, up to 40 ms now and then, and once early', () => {
  const random = createRandom(1);
  const time = createLateTime(() => (random.chance(0.01) ? 40 * random.next() : 3 * random.next() - 0.5));
  const startMs = time.source.nowMs();
  const frames: { readonly atMs: number; readonly dueMs: number }[] = [];
  createFrameTimer(time.source, fail)((dueMs) => frames.push({ atMs: time.source.nowMs(), dueMs }));
  time.passUntil(startMs + 600_000);
  expect(frames.length).toBeGreaterThanOrEqual(29_999);
  expect(frames.length).toBeLessThanOrEqual(30_000);
  const gaps = frames.slice(1).map(({ dueMs }, index) => dueMs - (frames[index]?.dueMs ?? 0));
  expect(new Set(gaps)).toEqual(new Set([FRAME_MS]));
  // Never early by more than the fraction of the millisecond in which it began, and none later than its timer.
  expect(Math.min(...frames.map(({ atMs, dueMs }) => atMs - dueMs))).toBeGreaterThanOrEqual(0);
  expect(Math.max(...frames.map(({ atMs, dueMs }) => atMs - dueMs))).toBeLessThan(41.5);
});

test('gives the second frame of each call 20 ms after its first, whenever the others began', () => {
  const time = createLateTime(() => 0);
  const everyFrame = createFrameTimer(time.source, fail);
  const firstGaps = Array.from({ length: 50 }, (_, call) => {
    time.passUntil(time.source.nowMs() + 7.3);
    const beganMs = time.source.nowMs();
    let gapMs: number | undefined;
    everyFrame(() => {
      gapMs ??= time.source.nowMs() - beganMs;
    });
    return { call, gap: () => gapMs ?? Number.NaN };
  });
  time.passUntil(time.source.nowMs() + 100);
  for (const { gap } of firstGaps) expect(Math.abs(gap() - FRAME_MS)).toBeLessThan(1.01);
});

test('makes up three frames after a stall, and goes on from now', () => {
  const time = createLateTime(() => 0);
  let frames = 0;
  createFrameTimer(
    time.source,
    fail,
  )(() => {
    frames += 1;
  });
  time.spend(1000);
  time.passUntil(time.source.nowMs());
  expect(frames).toBe(3);
  time.passUntil(time.source.nowMs() + 200);
  expect(frames).toBe(13);
});

test('leaves the loop to others when its callbacks take longer than the time there is', () => {
  const time = createLateTime(() => 0);
  const everyFrame = createFrameTimer(time.source, fail);
  for (let call = 0; call < 10; call += 1) everyFrame(() => time.spend(5));
  const beganMs = time.source.nowMs();
  // It returns, though when it is done with what was due more is due already.
  time.passUntil(beganMs + 21);
  expect(time.source.nowMs() - beganMs).toBeLessThan(200);
});

test('has no timer when nobody is left', () => {
  const time = createLateTime(() => 0);
  const everyFrame = createFrameTimer(time.source, fail);
  const stop = everyFrame(() => {});
  const stopSelf = everyFrame(() => stopSelf());
  time.passUntil(time.source.nowMs() + 100);
  stop();
  stop();
  time.passUntil(time.source.nowMs() + 100);
  expect(time.pending()).toBe(0);
  let frames = 0;
  everyFrame(() => {
    frames += 1;
  });
  time.passUntil(time.source.nowMs() + 101);
  expect(frames).toBe(5);
});
