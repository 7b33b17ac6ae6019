import { describe, expect, it } from 'vitest';
import type { AgentCue, AgentOutput } from '../ports/agent.ts';
import type { ClientNotice } from '../ports/client.ts';
import { createScriptedCall, type ScriptedCall } from '../simulation/scripted-call.ts';
import { createScriptedAgent, createScriptedSynthesizer } from '../simulation/scripted-parts.ts';
import { turnDefaults } from '../turn/options.ts';

const longReply = 'Sure thing. We are open from nine to six on every day but Sunday. Which day suits you best?';

/** Greets, answers everything with `longReply`, and says goodbye to "bye". */
const talker = createScriptedAgent(async function* (cue): AsyncGenerator<AgentOutput> {
  yield { type: 'say', text: words(cue) };
  const end = cue.type === 'turn' && cue.turn.text === 'bye';
  yield { type: 'finished', memory: { last: cue.type }, expects: undefined, end };
});

function words(cue: AgentCue): string {
  switch (cue.type) {
    case 'greet':
      return 'Hello there.';
    case 'reprompt':
      return `Are you still there ${cue.count}?`;
    case 'farewell':
      return 'Goodbye then.';
    case 'turn':
      if (cue.turn.rejected) return 'Sorry, what was that?';
      return cue.turn.text === 'bye' ? 'Goodbye.' : longReply;
  }
}

async function greeted(options: Partial<Parameters<typeof createScriptedCall>[0]> = {}): Promise<ScriptedCall> {
  const call = createScriptedCall({ agent: talker, ...options });
  call.attachAudio();
  await call.waitForAgent();
  return call;
}

function told<T extends ClientNotice['type']>(call: ScriptedCall, type: T) {
  return call.notices.filter(
    (notice): notice is Extract<ClientNotice, { type: T }> & { atMs: number } => notice.type === type,
  );
}

describe('a call', () => {
  it('is greeted, answered and recorded, with a waterfall that adds up', async () => {
    const call = await greeted();
    await call.speak('i would like a haircut');
    await call.waitForAgent();
    await call.wait(200);

    const turn = call.recorder.turns.get(2);
    expect(call.recorder.turns.get(1)?.reply).toMatchObject({ text: 'Hello there.', heardText: 'Hello there.' });
    expect(turn?.caller).toMatchObject({ text: 'i would like a haircut', modality: 'voice' });
    expect(turn?.reply).toMatchObject({ text: longReply, heardText: longReply, interrupted: false });
    const { voiceToVoiceMs = 0, ...stages } = turn?.waterfall ?? {};
    const sum = Object.values(stages).reduce((total: number, stage) => total + (stage ?? 0), 0);
    expect(sum).toBeCloseTo(voiceToVoiceMs, 6);
    // 300 ms of patience, 50 ms of synthesis, nothing else.
    expect(voiceToVoiceMs).toBeGreaterThanOrEqual(340);
    expect(voiceToVoiceMs).toBeLessThan(380);
  });

  it('shows its states in order', async () => {
    const call = await greeted();
    await call.speak('hello there friend');
    await call.waitForAgent();
    expect(told(call, 'state').map((notice) => notice.state)).toEqual([
      'waiting',
      'processing',
      'responding',
      'waiting',
      'listening',
      'processing',
      'responding',
      'waiting',
    ]);
  });

  it('waits longer when the sentence cannot be over', async () => {
    const call = await greeted();
    await call.speak('i would like to book a');
    await call.wait(2000);
    expect(told(call, 'transcript').some((notice) => notice.isFinal)).toBe(false);
    await call.speak('haircut please');
    await call.waitForAgent();
    expect(call.recorder.turns.get(2)?.caller?.text).toBe('i would like to book a haircut please');
  });

  it('takes a turn back that was ended too early, as long as nothing of the answer was heard', async () => {
    const call = await greeted({ synthesizer: (clock) => createScriptedSynthesizer(clock, { delayMs: 800 }) });
    await call.speak('friday at three');
    await call.wait(500);
    await call.speak('in the afternoon');
    await call.waitForAgent();
    await call.wait(1000);
    expect(call.recorder.turns.size).toBe(2);
    expect(call.recorder.turns.get(2)?.caller?.text).toBe('friday at three in the afternoon');
    expect(told(call, 'said').filter((notice) => notice.text === 'Sure thing.')).toHaveLength(1);
  });
});

