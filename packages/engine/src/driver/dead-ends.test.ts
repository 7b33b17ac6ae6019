import { describe, expect, it } from 'vitest';
import type { AgentCue, AgentOutput } from '../ports/agent.ts';
import { createScriptedCall, type ScriptedCall } from '../simulation/scripted-call.ts';
import { createScriptedAgent, createScriptedSynthesizer } from '../simulation/scripted-parts.ts';

/** Says its one sentence to everything, at once. */
const answering = (text: string) =>
  createScriptedAgent(async function* (cue: AgentCue): AsyncGenerator<AgentOutput> {
    yield { type: 'say', text: cue.type === 'turn' ? text : 'Hello there.' };
    yield { type: 'finished', memory: {}, expects: undefined, end: false };
  });

async function greeted(options: Parameters<typeof createScriptedCall>[0]): Promise<ScriptedCall> {
  const call = createScriptedCall(options);
  call.attachAudio();
  await call.waitForAgent();
  return call;
}

function framesAfter(call: ScriptedCall, atMs: number): number {
  return call.agentFrames.filter((frameMs) => frameMs > atMs).length;
}

describe('the agent finds its voice again', () => {
  it('when a sentence fails while a noise holds the floor', async () => {
    const call = await greeted({
      agent: answering('Broken sentence here. The second one sounds.'),
      synthesizer: (clock) =>
        createScriptedSynthesizer(clock, { delayMs: 400, failOn: (text) => text.startsWith('Broken') }),
    });
    call.client.text('what is it', 'm1');
    await call.wait(100);
    // A noise: the floor is held when the sentence fails.
    await call.speak({ kind: 'nothing' }, 600);
    const atMs = call.clock.nowMs();
    await call.waitForAgent();
    expect(framesAfter(call, atMs)).toBeGreaterThan(0);
  });

  it('when the recogniser fails while a voice holds the floor', async () => {
    const call = await greeted({ agent: answering('We are open from nine to six on every day but Sunday, all year.') });
    call.client.text('when are you open', 'm1');
    await call.wait(1000);
    await call.speak({ kind: 'fails' }, 600);
    await call.waitForAgent();
    expect(call.recorder.turns.get(2)?.reply).toMatchObject({ interrupted: false });
  });
});

describe('the agent that waits for somebody', () => {
  it('says nothing meanwhile, for longer than it may think, and answers then', async () => {
    const call = await greeted({
      agent: createScriptedAgent(async function* (cue): AsyncGenerator<AgentOutput> {
        if (cue.type === 'turn') {
          yield { type: 'say', text: 'One moment.' };
          yield { type: 'waiting', upToMs: 40_000 };
          await new Promise<void>((resolve) => call.clock.wakeAt(call.clock.nowMs() + 30_000, resolve));
        }
        yield { type: 'say', text: 'Nobody is free.' };
        yield { type: 'finished', memory: {}, expects: undefined, end: false };
      }),
    });
    call.client.text('a person please', 'm1');
    await call.wait(25_000);
    const frames = call.agentFrames.length;
    await call.wait(4000);
    expect(call.agentFrames).toHaveLength(frames);
    await call.wait(3000);
    expect(call.agentFrames.length).toBeGreaterThan(frames);
    expect(call.recorder.turns.get(2)?.reply?.text).toBe('One moment. Nobody is free.');
  });
});

describe('the agent does not speak out of turn', () => {
  it('when the sound of a sentence that was given up comes after all', async () => {
    const call = await greeted({
      agent: answering('This comes far too late.'),
      synthesizer: (clock) => {
        const slow = createScriptedSynthesizer(clock, { delayMs: 7000 });
        const quick = createScriptedSynthesizer(clock);
        const voice = (text: string) => (text.startsWith('This') ? slow : quick);
        return { ...quick, synthesize: (request, sink) => voice(request.text).synthesize(request, sink) };
      },
    });
    call.client.text('hello', 'm1');
    await call.waitForAgent();
    const atMs = call.clock.nowMs();
    await call.wait(4000);
    expect(framesAfter(call, atMs)).toBe(0);
  });
});

