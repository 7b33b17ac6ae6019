import { describe, expect, it } from 'vitest';
import type { ReplyId } from './event.ts';
import { createStage, type Stage } from './testing/stage.ts';

function greeted(): Stage {
  const stage = createStage();
  stage.answer('Hello.');
  stage.wait(2000);
  return stage;
}

const thinks = (stage: Stage) => stage.of('think').slice(1);

function thoughtId(stage: Stage, index: number): ReplyId {
  const thought = thinks(stage)[index];
  if (thought === undefined) throw new Error(`The agent was not asked ${index + 1} times.`);
  return thought.replyId;
}

describe('an answer thought ahead', () => {
  it('is ready when the turn is certain, and is asked for once', () => {
    const stage = greeted();
    const voice = stage.voice();
    stage.wait(600);
    stage.partial(voice, 'a haircut please');
    stage.wait(400);
    const [thought] = thinks(stage);
    expect(thought).toMatchObject({ ahead: true, cue: { turn: { text: 'a haircut please', turnNumber: 2 } } });
    stage.answer('Which day?', { replyId: thoughtId(stage, 0) });
    expect(stage.of('synthesize')).toHaveLength(1);
    stage.stop(voice, 'a haircut, please');
    stage.wait(300);
    expect(stage.of('commit')).toMatchObject([{ replyId: thoughtId(stage, 0) }]);
    expect(thinks(stage)).toHaveLength(1);
    expect(stage.of('synthesize').at(-1)).toMatchObject({ text: 'Which day?', replyId: thoughtId(stage, 0) });
    const record = stage.of('record').at(-1);
    expect(record?.turn).toMatchObject({
      turnNumber: 2,
      caller: { text: 'a haircut, please' },
      waterfall: { agentMs: 0 },
    });
  });

  it('is dropped unheard when the caller goes on to mean something else', () => {
    const stage = greeted();
    const voice = stage.voice();
    stage.partial(voice, 'a haircut please');
    stage.wait(400);
    stage.answer('A haircut, when?', { replyId: thoughtId(stage, 0) });
    stage.partial(voice, 'a haircut please and a beard trim');
    expect(stage.of('abandon').at(-1)).toMatchObject({ replyId: thoughtId(stage, 0) });
    stage.stop(voice, 'a haircut please and a beard trim');
    stage.wait(500);
    stage.answer('Both, when?');
    stage.wait(3000);
    expect(stage.of('tell').filter(({ notice }) => notice.type === 'said')).toHaveLength(2);
    expect(stage.state.history.map((line) => line.text)).toEqual([
      'Hello.',
      'a haircut please and a beard trim',
      'Both, when?',
    ]);
  });

  it('is kept through a cough and a hesitation, which change no meaning', () => {
    const stage = greeted();
    const voice = stage.voice();
    stage.stop(voice, 'a haircut please');
    const cough = stage.voice();
    stage.wait(300);
    stage.stop(cough, 'um');
    stage.wait(3000);
    expect(thinks(stage)).toHaveLength(1);
    expect(stage.of('commit')).toHaveLength(1);
  });

  it('is asked for at most three times in a turn', () => {
    const stage = greeted();
    const voice = stage.voice();
    for (const word of ['monday', 'tuesday', 'friday', 'sunday', 'saturday']) {
      stage.partial(voice, `${word} please`);
      stage.wait(400);
    }
    expect(thinks(stage)).toHaveLength(3);
    stage.stop(voice, 'saturday please');
    stage.wait(400);
    // The turn itself is answered all the same.
    expect(thinks(stage)).toHaveLength(4);
    expect(thinks(stage).at(-1)?.ahead).toBe(false);
  });

  it('is not asked for again when it failed; the turn is', () => {
    const stage = greeted();
    const voice = stage.voice();
    stage.partial(voice, 'a haircut please');
    stage.wait(400);
    stage.send({ type: 'agentFailed', replyId: thoughtId(stage, 0), code: 'agent_failed' });
    stage.wait(1000);
    expect(thinks(stage)).toHaveLength(1);
    stage.stop(voice, 'a haircut please');
    stage.wait(400);
    expect(thinks(stage)).toHaveLength(2);
  });

  it('is not given to words that the recogniser doubts', () => {
    const stage = greeted();
    const voice = stage.voice();
    stage.partial(voice, 'a haircut please');
    stage.wait(400);
    stage.send({ type: 'voiceStopped', utteranceId: voice, speechEndedAtMs: 2400 });
    const text = 'a haircut please';
    stage.send({ type: 'final', utteranceId: voice, text, confidence: 0.3, rejected: false, endsTurn: false });
    stage.wait(400);
    expect(stage.of('commit')).toHaveLength(0);
    expect(thinks(stage).at(-1)).toMatchObject({ ahead: false, cue: { turn: { confidence: 0.3 } } });
  });

  it('goes when the caller hangs up, types or loses the network', () => {
    for (const event of [{ type: 'hungUp' }, { type: 'textTyped', text: 'hi', messageId: 'm1' }] as const) {
      const stage = greeted();
      const voice = stage.voice();
      stage.partial(voice, 'a haircut please');
      stage.wait(400);
      stage.send(event);
      expect(stage.of('abandon').at(-1)).toMatchObject({ replyId: thoughtId(stage, 0) });
      expect(stage.state.thought).toBeUndefined();
    }
  });
});

describe('a recogniser that knows turns', () => {
  it('lets the agent think at its early guess and answer at its word, without waiting', () => {
    const stage = greeted();
    const voice = stage.voice();
    stage.wait(800);
    stage.send({ type: 'eagerEndOfTurn', utteranceId: voice, text: 'i would like to', confidence: 0.5 });
    expect(thinks(stage)).toHaveLength(1);
    stage.send({ type: 'turnResumed', utteranceId: voice });
    stage.partial(voice, 'i would like to book a');
    expect(stage.of('abandon').at(-1)).toMatchObject({ replyId: thoughtId(stage, 0) });
    stage.wait(500);
    stage.send({ type: 'eagerEndOfTurn', utteranceId: voice, text: 'i would like to book a haircut', confidence: 0.6 });
    stage.wait(100);
    const text = 'i would like to book a haircut';
    stage.send({ type: 'final', utteranceId: voice, text, confidence: 0.9, rejected: false, endsTurn: true });
    expect(stage.of('commit')).toMatchObject([{ replyId: thoughtId(stage, 1) }]);
    // The detector still hears a television; nothing more comes of that.
    stage.wait(1000);
    stage.send({ type: 'voiceStopped', utteranceId: voice, speechEndedAtMs: 0 });
    expect(thinks(stage)).toHaveLength(2);
    expect(stage.state.reply?.turnNumber).toBe(2);
  });
});
