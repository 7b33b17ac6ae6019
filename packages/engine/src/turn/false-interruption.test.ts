import { expect, it } from 'vitest';
import type { UntimedEvent } from './event.ts';
import { createStage } from './testing/stage.ts';

const offer = 'We can offer you Friday at three or Saturday at ten in the morning.';

it('words that came to nothing give the floor back: what was not heard is said', () => {
  const stage = createStage();
  stage.answer(offer, { expects: 'date' });
  stage.wait(1250);
  const voice = stage.voice();
  stage.wait(400);
  stage.partial(voice, 'the there we');
  expect(stage.of('clear')).toHaveLength(1);
  stage.stop(voice, '');
  expect(stage.of('synthesize').at(-1)?.text).toMatch(/^(you )?Friday at three or .* morning\.$/);
  stage.wait(6000);
  expect(stage.state.history.map((line) => line.text).join(' ')).toBe(offer);
  expect(stage.state.expects).toBe('date');
});

it('where the agent had not thought to the end, it asks again', () => {
  const stage = createStage();
  const replyId = stage.state.reply?.id;
  if (replyId === undefined) throw new Error('Nobody was greeted.');
  const say: UntimedEvent = {
    type: 'agentSaid',
    replyId,
    text: 'Let me see what there is. And',
    tone: undefined,
    interruptible: true,
    ssml: undefined,
  };
  stage.send(say);
  stage.wait(500);
  const voice = stage.voice();
  stage.partial(voice, 'the there we');
  stage.stop(voice, '');
  expect(stage.of('think').at(-1)?.cue).toEqual({ type: 'reprompt', count: 1 });
});

it('a line on which somebody talks for ever is closed with a goodbye', () => {
  const stage = createStage();
  stage.answer('Hello.');
  stage.wait(2000);
  stage.voice();
  stage.wait(3_660_000);
  expect(stage.of('think').at(-1)?.cue).toEqual({ type: 'farewell', reason: 'max_duration' });
  stage.answer('Goodbye.');
  stage.wait(5000);
  expect(stage.state.life).toEqual({ kind: 'ended', reason: 'max_duration' });
});
