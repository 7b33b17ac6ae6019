import { describe, expect, it } from 'vitest';
import { createStage } from './testing/stage.ts';

const greeting = 'Welcome to the barber shop on Fig Street. What can I do for you this morning?';

/** The agent has said two sentences, and no voice has come yet. */
function asked() {
  const stage = createStage({ hasVoice: false });
  stage.answer(greeting);
  const [first, second] = stage.of('synthesize');
  if (first === undefined || second === undefined) throw new Error('Two sentences were to be spoken.');
  const { replyId } = first;
  const spoken = (sentence: number) =>
    stage.send({ type: 'synthesized', replyId, sentence, audioMs: 1000, words: [], done: true });
  const sounds = (sentence: number) => stage.send({ type: 'sentenceStarted', replyId, sentence });
  const played = (sentence: number) => stage.send({ type: 'sentencePlayed', replyId, sentence });
  return { stage, replyId, spoken, sounds, played, waterfall: () => stage.of('record').at(-1)?.turn.waterfall };
}

describe('where the time of a turn went', () => {
  it('is told of the voice that is waited for, not of a later sentence that was there before it', () => {
    const { stage, spoken, sounds, played, waterfall } = asked();
    // From a cache.
    spoken(1);
    stage.wait(80);
    spoken(0);
    sounds(0);
    played(0);
    sounds(1);
    played(1);
    expect(waterfall()).toMatchObject({ synthesisMs: 80, playoutMs: 0 });
  });

  it('counts as synthesis what is waited for a first sentence that fails in the end', () => {
    const { stage, replyId, spoken, sounds, played, waterfall } = asked();
    spoken(1);
    stage.wait(80);
    stage.send({ type: 'synthesisFailed', replyId, sentence: 0, code: 'voice_failed' });
    sounds(1);
    played(1);
    expect(waterfall()).toMatchObject({ synthesisMs: 80, playoutMs: 0 });
  });
});