describe('an interruption', () => {
  it('keeps as heard only what had reached the ear, by what the channel measured last', async () => {
    const heardAfter = async (measuredMs: readonly number[]) => {
      const call = createScriptedCall({ agent: talker });
      const inlet = call.attachAudio();
      await call.waitForAgent();
      for (const playoutDelayMs of measuredMs) inlet.playoutDelay(playoutDelayMs);
      await call.speak('what are your hours');
      await call.wait(2000);
      await call.speak('no wait stop please');
      await call.waitForAgent();
      return call.recorder.turns.get(2)?.reply?.heardText ?? '';
    };
    const near = await heardAfter([]);
    const far = await heardAfter([600]);
    expect(longReply.startsWith(far)).toBe(true);
    expect(far.length).toBeLessThan(near.length);
    // What no clock can have measured is not believed.
    expect(await heardAfter([Number.NaN, -40])).toBe(near);
  });

  it('silences the agent within two frames of the onset, and words make it final', async () => {
    const call = await greeted();
    await call.speak('what are your hours');
    await call.wait(1500);
    const startedAtMs = call.clock.nowMs();
    await call.speak('no wait stop please');
    const lastFrameAtMs = call.agentFrames.at(-1) ?? 0;
    // 60–100 ms to know that it is a voice, and not a frame after that.
    expect(lastFrameAtMs - startedAtMs).toBeLessThanOrEqual(100);
    expect(told(call, 'cutOff')).toHaveLength(1);
    const cut = call.recorder.turns.get(2)?.reply;
    expect(cut?.interrupted).toBe(true);
    expect(longReply.startsWith(cut?.heardText ?? 'x')).toBe(true);
    expect(cut?.heardText).not.toBe(longReply);
    await call.waitForAgent();
    expect(call.recorder.turns.get(3)?.caller?.text).toBe('no wait stop please');
  });

  it.each([
    ['a listener says "uh huh"', 'uh huh' as const],
    ['somebody coughs', { kind: 'nothing' } as const],
    ['the television speaks', { kind: 'rejected' } as const],
  ])('is none when %s: the agent goes on where it stopped', async (_what, sound) => {
    const call = await greeted();
    await call.speak('what are your hours');
    await call.wait(1500);
    await call.speak(sound, 300);
    await call.waitForAgent();
    expect(told(call, 'cutOff')).toHaveLength(0);
    expect(call.recorder.turns.get(2)?.reply).toMatchObject({ heardText: longReply, interrupted: false });
    expect(call.recorder.turns.size).toBe(2);
  });

  it('is none when the recogniser never says what it was', async () => {
    const call = await greeted();
    await call.speak('what are your hours');
    await call.wait(1500);
    await call.speak({ kind: 'hangs' }, 300);
    await call.waitForAgent();
    expect(call.recorder.turns.get(2)?.reply).toMatchObject({ heardText: longReply, interrupted: false });
  });

  it('does not keep the agent silent for ever when a noise does not end', async () => {
    const call = await greeted();
    await call.speak('what are your hours');
    await call.wait(1500);
    const before = call.agentFrames.length;
    await call.speak({ kind: 'nothing' }, 6000);
    expect(call.agentFrames.length).toBeGreaterThan(before + 50);
  });

  it('keeps in the record exactly the words that were heard', async () => {
    for (const wordTimes of [true, false]) {
      const call = await greeted({
        synthesizer: (clock) => createScriptedSynthesizer(clock, { delayMs: 50, wordTimes }),
      });
      await call.speak('what are your hours');
      await call.wait(3000);
      await call.speak('stop it right there');
      const heardMs = (call.agentFrames.filter((atMs) => atMs > 2000).length * 20) / 300;
      const heardWords = call.recorder.turns.get(2)?.reply?.heardText?.split(' ').length ?? 0;
      expect(Math.abs(heardWords - heardMs)).toBeLessThanOrEqual(1);
    }
  });

  it('answers a question that was interrupted by its own answer', async () => {
    const asker = createScriptedAgent(async function* (cue): AsyncGenerator<AgentOutput> {
      yield { type: 'say', text: cue.type === 'greet' ? 'Shall I book that for you now?' : 'Done.' };
      yield { type: 'finished', memory: {}, expects: 'yes-no', end: false };
    });
    const call = createScriptedCall({ agent: asker });
    call.attachAudio();
    await call.wait(1500);
    await call.speak('yes');
    await call.waitForAgent();
    expect(call.recorder.turns.get(2)?.caller?.text).toBe('yes');
  });

  it('by push-to-talk is immediate, and its release ends the turn at once', async () => {
    const call = await greeted();
    await call.speak('what are your hours');
    await call.wait(1500);
    await call.pressToTalk('book me for');
    expect(told(call, 'cutOff')).toHaveLength(1);
    await call.waitForAgent();
    // "book me for" would be waited on for seconds without the button.
    expect(call.recorder.turns.get(3)?.caller?.text).toBe('book me for');
    expect(call.recorder.turns.get(3)?.waterfall.voiceToVoiceMs).toBeLessThan(200);
  });
});

