import { describe, expect, it } from 'vitest';
import type { ReplyId, UntimedEvent } from './event.ts';
import { createStage, type Stage } from './testing/stage.ts';
import { troubleDefaults } from './trouble.ts';

const said = (stage: Stage) => stage.of('tell').flatMap(({ notice }) => (notice.type === 'said' ? [notice.text] : []));

function greeted(): Stage {
  const stage = createStage();
  stage.answer('Hello.');
  stage.wait(2000);
  return stage;
}

function ask(stage: Stage): void {
  const voice = stage.voice();
  stage.wait(500);
  stage.stop(voice, 'what are your hours please');
  stage.wait(300);
}

describe('a slow agent', () => {
  it('is covered with words, not the same ones twice, and given up in the end', () => {
    const stage = greeted();
    ask(stage);
    stage.wait(19_000);
    const [first, second] = troubleDefaults.messages.fillers;
    expect(said(stage).slice(1, 3)).toEqual([first, second]);
    expect(said(stage).at(-1)).toBe(troubleDefaults.messages.agentFailed);
    stage.wait(5000);
    // Fillers were heard; they are no part of the answer.
    expect(stage.state.history.at(-1)?.text).toBe(troubleDefaults.messages.agentFailed);
  });

  it('is covered too when it stops in the middle of its answer', () => {
    const stage = greeted();
    ask(stage);
    const replyId = stage.state.reply?.id;
    if (replyId === undefined) throw new Error('Nobody asked the agent.');
    const say = (text: string): UntimedEvent => ({
      type: 'agentSaid',
      replyId,
      text,
      tone: undefined,
      interruptible: true,
      ssml: undefined,
    });
    stage.send(say('Let me look that up. We are open'));
    stage.wait(4000);
    // What it had begun is said, rather than kept for a sentence that may never end.
    expect(said(stage).slice(1)).toEqual(['Let me look that up.', 'We are open']);
    stage.wait(6000);
    expect(said(stage)).toContain(troubleDefaults.messages.fillers[0]);
  });

  it('is neither covered nor given up while it waits for something that the caller knows of', () => {
    const stage = greeted();
    ask(stage);
    const replyId = stage.state.reply?.id;
    if (replyId === undefined) throw new Error('Nobody asked the agent.');
    stage.send({
      type: 'agentSaid',
      replyId,
      text: 'One moment, I',
      tone: undefined,
      interruptible: true,
      ssml: undefined,
    });
    stage.send({ type: 'agentWaits', replyId, upToMs: 40_000 });
    stage.wait(39_000);
    // What it had begun is said at once, and nothing more.
    expect(said(stage).slice(1)).toEqual(['One moment, I']);
    stage.answer('They are busy.');
    stage.wait(3000);
    expect(said(stage).slice(2)).toEqual(['They are busy.']);
  });

  it('is covered and given up as ever when the time that it asked for is over', () => {
    const stage = greeted();
    ask(stage);
    const replyId = stage.state.reply?.id;
    if (replyId === undefined) throw new Error('Nobody asked the agent.');
    stage.send({ type: 'agentWaits', replyId, upToMs: 1e9 });
    stage.wait(troubleDefaults.maxWaitMs + 1000);
    expect(said(stage).slice(1)).toEqual([]);
    stage.wait(2000);
    expect(said(stage).slice(1)).toEqual([troubleDefaults.messages.fillers[0]]);
    stage.wait(20_000);
    expect(said(stage).at(-1)).toBe(troubleDefaults.messages.agentFailed);
  });

  it('that answers with nothing is apologised for', () => {
    const stage = greeted();
    ask(stage);
    stage.answer('  ');
    stage.wait(100);
    expect(said(stage).at(-1)).toBe(troubleDefaults.messages.agentFailed);
  });
});

describe('a voice that breaks off in the middle of a sentence', () => {
  /** Two sentences; of the first there are 600 ms, which begin to sound. */
  function begun(): { readonly stage: Stage; readonly replyId: ReplyId } {
    const stage = createStage({ hasVoice: false });
    const replyId = stage.state.reply?.id;
    if (replyId === undefined) throw new Error('Nobody was greeted.');
    stage.answer('We are open from nine to five. See you soon.');
    stage.send({ type: 'synthesized', replyId, sentence: 0, audioMs: 600, words: [], done: false });
    stage.send({ type: 'sentenceStarted', replyId, sentence: 0 });
    return { stage, replyId };
  }

  it('is not waited for when it hangs: what was heard is kept and the next sentence comes', () => {
    const { stage, replyId } = begun();
    stage.wait(500);
    stage.send({ type: 'playoutPosition', replyId, sentence: 0, playedMs: 500 });
    stage.wait(4000);
    expect(stage.of('skip')).toMatchObject([{ sentence: 0 }]);
    expect(stage.of('play').at(-1)).toMatchObject({ sentence: 1 });
    stage.send({ type: 'hungUp' });
    expect(stage.of('record').at(-1)?.turn.reply?.heardText).toMatch(/^We( are)?$/);
  });

  it('is heard as far as it came when it says so', () => {
    const { stage, replyId } = begun();
    stage.send({ type: 'synthesisFailed', replyId, sentence: 0, code: 'gone' });
    expect(stage.of('skip')).toEqual([]);
    stage.wait(600);
    stage.send({ type: 'sentencePlayed', replyId, sentence: 0 });
    expect(stage.of('play').at(-1)).toMatchObject({ sentence: 1 });
    stage.send({ type: 'hungUp' });
    expect(stage.of('record').at(-1)?.turn.reply?.heardText).toMatch(/^We are?( open)?$/);
  });

  it('ends a call in which nobody reads, after three sentences without a sound', () => {
    const stage = createStage({ hasVoice: false });
    const replyId = stage.state.reply?.id;
    if (replyId === undefined) throw new Error('Nobody asked the agent.');
    stage.answer('First of all. Second of all. Third of all.');
    for (const sentence of [0, 1, 2]) stage.send({ type: 'synthesisFailed', replyId, sentence, code: 'x' });
    expect(stage.state.life).toEqual({ kind: 'ended', reason: 'error' });
  });
});

