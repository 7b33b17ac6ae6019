import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { ModelStepOutput, ModelStepRequest } from '../flow/runner/parts.ts';
import { type ScriptedModel, scriptedModel } from '../testing/scripted-model.ts';
import type { AnyTool } from '../tools/tool.ts';
import { extractSlots } from './extract-slots.ts';
import { createModelStep } from './flow-model-step.ts';

async function step(script: ScriptedModel, request: Partial<ModelStepRequest>): Promise<ModelStepOutput[]> {
  const outputs: ModelStepOutput[] = [];
  const model = createModelStep({ model: script.model, clock: createVirtualClock() });
  const whole: ModelStepRequest = {
    instructions: 'Help with the order.',
    history: [],
    text: 'Two lattes to go, for Ann',
    tools: [],
    extract: {},
    slots: {},
    converses: false,
    conversationId: 'conv_1',
    turnNumber: 2,
    language: 'en-GB',
    nowEpochMs: Date.UTC(2026, 10, 21),
    timeZone: 'Europe/London',
    commit: async () => {},
    ...request,
  };
  for await (const output of model(whole, new AbortController().signal)) outputs.push(output);
  return outputs;
}

describe('a model as a step of a flow', () => {
  it('fills slots without a word', async () => {
    const script = scriptedModel([{ tool: 'note_details', input: { count: 2, name: 'Ann', other: 1 } }]);
    expect(await step(script, { extract: { count: 'a number', name: "a person's name", size: 'text' } })).toEqual([
      { type: 'done', slots: { count: 2, name: 'Ann' }, finished: true },
    ]);
    expect(script.left).toBe(0);
  });

  it('converses until it says that it is done', async () => {
    const asking = await step(scriptedModel(['Small or large?']), { converses: true });
    expect(asking).toEqual([
      { type: 'say', text: 'Small or large? ' },
      { type: 'done', slots: {}, finished: false },
    ]);
    const done = await step(scriptedModel(['Fine.', { tool: 'finish_task' }]), { converses: true, text: 'Large' });
    expect(done.at(-1)).toEqual({ type: 'done', slots: {}, finished: true });
  });

  it('uses the tools of the flow', async () => {
    const run = vi.fn(async () => ({ number: 17 }));
    const order: AnyTool = {
      name: 'place_order',
      description: 'Orders.',
      input: z.object({ count: z.number() }),
      effect: 'changes',
      run,
    };
    const script = scriptedModel([{ tool: 'place_order', input: { count: 2 } }], ["I've placed the order: number 17."]);
    const outputs = await step(script, { tools: [order] });
    expect(outputs.map(({ type }) => type)).toEqual(['acted', 'say', 'done']);
    expect(run).toHaveBeenCalledOnce();
  });

  it('is a way on in the flow when the model fails', async () => {
    expect(await step(scriptedModel([{ fails: new Error('down') }]), {})).toEqual([
      { type: 'failed', code: 'model_failed' },
    ]);
  });
});

describe('values from a text', () => {
  const schema = z.object({ name: z.string().optional(), guests: z.int().min(1).optional() });
  const options = () => ({
    clock: createVirtualClock(),
    signal: new AbortController().signal,
    language: 'en-GB',
    nowEpochMs: Date.UTC(2026, 10, 21),
    timeZone: 'Europe/London',
  });

  it('are those of the schema, corrected once', async () => {
    const script = scriptedModel(
      [{ tool: 'give_values', input: { name: 'Ann', guests: 'two' } }],
      [{ tool: 'give_values', input: { name: 'Ann', guests: 2 } }],
    );
    const slots = await extractSlots('A table for two, Ann', schema, { model: script.model, ...options() });
    expect(slots).toEqual({ name: 'Ann', guests: 2 });
    expect(JSON.stringify(script.asked[1]?.prompt)).toContain('guests');
  });

  it('are not made up when the model gives none', async () => {
    const script = scriptedModel(['I do not know.'], ['Really not.']);
    const extracting = extractSlots('hm', schema, { model: script.model, ...options() });
    await expect(extracting).rejects.toMatchObject({ code: 'extraction_failed' });
  });
});
