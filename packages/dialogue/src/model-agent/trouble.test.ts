import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { APICallError } from 'ai';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { askAgent } from '../testing/agent-turns.ts';
import { type ScriptedModel, scriptedModel } from '../testing/scripted-model.ts';
import type { AnyTool } from '../tools/tool.ts';
import type { ModelAgentDefinition, ModelAgentParts } from './definition.ts';
import { createModelAgent } from './model-agent.ts';

const note: AnyTool = {
  name: 'save_note',
  description: 'Saves a note.',
  input: z.object({}),
  effect: 'changes',
  run: async () => ({ saved: true }),
};
const look: AnyTool = {
  name: 'look_up',
  description: 'Looks something up.',
  input: z.object({}),
  effect: 'reads',
  run: async () => 'found',
};

function desk(
  script: ScriptedModel,
  definition: Partial<ModelAgentDefinition> = {},
  parts: Partial<ModelAgentParts> = {},
) {
  const clock = createVirtualClock();
  const agent = createModelAgent(
    {
      id: 'desk',
      description: 'A desk.',
      language: 'en-GB',
      instructions: 'Help.',
      tools: [note, look],
      ...definition,
    },
    { model: script.model, clock, ...parts },
  );
  return { agent, clock };
}

const busy = () =>
  new APICallError({
    message: 'Too many requests',
    url: 'http://model',
    requestBodyValues: {},
    statusCode: 429,
    isRetryable: true,
  });

describe('when the model has trouble', () => {
  it('that begins no answer in time fails, for the engine to apologise', async () => {
    const { agent, clock } = desk(scriptedModel([{ hangs: true }]));
    const asking = askAgent(agent, 'Hello?');
    const failed = expect(asking).rejects.toMatchObject({ code: 'model_silent' });
    await clock.advance(4600);
    await failed;
  });

  it('that stops in the middle fails after what it said', async () => {
    const { agent, clock } = desk(scriptedModel(['Let me think. Well, ', { hangs: true }]));
    const asking = askAgent(agent, 'Hello?');
    const failed = expect(asking).rejects.toMatchObject({ code: 'model_stalled' });
    await clock.advance(3100);
    await failed;
  });

  it('leaves no timer behind', async () => {
    const clock = createVirtualClock().share();
    const { agent } = desk(scriptedModel(['Hello.']), {}, { clock });
    await askAgent(agent, 'Hello?');
    expect(clock.pending).toBe(0);
  });

  it('that is too busy is asked once more', async () => {
    const script = scriptedModel([{ fails: busy() }], ['Here I am.']);
    const { agent, clock } = desk(script);
    const asking = askAgent(agent, 'Hello?');
    await clock.advance(300);
    expect((await asking).said).toBe('Here I am.');
  });

  it('that stays busy fails with a code', async () => {
    const { agent, clock } = desk(scriptedModel([{ fails: busy() }], [{ fails: busy() }]));
    const failed = expect(askAgent(agent, 'Hello?')).rejects.toMatchObject({ code: 'model_busy' });
    await clock.advance(300);
    await failed;
  });

  it('that says nothing is asked once more, and then fails', async () => {
    expect((await askAgent(desk(scriptedModel([''], ['Yes?'])).agent, 'Hello?')).said).toBe('Yes?');
    await expect(askAgent(desk(scriptedModel([''], [''])).agent, 'Hello?')).rejects.toMatchObject({
      code: 'model_empty',
    });
  });

  it('after something was done, it is said to be done, and remembered', async () => {
    const script = scriptedModel([{ tool: 'save_note' }], [{ fails: new Error('down') }]);
    const { agent } = desk(script);
    const answer = await askAgent(agent, 'Note it');
    expect(answer.said).toContain('That is done.');
    expect(answer.acted).toHaveLength(1);
    expect(answer.memory.done).toContain('save_note');
  });

  it('after something that may have been done, that is said and remembered', async () => {
    const unsure: AnyTool = {
      ...note,
      run: async () => {
        throw new Error('connection lost');
      },
    };
    const script = scriptedModel([{ tool: 'save_note' }], [{ fails: new Error('down') }]);
    const { agent } = desk(script, { tools: [unsure] });
    const answer = await askAgent(agent, 'Note it');
    expect(answer.said).toContain('could not confirm');
    expect(answer.acted).toEqual([]);
    expect(JSON.stringify(answer.memory.notes)).toContain('Unknown');
  });

  it('half a sentence at the end of the longest answer is not said', async () => {
    const { agent } = desk(scriptedModel(['That is so. And furth', { cutShort: true }]));
    expect((await askAgent(agent, 'Why?')).said).toBe('That is so.');
  });

  it('a tool that hangs is given up, and the caller hears of it', async () => {
    const hanging: AnyTool = { ...look, run: () => new Promise(() => {}) };
    const script = scriptedModel([{ tool: 'look_up' }], ['I cannot look that up now.']);
    const { agent } = desk(script, { tools: [hanging], limits: { toolMs: 20 } });
    expect((await askAgent(agent, 'Look')).said).toBe('I cannot look that up now.');
    expect(JSON.stringify(script.asked[1]?.prompt)).toContain('tool_timed_out');
  });
});

