import { expect, it } from 'vitest';
import { randomCall } from './random-call.ts';
import { runCalls } from './run-calls.ts';
import { describeDeed, shrink } from './shrink.ts';
import { simulateCall } from './simulate-call.ts';
import { printTimeline } from './timeline.ts';
import { drawTimeline } from './timeline-svg.ts';

/** `npm run simulate` runs many more. */
const calls = 3000;

it('whatever callers, networks and parts do, every promise is kept', { timeout: 240_000 }, async () => {
  const { findings, virtualMs } = await runCalls(randomCall, { from: 1, count: calls });
  expect(findings.slice(0, 5)).toEqual([]);
  // Calls in which nothing happened would keep every promise too.
  expect(virtualMs / calls).toBeGreaterThan(10_000);
});

it('the same seed is the same call, to the millisecond', async () => {
  const [first, second] = [await simulateCall(randomCall(4)), await simulateCall(randomCall(4))];
  expect(printTimeline(second)).toBe(printTimeline(first));
});

it('a call that breaks a promise is cut down to what does it', async () => {
  const promise = 'Nobody presses 7.';
  const pressed = { do: 'press', digit: '7' } as const;
  const script = {
    ...randomCall(8),
    deeds: [...randomCall(8).deeds.filter(({ do: what }) => what !== 'hangUp'), pressed],
  };
  const small = await shrink(script, promise, (log) => {
    return log.digits.some(({ digit }) => digit === '7') ? [{ promise, how: 'somebody did' }] : [];
  });
  expect(small.deeds.map(describeDeed)).toEqual(['attachAudio', 'press 7']);
});

it('a call can be looked at, in text and as a picture', async () => {
  const log = await simulateCall(randomCall(4));
  expect(printTimeline(log)).toMatch(/CALLER.*EARS.*STATE.*AGENT.*SOUND.*RECORD/);
  const picture = drawTimeline(log, 'A "call" & more');
  expect(picture).toMatch(/^<svg [^>]*aria-label="A &quot;call&quot; &amp; more"/);
  expect(picture).toContain('class="bar responding"');
});
