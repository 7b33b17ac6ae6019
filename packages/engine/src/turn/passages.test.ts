import { describe, expect, it } from 'vitest';
import { createStage } from './testing/stage.ts';

const legal = 'This call is recorded for training and for your own safety.';
const legalMs = legal.split(' ').length * 300;

describe('a passage that must be heard to its end', () => {
  it('is, whatever the caller says; their words are answered after it', () => {
    const stage = createStage();
    stage.answer(legal, { protect: true });
    stage.wait(1000);
    const voice = stage.voice();
    stage.wait(600);
    stage.stop(voice, 'i want to book a haircut please');
    stage.wait(legalMs - 1700);
    expect(stage.of('pause')).toEqual([]);
    expect(stage.of('clear')).toEqual([]);
    expect(stage.of('think')).toHaveLength(1);
    stage.wait(1000);
    expect(stage.state.history[0]?.text).toBe(legal);
    expect(stage.of('think').at(-1)).toMatchObject({ cue: { turn: { text: 'i want to book a haircut please' } } });
  });

  it('gives way after its end to a caller who is still speaking', () => {
    const stage = createStage();
    const { replyId } = stage.of('think')[0] ?? { replyId: undefined };
    if (replyId === undefined) throw new Error('Nobody was greeted.');
    stage.send({ type: 'agentSaid', replyId, text: legal, tone: undefined, interruptible: false, ssml: undefined });
    stage.answer('How can I help you today?', { replyId });
    stage.wait(legalMs - 500);
    const voice = stage.voice();
    stage.wait(1000);
    // Not a word of the next sentence while they speak.
    expect(stage.of('play').map((effect) => effect.sentence)).toEqual([0]);
    stage.stop(voice, 'a haircut please');
    stage.wait(500);
    expect(stage.of('think').at(-1)).toMatchObject({ cue: { turn: { text: 'a haircut please' } } });
  });

  it('goes on into the next sentence after an "uh-huh"', () => {
    const stage = createStage();
    const replyId = stage.of('think')[0]?.replyId;
    if (replyId === undefined) throw new Error('Nobody was greeted.');
    stage.send({ type: 'agentSaid', replyId, text: legal, tone: undefined, interruptible: false, ssml: undefined });
    stage.answer('How can I help you today?', { replyId });
    stage.wait(1000);
    const voice = stage.voice();
    stage.wait(300);
    stage.stop(voice, 'uh huh');
    stage.wait(8000);
    expect(stage.of('play').map((effect) => effect.sentence)).toEqual([0, 1]);
    expect(stage.state.reply).toBeUndefined();
  });

  it('is not stopped by a key; the keys are taken after it', () => {
    const stage = createStage();
    stage.answer(legal, { protect: true });
    stage.wait(500);
    stage.send({ type: 'digitPressed', digit: '1' });
    stage.send({ type: 'digitPressed', digit: '#' });
    stage.wait(legalMs - 600);
    expect(stage.of('clear')).toEqual([]);
    stage.wait(2000);
    expect(stage.of('think').at(-1)).toMatchObject({ cue: { turn: { text: '1', modality: 'digits' } } });
  });
});