describe('when the budget is spent', () => {
  const person = { to: { kind: 'inbox' }, when: 'Asked for.' } as const;

  it('the last answer of a turn has to be in words', async () => {
    const script = scriptedModel([{ tool: 'look_up' }], ['Here is what I found.']);
    const { agent } = desk(script, { limits: { maxSteps: 2 } });
    expect((await askAgent(agent, 'Look')).said).toBe('Here is what I found.');
    expect(script.asked.map(({ toolChoice }) => toolChoice?.type)).toEqual(['auto', 'none']);
  });

  it('a turn that does not come to an end is handed to a person, in words', async () => {
    const script = scriptedModel([{ tool: 'look_up' }], [{ tool: 'look_up' }]);
    const { agent } = desk(script, { limits: { maxSteps: 2 }, person }, { handOff: async () => 'accepted' });
    const answer = await askAgent(agent, 'Look');
    expect(answer.said).toContain('cannot take this any further');
    expect(answer.acted).toMatchObject([{ name: 'handed_off', data: { reason: 'stuck' } }]);
    expect(answer.end).toBe(true);
  });

  it('a turn that does not come to an end goes on when nobody takes the caller', async () => {
    const script = scriptedModel([{ tool: 'look_up' }], [{ tool: 'look_up' }]);
    const { agent } = desk(script, { limits: { maxSteps: 2 }, person }, { handOff: async () => 'no_answer' });
    const answer = await askAgent(agent, 'Look');
    expect(answer.said).toContain('nobody is free');
    expect(answer.end).toBe(false);
  });

  it('no more tools than allowed are used', async () => {
    const calls = Array.from({ length: 5 }, () => ({ tool: 'look_up' }));
    const run = vi.fn(async () => 'found');
    const script = scriptedModel(calls, ['Enough.']);
    const { agent } = desk(script, { tools: [{ ...look, run }], limits: { maxToolCalls: 3 } });
    expect((await askAgent(agent, 'Look')).said).toBe('Enough.');
    expect(run).toHaveBeenCalledTimes(3);
  });

  it('of tokens and of money, counted over the conversation, it ends with words and a person', async () => {
    const script = scriptedModel({ parts: ['One.'], tokens: { input: 900, output: 100 } });
    const prices = { inputPerMillion: 1, outputPerMillion: 10 };
    const limits = { conversation: { tokens: 1_000_000, cost: 0.0019 } };
    const { agent } = desk(script, { limits, person }, { prices });
    const first = await askAgent(agent, 'One?');
    expect(first.memory.spent).toMatchObject({ steps: 1, inputTokens: 900, outputTokens: 100 });
    const second = await askAgent(agent, 'Two?', { memory: first.memory, turnNumber: 2 });
    expect(second.said).toMatch(/cannot take this any further.*passing you on/);
    expect(second).toMatchObject({ end: true, acted: [{ name: 'handoff_requested' }] });
  });

  it('with no person there, it ends with a goodbye', async () => {
    const script = scriptedModel({ parts: ['One.'], tokens: { input: 900, output: 100 } });
    const { agent } = desk(script, { limits: { conversation: { tokens: 1000, cost: undefined } } });
    const { memory } = await askAgent(agent, 'One?');
    const answer = await askAgent(agent, 'Two?', { memory, turnNumber: 2 });
    expect(answer).toMatchObject({ end: true, said: expect.stringContaining('goodbye') });
  });

  it('is counted where the provider does not count', async () => {
    const { memory } = await askAgent(desk(scriptedModel(['Hello there.'])).agent, 'Hi');
    expect(memory.spent).toMatchObject({ outputTokens: 4, inputTokens: expect.any(Number) });
  });
});