describe('silence and trouble', () => {
  it('reminds the caller twice, says goodbye and ends', async () => {
    const call = await greeted();
    await call.wait(60_000);
    expect(told(call, 'said').map((notice) => notice.text)).toEqual([
      'Hello there.',
      'Are you still there 1?',
      'Are you still there 2?',
      'Goodbye then.',
    ]);
    expect(call.closed).toBe('silence');
    expect(call.recorder.ends).toEqual(['silence']);
  });

  it('asks again when speech could not be made out', async () => {
    const call = await greeted();
    await call.speak({ kind: 'rejected' });
    await call.waitForAgent();
    expect(told(call, 'said').at(-1)?.text).toBe('Sorry, what was that?');
  });

  it('apologises when the agent fails, and ends with words when it fails for good', async () => {
    const broken = createScriptedAgent(async function* (cue): AsyncGenerator<AgentOutput> {
      if (cue.type !== 'greet') throw new Error('broken');
      yield { type: 'say', text: 'Hello.' };
      yield { type: 'finished', memory: {}, expects: undefined, end: false };
    });
    const call = await greeted({ agent: broken });
    for (let turn = 0; turn < 3; turn += 1) {
      await call.speak('one two three');
      await call.waitForAgent();
    }
    await call.wait(1000);
    const said = told(call, 'said').map((notice) => notice.text);
    expect(said[1]).toMatch(/sorry/i);
    expect(said.at(-1)).toMatch(/goodbye/i);
    expect(call.closed).toBe('error');
    expect(call.recorder.turns.get(2)?.caller?.text).toBe('one two three');
  });

  it('fills the silence of a slow agent, and gives up on one that hangs', async () => {
    const slow = createScriptedAgent(async function* (cue): AsyncGenerator<AgentOutput> {
      if (cue.type === 'turn') await new Promise(() => {});
      yield { type: 'say', text: 'Hello.' };
      yield { type: 'finished', memory: {}, expects: undefined, end: false };
    });
    const call = await greeted({ agent: slow });
    await call.speak('one two three');
    await call.wait(4000);
    expect(told(call, 'said').at(-1)?.text).toBe(turnDefaults.trouble.messages.fillers[0]);
    await call.wait(11_000);
    await call.waitForAgent();
    expect(told(call, 'said').map((notice) => notice.text)).toContain(turnDefaults.trouble.messages.agentFailed);
    expect(call.conversation.state).toBe('waiting');
  });

  it('shows what cannot be voiced, and goes on', async () => {
    for (const failing of ['failOn', 'hangOn'] as const) {
      const call = await greeted({
        synthesizer: (clock) =>
          createScriptedSynthesizer(clock, { delayMs: 50, [failing]: (text: string) => text.startsWith('We') }),
      });
      await call.speak('what are your hours');
      await call.waitForAgent();
      expect(
        told(call, 'said')
          .slice(1)
          .map((notice) => notice.text),
      ).toHaveLength(3);
      expect(told(call, 'trouble').map((notice) => notice.code)).toEqual(['speech_unavailable']);
    }
  });

  it('takes the partial when the final never comes', async () => {
    const call = await greeted({ finalDelayMs: 10_000 });
    await call.speak('what are your hours today');
    await call.wait(5000);
    expect(call.recorder.turns.get(2)?.caller?.text).toMatch(/^what are your/);
  });

  it('lets a caller come back whose network went, and ends when they do not', async () => {
    const call = await greeted();
    const inlet = call.attachAudio();
    await call.waitForAgent();
    inlet.lost('network');
    call.client.detach();
    await call.clock.advance(20_000);
    expect(call.closed).toBeUndefined();
    const again = call.attachAudio();
    await call.waitForAgent();
    expect(call.conversation.state).toBe('waiting');
    again.lost('network');
    await call.clock.advance(40_000);
    expect(call.closed).toBe('caller_left');
  });

  it('ends and frees everything after the farewell', async () => {
    const call = await greeted();
    await call.speak('bye');
    await call.wait(2000);
    expect(call.closed).toBe('completed');
    expect(told(call, 'ended')).toHaveLength(1);
    expect(call.recorder.ends).toEqual(['completed']);
  });
});

