import { describe, expect, it } from 'vitest';
import type { Digit } from '../ports/audio.ts';
import { createStage, type Stage } from './testing/stage.ts';

function press(stage: Stage, keys: string, gapMs = 200): void {
  for (const key of keys) {
    stage.send({ type: 'digitPressed', digit: key as Digit });
    stage.wait(gapMs);
  }
}

const turns = (stage: Stage) =>
  stage.of('record').flatMap(({ turn }) => (turn.caller === undefined ? [] : [turn.caller]));
const asked = (stage: Stage) =>
  stage.of('think').flatMap(({ cue }) => (cue.type === 'turn' ? [[cue.turn.text, cue.turn.modality]] : []));

describe('keys', () => {
  it('stop the agent at once and are a turn when # is pressed', () => {
    const stage = createStage();
    stage.answer('Please enter the number of your card, and then the hash key.');
    stage.wait(1000);
    press(stage, '4', 0);
    expect(stage.of('clear')).toMatchObject([{ atMs: 1000 }]);
    press(stage, '155#', 0);
    expect(asked(stage)).toEqual([['4155', 'digits']]);
    expect(stage.state.history[0]).toEqual({ speaker: 'agent', text: expect.stringMatching(/^Please enter( the)?$/) });
  });

  it('are a turn when no more of them come', () => {
    const stage = createStage();
    stage.answer('Hello.');
    stage.wait(1000);
    press(stage, '12');
    stage.wait(1000);
    expect(asked(stage)).toEqual([]);
    stage.wait(400);
    expect(asked(stage)).toEqual([['12', 'digits']]);
  });

  it('answer a menu with one of them', () => {
    const stage = createStage();
    stage.answer('Press one for bookings.', { expects: 'menu' });
    press(stage, '1', 0);
    expect(asked(stage)).toEqual([['1', 'digits']]);
  });

  it('go on with what was being said', () => {
    const stage = createStage();
    stage.answer('Hello.');
    stage.wait(2000);
    const voice = stage.voice();
    stage.stop(voice, 'my number is');
    press(stage, '415#');
    expect(asked(stage)).toEqual([['my number is 415', 'digits']]);
  });

  it('are not a voice, though their tones sound like one', () => {
    const stage = createStage();
    stage.answer('Hello.');
    stage.wait(2000);
    press(stage, '7', 50);
    const tone = stage.voice();
    stage.stop(tone, '');
    stage.wait(1500);
    expect(asked(stage)).toEqual([['7', 'digits']]);
  });

  it('and words between them are one turn', () => {
    const stage = createStage();
    stage.answer('Hello.');
    stage.wait(2000);
    press(stage, '7', 50);
    const voice = stage.voice();
    stage.wait(500);
    stage.stop(voice, 'that is it');
    stage.wait(2000);
    expect(asked(stage)).toEqual([['7 that is it', 'digits']]);
  });

  it('pressed while one still speaks wait for the words', () => {
    const stage = createStage();
    stage.answer('Hello.');
    stage.wait(2000);
    const voice = stage.voice();
    stage.wait(500);
    stage.partial(voice, 'my number');
    press(stage, '415#');
    stage.wait(3000);
    expect(asked(stage)).toEqual([]);
    stage.stop(voice, 'my number is this one');
    expect(asked(stage)).toEqual([['my number is this one 415', 'digits']]);
  });

  it('keep an answer that has not begun from sounding between them', () => {
    const stage = createStage();
    press(stage, '7', 0);
    stage.answer('Please enter your number.');
    press(stage, '12', 300);
    expect(stage.of('play')).toEqual([]);
  });

  it('stop after the longest number there is', () => {
    const stage = createStage();
    stage.answer('Hello.');
    stage.wait(1000);
    press(stage, '1'.repeat(45), 0);
    expect(turns(stage).length + asked(stage).length).toBeGreaterThan(0);
    expect(asked(stage)[0]?.[0]).toHaveLength(40);
  });
});
