import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { expect, it } from 'vitest';
import { bridgeLegs } from './bridge.ts';
import { createLegDouble, frameOf } from './testing/leg-double.ts';

function twoPeople(options: { maxDurationMs?: number } = {}) {
  const clock = createVirtualClock();
  const a = createLegDouble();
  const b = createLegDouble();
  return { clock, a, b, bridge: bridgeLegs(a, b, { clock, ...options }) };
}

it('passes sound both ways in order', async () => {
  const { clock, a, b } = twoPeople();
  for (let frame = 0; frame < 500; frame += 1) {
    a.speak(frameOf(frame));
    b.speak(frameOf(-frame));
    await clock.advance(20);
  }
  expect(b.heard.map((frame) => frame[0])).toEqual(Array.from({ length: 500 }, (_, frame) => frame));
  expect(a.heard).toHaveLength(500);
});

it('drops what comes faster than it can be heard, so that a burst adds no delay for good', async () => {
  const { clock, a, b } = twoPeople();
  for (let frame = 0; frame < 100; frame += 1) a.speak(frameOf(frame));
  expect(b.heard).toHaveLength(10);
  await clock.advance(10_000);
  b.heard.length = 0;
  // A clock that is a hundredth fast: 505 frames in ten seconds.
  for (let frame = 0; frame < 505; frame += 1) {
    a.speak(frameOf(frame));
    await clock.advance(10_000 / 505);
  }
  expect(b.heard).toHaveLength(505);
  for (let frame = 0; frame < 2000; frame += 1) {
    a.speak(frameOf(frame));
    await clock.advance(10_000 / 505);
  }
  expect(2505 - b.heard.length).toBeGreaterThan(5);
  expect(b.heard.length * 20).toBeLessThanOrEqual(clock.nowMs() - 10_000 + 200);
});

it('passes keys on, and forgets them where they cannot be pressed', async () => {
  const { clock, a, b } = twoPeople();
  a.press('1');
  a.press('#');
  await clock.advance(0);
  expect(b.keysSent).toEqual(['1', '#']);
  a.sendDigits = () => Promise.reject(new Error('no keys here'));
  b.press('2');
  await clock.advance(0);
  b.press('3');
  await clock.advance(0);
  expect(a.endedAs).toBeUndefined();
});

it.each(['a', 'b'] as const)('ends with either side', async (who) => {
  const { clock, a, b, bridge } = twoPeople();
  (who === 'a' ? a : b).leave();
  await bridge.ended;
  expect((who === 'a' ? b : a).endedAs).toEqual({ by: 'here', reason: 'completed' });
  expect([a.listener, b.listener]).toEqual([undefined, undefined]);
  await clock.advance(24 * 60 * 60 * 1000);
});

it('ends at once when one side is gone already', async () => {
  const clock = createVirtualClock();
  const [a, b] = [createLegDouble(), createLegDouble()];
  b.leave();
  await bridgeLegs(a, b, { clock }).ended;
  expect(a.endedAs).toEqual({ by: 'here', reason: 'completed' });
});

it('does not stay open for ever', async () => {
  const { clock, a, b } = twoPeople({ maxDurationMs: 60_000 });
  await clock.advance(60_000);
  expect([a.endedAs, b.endedAs]).toEqual([
    { by: 'here', reason: 'max_duration' },
    { by: 'here', reason: 'max_duration' },
  ]);
});