describe('a chat', () => {
  it('shows an answer only once the turn is stored, and repeats it for a message sent twice', async () => {
    const call = createScriptedCall({ agent: talker, openedBy: 'chat' });
    await call.clock.advance(10);
    call.client.text('what are your hours', 'm1');
    call.client.text('what are your hours', 'm1');
    await call.clock.advance(10);
    call.client.text('what are your hours', 'm1');
    await call.clock.advance(10);
    expect(call.recorder.turns.size).toBe(2);
    const order = call.notices.filter((notice) => notice.type === 'said' || notice.type === 'recorded');
    expect(order.map((notice) => notice.type)).toEqual([
      'said',
      'recorded',
      'said',
      'said',
      'said',
      'recorded',
      'said',
      'recorded',
    ]);
  });

  it('answers messages that come in a burst one after the other', async () => {
    const call = createScriptedCall({ agent: talker, openedBy: 'chat' });
    await call.clock.advance(10);
    for (const text of ['one', 'two', 'three']) call.client.text(text, text);
    await call.clock.advance(100);
    expect([...call.recorder.turns.values()].map((turn) => turn.caller?.text)).toEqual([
      undefined,
      'one',
      'two',
      'three',
    ]);
  });

  it('does not answer what it could not store', async () => {
    const call = createScriptedCall({ agent: talker, openedBy: 'chat' });
    await call.clock.advance(10);
    call.recorder.failing = true;
    call.client.text('hello', 'm1');
    await call.clock.advance(10_000);
    expect(told(call, 'trouble')[0]?.code).toBe('storage_unavailable');
    expect(told(call, 'said')).toHaveLength(1);
    call.recorder.failing = false;
    call.client.text('hello', 'm1');
    await call.clock.advance(10);
    expect(call.recorder.turns.get(2)?.caller?.text).toBe('hello');
  });

  it('goes on by voice, hearing where it stands, and back to text', async () => {
    const call = createScriptedCall({ agent: talker, openedBy: 'chat' });
    await call.clock.advance(10);
    call.client.text('hello', 'm1');
    await call.clock.advance(10);
    const inlet = call.attachAudio();
    await call.waitForAgent();
    expect(told(call, 'said').at(-1)?.text).toBe('Are you still there 1?');
    expect(call.agentFrames.length).toBeGreaterThan(0);
    inlet.lost('closed');
    call.client.text('still here', 'm2');
    await call.clock.advance(10);
    expect(told(call, 'said').at(-1)?.text).toBe('Which day suits you best?');
  });

  it('goes on after a restart without greeting again', async () => {
    const call = createScriptedCall({
      agent: talker,
      openedBy: 'chat',
      resumption: { memory: { last: 'turn' }, expects: undefined, history: [], lastTurnNumber: 7 },
    });
    await call.clock.advance(10);
    expect(told(call, 'said')).toHaveLength(0);
    call.client.text('hello again', 'm1');
    await call.clock.advance(10);
    expect(call.recorder.turns.get(8)?.caller?.text).toBe('hello again');
  });
});
