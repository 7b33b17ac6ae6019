import { createScriptedCall } from '@parley/engine/simulation/scripted-call.ts';
import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { turnDefaults } from '@parley/engine/turn/options.ts';
import { thinkingAheadDefaults } from '@parley/engine/turn/thinking-ahead.ts';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { answeringModel, type ModelPrompt, type ScriptedPart } from '../testing/scripted-model.ts';
import type { Tool } from '../tools/tool.ts';
import { createModelAgent } from './model-agent.ts';

const input = z.object({ time: z.string() });

/** Books whatever time was last spoken of, and says so. */
function bookingCall(more: (text: string) => readonly ScriptedPart[] | undefined = () => undefined) {
  const booked: string[] = [];
  const prompts: ModelPrompt[] = [];
  const model = answeringModel((prompt) => {
    prompts.push(prompt);
    const last = prompt.at(-1);
    if (last?.role === 'tool') return ["I've booked it."];
    const text = JSON.stringify(last);
    const time = text.match(/three|four/g)?.at(-1);
    return more(text) ?? (time === undefined ? ['At what time?'] : [{ tool: 'book', input: { time } }]);
  });
  const book: Tool<z.infer<typeof input>> = {
    name: 'book',
    description: 'Books a time.',
    input,
    effect: 'changes',
    run: async ({ time }, { idempotencyKey }) => {
      booked.push(`${time} ${idempotencyKey.split('/').slice(0, 2).join('/')}`);
      return { time };
    },
  };
  const agent = createModelAgent(
    { id: 'salon', description: 'x', language: 'en', instructions: 'Book.', tools: [book] },
    { model, clock: createVirtualClock() },
  );
  const turn = { ...turnDefaults, thinkingAhead: { ...thinkingAheadDefaults, stablePartialMs: 150, maxThoughts: 20 } };
  return { call: createScriptedCall({ agent, turn }), booked, prompts };
}

describe('in a call', () => {
  it('is greeted, and what is booked is in the record', async () => {
    const { call, booked } = bookingCall();
    call.attachAudio();
    await call.waitForAgent();
    await call.speak('book me in for three please');
    await call.waitForAgent();
    await call.wait(200);
    expect(booked).toEqual(['three scripted-call/2']);
    expect(call.recorder.turns.get(1)?.reply).toMatchObject({ heardText: 'Hello, how can I help you?' });
    expect(call.recorder.turns.get(2)?.reply).toMatchObject({
      heardText: "I've booked it.",
      actions: [{ name: 'book', data: { time: 'three' } }],
    });
  });

  it('what was thought of before the caller was done is not done', async () => {
    const { call, booked, prompts } = bookingCall();
    call.attachAudio();
    await call.waitForAgent();
    await call.speak('book me in for three no wait four please');
    await call.waitForAgent();
    await call.wait(200);
    // It had asked the model for the wrong time.
    expect(prompts.some((prompt) => JSON.stringify(prompt.at(-1)).includes('for three"'))).toBe(true);
    expect(booked).toEqual(['four scripted-call/2']);
  });

  it('an interrupted reply is known to the model as far as it was heard', async () => {
    const long = 'We have many times on many days. The first one is at nine. The last one is at six in the evening.';
    const { call, prompts } = bookingCall((text) => (text.includes('when') ? [long] : undefined));
    call.attachAudio();
    await call.waitForAgent();
    await call.speak('when are you free');
    await call.wait(2500);
    await call.speak('stop i have another question');
    await call.waitForAgent();
    const prompt = prompts.at(-1) ?? [];
    const heard = JSON.stringify(prompt.findLast(({ role }) => role === 'assistant'));
    expect(heard).toContain('We have many');
    expect(heard).not.toContain('evening');
    expect(JSON.stringify(prompt.at(-1))).toContain('another question');
  });
});
