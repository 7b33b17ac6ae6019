import { expect, it } from 'vitest';
import { createStage } from './testing/stage.ts';

const answer = 'one two three four five six seven eight nine ten';

/** What is kept of an answer, a word each 300 ms, that the caller breaks into after two and a half seconds. */
function heardWith(measuredMs: readonly number[]): string {
  const stage = createStage();
  stage.answer(answer);
  stage.wait(500);
  for (const playoutDelayMs of measuredMs) stage.send({ type: 'playoutDelayChanged', playoutDelayMs });
  stage.wait(2000);
  stage.partial(stage.voice(), 'wait a moment please');
  return stage.state.history.at(-1)?.text ?? '';
}

it('what was on its way to the ear when the caller broke in counts as not heard', () => {
  const near = heardWith([]).split(' ').length;
  const far = heardWith([900]).split(' ').length;
  // Three words of 300 ms are on a way of 900 ms.
  expect(near - far).toBe(3);
});

it('the newest measurement counts', () => {
  expect(heardWith([900, 0])).toBe(heardWith([]));
});

it('a measurement without a channel changes nothing', () => {
  const stage = createStage();
  stage.send({ type: 'audioLost' });
  const before = stage.state.audio;
  stage.send({ type: 'playoutDelayChanged', playoutDelayMs: 900 });
  expect(stage.state.audio).toEqual(before);
});
