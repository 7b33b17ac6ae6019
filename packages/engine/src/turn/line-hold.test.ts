import { describe, expect, it } from 'vitest';
import { silenceDefaults } from './silence.ts';
import { createStage, type Stage } from './testing/stage.ts';

const hold = (stage: Stage) => stage.send({ type: 'lineHeld', isHeld: true });
const comeBack = (stage: Stage) => stage.send({ type: 'lineHeld', isHeld: false });
const reminders = (stage: Stage) =>
  stage.of('think').filter(({ cue }) => cue.type === 'reprompt' || cue.type === 'farewell');

/** The agent has asked its question, and waits for the answer. */
function asked(): Stage {
  const stage = createStage();
  stage.answer('Hello, for which day?', { expects: 'day' });
  stage.wait(3000);
  return stage;
}

describe('a caller who puts the agent on hold', () => {
  it('is neither reminded nor hung up on, however long it takes, and hears soon after where they were', () => {
    const stage = asked();
    hold(stage);
    stage.wait(600_000);
    expect(reminders(stage)).toEqual([]);
    comeBack(stage);
    stage.wait(silenceDefaults.repromptAfterHoldMs - 100);
    expect(reminders(stage)).toEqual([]);
    stage.wait(200);
    expect(reminders(stage)).toMatchObject([{ cue: { type: 'reprompt', count: 1 } }]);
  });

  it('is answered when they come back with words of their own', () => {
    const stage = asked();
    hold(stage);
    stage.wait(60_000);
    comeBack(stage);
    stage.wait(500);
    const voice = stage.voice();
    stage.wait(1000);
    stage.stop(voice, 'sorry, on Friday please.');
    stage.wait(1000);
    expect(reminders(stage)).toEqual([]);
    expect(stage.state.reply?.caller?.text).toBe('sorry, on Friday please.');
  });

  it('hears the rest of a sentence that was being said, and it was not heard meanwhile', () => {
    const stage = createStage();
    stage.answer('Hello, this is the front desk, how can I help?');
    stage.wait(1000);
    hold(stage);
    expect(stage.of('pause')).toHaveLength(1);
    stage.wait(120_000);
    expect(stage.of('record').every(({ turn }) => turn.reply?.heardText === undefined)).toBe(true);
    comeBack(stage);
    expect(stage.of('resume')).toHaveLength(1);
    stage.wait(3000);
    expect(stage.of('record').at(-1)?.turn.reply).toMatchObject({
      heardText: 'Hello, this is the front desk, how can I help?',
      interrupted: false,
    });
  });

  it('hears the answer to their last words when they are back, with no word of patience into the music', () => {
    const stage = asked();
    const voice = stage.voice();
    stage.wait(1000);
    hold(stage);
    stage.stop(voice, 'on Friday please.');
    stage.wait(10_000);
    expect(stage.of('play')).toHaveLength(1);
    stage.answer('Friday it is.');
    stage.wait(30_000);
    expect(stage.of('play')).toHaveLength(1);
    comeBack(stage);
    stage.wait(2000);
    expect(stage.of('play')).toHaveLength(2);
    expect(stage.state.history.at(-1)).toEqual({ speaker: 'agent', text: 'Friday it is.' });
  });

  it('also hears a passage that nobody may interrupt when they are back', () => {
    const stage = createStage();
    stage.answer('This call is recorded for training.', { protect: true });
    stage.wait(300);
    hold(stage);
    const voice = stage.voice();
    stage.wait(500);
    stage.stop(voice, '');
    stage.wait(5000);
    expect(stage.of('resume')).toEqual([]);
    comeBack(stage);
    stage.wait(3000);
    expect(stage.state.history.at(-1)?.text).toBe('This call is recorded for training.');
  });

  it('holds no line for ever', () => {
    const stage = asked();
    hold(stage);
    stage.wait(silenceDefaults.maxDurationMs);
    expect(stage.of('end')).toMatchObject([{ reason: 'max_duration' }]);
  });

  it('holds none for ever either while something is being said', () => {
    const stage = createStage();
    stage.answer('Hello, this is the front desk.');
    stage.wait(500);
    hold(stage);
    stage.wait(silenceDefaults.maxDurationMs);
    expect(stage.of('end')).toMatchObject([{ reason: 'max_duration' }]);
    expect(stage.of('record').at(-1)?.turn.reply).toMatchObject({ heardText: 'Hello,', interrupted: true });
  });

  it('who only says nothing is reminded as ever', () => {
    const stage = asked();
    stage.wait(silenceDefaults.repromptAfterMs);
    expect(reminders(stage)).toHaveLength(1);
  });
});
