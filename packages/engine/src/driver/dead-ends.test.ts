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