describe('what was typed is answered', () => {
  it('when the audio of a call went while an earlier message was being answered', async () => {
    const call = createScriptedCall({
      agent: createScriptedAgent(async function* (cue): AsyncGenerator<AgentOutput> {
        if (cue.type === 'turn')
          await new Promise<void>((resolve) => call.clock.wakeAt(call.clock.nowMs() + 1000, resolve));
        yield { type: 'say', text: cue.type === 'turn' ? `You said ${cue.turn.text}.` : 'Hello there.' };
        yield { type: 'finished', memory: {}, expects: undefined, end: false };
      }),
    });
    const inlet = call.attachAudio();
    await call.waitForAgent();
    call.client.text('one', 'm1');
    call.client.text('two', 'm2');
    await call.clock.advance(100);
    inlet.lost('network');
    await call.clock.advance(10_000);
    const said = call.notices.filter((notice) => notice.type === 'said').map((notice) => notice.text);
    expect(said).toEqual(['Hello there.', 'You said one.', 'You said two.']);
  });

  it('when it was refused as too much at once and is sent again', async () => {
    const call = createScriptedCall({ agent: answering('Fine.'), openedBy: 'chat' });
    await call.clock.advance(10);
    for (let n = 0; n < 15; n += 1) call.client.text(`message ${n}`, `m${n}`);
    await call.clock.advance(1000);
    for (let n = 0; n < 15; n += 1) call.client.text(`message ${n}`, `m${n}`);
    await call.clock.advance(1000);
    const texts = [...call.recorder.turns.values()].map((turn) => turn.caller?.text);
    expect(new Set(texts.slice(1)).size).toBe(15);
    expect(texts).toHaveLength(16);
  });

  it('after a restart in the middle of the thought, when it is sent again', async () => {
    const slow = createScriptedCall({
      agent: createScriptedAgent(async function* (cue): AsyncGenerator<AgentOutput> {
        if (cue.type === 'turn')
          await new Promise<void>((resolve) => slow.clock.wakeAt(slow.clock.nowMs() + 1000, resolve));
        yield { type: 'say', text: 'Fine.' };
        yield { type: 'finished', memory: {}, expects: undefined, end: false };
      }),
      openedBy: 'chat',
    });
    await slow.clock.advance(10);
    slow.client.text('hello', 'm1');
    await slow.clock.advance(100);
    await slow.conversation.suspend();
    // An unanswered turn in the record would be taken for the answer to the message.
    expect([...slow.recorder.turns.keys()]).toEqual([1]);
  });

  it('whole, when the process goes down while the answer is being stored', async () => {
    const call = createScriptedCall({ agent: answering('We are open from nine.'), openedBy: 'chat' });
    await call.clock.advance(10);
    call.client.text('hello', 'm1');
    // The thought is finished, its record on the way.
    for (let n = 0; n < 20 && !call.recorder.turns.has(2); n += 1) await Promise.resolve();
    await call.conversation.suspend();
    expect(call.recorder.turns.get(2)?.reply).toMatchObject({
      heardText: 'We are open from nine.',
      interrupted: false,
    });
  });
});

describe('a call ends by itself', () => {
  it('when the caller typed before the audio came, and is then silent', async () => {
    const call = createScriptedCall({
      agent: createScriptedAgent(async function* (cue): AsyncGenerator<AgentOutput> {
        if (cue.type === 'turn')
          await new Promise<void>((resolve) => call.clock.wakeAt(call.clock.nowMs() + 1000, resolve));
        yield { type: 'say', text: 'Fine.' };
        yield { type: 'finished', memory: {}, expects: undefined, end: false };
      }),
    });
    call.client.text('hello', 'm1');
    await call.clock.advance(100);
    call.attachAudio();
    await call.wait(60_000);
    expect(call.closed).toBe('silence');
  });

  it('when the page that held the talk button is gone', async () => {
    const call = await greeted({ agent: answering('Fine.') });
    const other = call.conversation.attachClient({ tell() {} });
    other.pushToTalkStarted();
    await call.wait(500);
    other.detach();
    await call.wait(60_000);
    expect(call.closed).toBe('silence');
  });

  it('when the talk button is never released', async () => {
    const call = await greeted({ agent: answering('Fine.') });
    call.client.pushToTalkStarted();
    await call.wait(120_000);
    expect(call.closed).toBe('silence');
  });
});

describe('an agent that thinks aloud', () => {
  it('is not cut off for a long answer', async () => {
    const call = await greeted({
      agent: createScriptedAgent(async function* (cue): AsyncGenerator<AgentOutput> {
        for (let n = 1; n <= (cue.type === 'turn' ? 5 : 1); n += 1) {
          yield { type: 'say', text: `This is sentence ${n}. ` };
          await new Promise<void>((resolve) => call.clock.wakeAt(call.clock.nowMs() + 4000, resolve));
        }
        yield { type: 'finished', memory: {}, expects: undefined, end: false };
      }),
    });
    call.client.text('tell me', 'm1');
    await call.wait(30_000);
    expect(call.recorder.turns.get(2)?.reply?.text).toMatch(/5\.$/);
  });
});

describe('the caller is understood', () => {
  it('after the recogniser once never answered', async () => {
    const call = await greeted({ agent: answering('Fine.') });
    await call.speak({ kind: 'hangs' });
    await call.wait(6000);
    await call.speak('friday at three');
    await call.waitForAgent();
    const texts = [...call.recorder.turns.values()].map((turn) => turn.caller?.text);
    expect(texts).toContain('friday at three');
  });
});