describe('words that were already understood', () => {
  it('are answered though the recogniser broke after them', () => {
    const stage = greeted();
    const voice = stage.voice();
    stage.stop(voice, 'i would like to book a');
    stage.voice();
    stage.send({ type: 'recognizerFailed', code: 'gone' });
    stage.wait(3000);
    expect(stage.of('think').at(-1)).toMatchObject({ cue: { turn: { text: 'i would like to book a' } } });
  });

  it('are answered though the network went before the turn was over', () => {
    const stage = greeted();
    const voice = stage.voice();
    stage.wait(500);
    stage.send({ type: 'voiceStopped', utteranceId: voice, speechEndedAtMs: 2400 });
    stage.send({ type: 'audioLost' });
    const text = 'friday at three';
    stage.send({ type: 'final', utteranceId: voice, text, confidence: 0.9, rejected: false, endsTurn: false });
    stage.wait(3000);
    expect(stage.of('think').at(-1)).toMatchObject({ cue: { turn: { text } } });
    expect(stage.state.reply?.delivery).toBe('text');
  });
});

describe('a process that goes down under a caller who cannot come back', () => {
  const { shutdownNear } = troubleDefaults.messages;

  it('says so, whatever was being said, and whatever the caller says into it', () => {
    const stage = greeted();
    ask(stage);
    stage.answer('We are open from nine to five on every day of the week.');
    stage.wait(900);
    stage.send({ type: 'shutdownNear' });
    const voice = stage.voice();
    stage.wait(500);
    stage.stop(voice, 'but I wanted to book a table');
    stage.wait(6000);
    expect(said(stage).at(-1)).toBe(shutdownNear);
    expect(stage.of('end')).toMatchObject([{ reason: 'shutdown' }]);
    // The goodbye is written down when it is known, and again when it was heard.
    const [cut, , last] = stage.of('record').slice(-3);
    expect(cut?.turn.reply).toMatchObject({ heardText: 'We are open', interrupted: true });
    expect(last?.turn).toMatchObject({ cause: 'farewell', reply: { heardText: shutdownNear } });
  });

  it('keeps what the caller was just saying', () => {
    const stage = greeted();
    const voice = stage.voice();
    stage.wait(500);
    stage.stop(voice, 'I would like a');
    stage.send({ type: 'shutdownNear' });
    stage.wait(6000);
    expect(stage.of('record').map(({ turn }) => turn.caller?.text)).toContain('I would like a');
    expect(stage.of('end')).toMatchObject([{ reason: 'shutdown' }]);
  });

  it('lets one goodbye be enough', () => {
    const stage = greeted();
    stage.wait(35_000);
    const { reply } = stage.state;
    expect(reply).toBeUndefined();
    stage.send({ type: 'lineHeld', isHeld: true });
    stage.send({ type: 'shutdownNear' });
    // Who holds the line hears nothing: there is nothing to wait for.
    expect(stage.of('end')).toMatchObject([{ reason: 'shutdown' }]);
  });
});

describe('an answer to spoken words', () => {
  it('was not heard by a telephone that is gone', () => {
    const stage = greeted();
    const voice = stage.voice();
    stage.wait(500);
    stage.stop(voice, 'philip.');
    stage.send({ type: 'audioLost' });
    stage.wait(2000);
    stage.answer('Hello, this is the front desk.');
    const replyId = stage.state.reply?.id;
    if (replyId !== undefined) stage.send({ type: 'recorded', turnNumber: 2, replyId });
    expect(stage.of('record').at(-1)?.turn).toMatchObject({ caller: { text: 'philip.' }, reply: { heardText: '' } });
    expect(stage.state.history.at(-1)).toEqual({ speaker: 'caller', text: 'philip.' });
  });

  it('is none when they were put through: the last words end the conversation, heard or not', () => {
    const stage = greeted();
    ask(stage);
    const replyId = stage.state.reply?.id;
    if (replyId === undefined) throw new Error('Nobody asked the agent.');
    stage.send({ type: 'agentCommitted', replyId });
    const text = 'You are being put through to a colleague.';
    stage.send({ type: 'agentSaid', replyId, text, tone: undefined, interruptible: true, ssml: undefined });
    const memory = {};
    stage.send({ type: 'agentFinished', replyId, memory, expects: undefined, end: true, handedOver: true });
    stage.wait(300);
    const voice = stage.voice();
    stage.wait(100);
    stage.send({ type: 'final', utteranceId: voice, text: 'philip', confidence: 1, rejected: false, endsTurn: false });
    stage.send({ type: 'audioLost' });
    expect(stage.of('end')).toMatchObject([{ reason: 'completed' }]);
    expect(stage.of('record').map(({ turn }) => turn.caller?.text)).not.toContain('philip');
  });
});
