import type { HistoryLine } from '@parley/engine/ports/agent.ts';
import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { askAgent } from '../testing/agent-turns.ts';
import { type ScriptedModel, scriptedModel } from '../testing/scripted-model.ts';
import type { AnyTool } from '../tools/tool.ts';
import type { FlowOutput, FlowStarter, ModelAgentDefinition, ModelAgentParts } from './definition.ts';
import { createModelAgent } from './model-agent.ts';

const tool = (name: string): AnyTool => ({
  name,
  description: name,
  input: z.object({}),
  effect: 'reads',
  run: async () => `${name} done`,
});

const front = {
  id: 'front',
  description: 'Welcomes callers.',
  language: 'en-GB',
  instructions: 'You are the front desk.',
  tools: [tool('opening_hours')],
} as const;
const billing = {
  id: 'billing',
  description: 'Bills and refunds.',
  instructions: 'You are the billing desk.',
  tools: [tool('find_bill')],
};

function shop(
  script: ScriptedModel,
  definition: Partial<ModelAgentDefinition> = {},
  parts: Partial<ModelAgentParts> = {},
) {
  return createModelAgent({ ...front, ...definition }, { model: script.model, clock: createVirtualClock(), ...parts });
}

describe('agents that hand over to one another', () => {
  it('the other goes on at once with all that was said, and keeps the floor', async () => {
    const script = scriptedModel(
      ["I'll transfer you to billing.", { tool: 'hand_off_to_billing', input: { reason: 'wants a refund' } }],
      ['Billing here: they have transferred you to me. Which bill is it?'],
      [{ tool: 'find_bill' }],
      ['Found it.'],
    );
    const agent = shop(script, { team: [billing] });
    const first = await askAgent(agent, 'I want my money back', { history: [{ speaker: 'agent', text: 'Hello!' }] });
    expect(first.said).toBe(
      "I'll transfer you to billing. Billing here: they have transferred you to me. Which bill is it?",
    );
    expect(first.end).toBe(false);
    const handed = script.asked[1];
    expect(JSON.stringify(handed?.prompt)).toContain('I want my money back');
    expect(JSON.stringify(handed?.prompt[0])).toContain('You are the billing desk.');
    expect(handed?.tools?.map(({ name }) => name)).toEqual(['find_bill', 'hand_off_to_front', 'end_conversation']);

    const second = await askAgent(agent, 'Number 7', {
      memory: JSON.parse(JSON.stringify(first.memory)),
      turnNumber: 2,
    });
    expect(second.said).toBe('Found it.');
    expect(JSON.stringify(script.asked[2]?.prompt[0])).toContain('You are the billing desk.');
  });

  it('do not hand over in circles', async () => {
    const to = (id: string) => [{ tool: `hand_off_to_${id}`, input: { reason: 'not mine' } }];
    const script = scriptedModel(to('billing'), to('front'), to('billing'), ['Then I help you myself.']);
    const answer = await askAgent(shop(script, { team: [billing] }), 'Hm');
    expect(answer.said).toBe('Then I help you myself.');
    expect(JSON.stringify(script.asked[3]?.prompt)).toContain('too_many_hand_offs');
  });

  it('hand over only to those they may', async () => {
    const script = scriptedModel([{ tool: 'hand_off_to_billing', input: { reason: 'x' } }], ['I cannot.']);
    const answer = await askAgent(shop(script, { team: [billing], handOffTo: [] }), 'Billing!');
    expect(answer.said).toBe('I cannot.');
    expect(JSON.stringify(script.asked[1]?.prompt)).toContain('no_such_tool');
  });
});

describe('a flow that a model begins', () => {
  /** Asks two questions and is over; keeps what it was told in its own memory. */
  function flows(asked: unknown[]): FlowStarter {
    return {
      flows: [{ name: 'complaint', description: 'Takes down a complaint.', slots: { about: 'what it is about' } }],
      async *respond(_, start, request): AsyncGenerator<FlowOutput> {
        asked.push(start ?? request.memory);
        if (start !== undefined) {
          yield { type: 'say', text: 'When was it?' };
          yield { type: 'finished', memory: { about: start.about }, expects: undefined, end: false, over: undefined };
          return;
        }
        yield { type: 'finished', memory: {}, expects: undefined, end: false, over: { result: { number: 17 } } };
      },
    };
  }

  it('takes the floor until it is over; then the model goes on and knows what came of it', async () => {
    const script = scriptedModel(
      [{ tool: 'start_flow', input: { flow: 'complaint', slots: { about: 'noise' } } }],
      ['Your complaint has the number 17.'],
    );
    const asked: unknown[] = [];
    const agent = shop(script, {}, { flows: flows(asked) });
    const first = await askAgent(agent, 'It was too loud');
    expect(first.said).toBe('When was it?');
    const second = await askAgent(agent, 'Yesterday', {
      memory: JSON.parse(JSON.stringify(first.memory)),
      turnNumber: 2,
    });
    expect(asked).toEqual([{ about: 'noise' }, { about: 'noise' }]);
    expect(second.said).toBe('Your complaint has the number 17.');
    expect(JSON.stringify(script.asked[1]?.prompt)).toContain('17');
  });

  it('that is no longer there leaves the floor to the model', async () => {
    const script = scriptedModel([{ tool: 'start_flow', input: { flow: 'complaint' } }], ['How can I help?']);
    const first = await askAgent(shop(script, {}, { flows: flows([]) }), 'Too loud');
    const answer = await askAgent(shop(script), 'Yesterday', { memory: first.memory, turnNumber: 2 });
    expect(answer.said).toBe('How can I help?');
  });
});

describe('a long conversation', () => {
  const history: HistoryLine[] = Array.from({ length: 40 }, (_, index) => ({
    speaker: index % 2 === 0 ? ('caller' as const) : ('agent' as const),
    text: `Line ${index} about the weather and many other things that were said at length.`,
  }));

  it('is summarised beside the reply, and goes on with the summary', async () => {
    const main = scriptedModel(['Yes.'], ['Again yes.']);
    const scribe = scriptedModel(['The caller talks about the weather.']);
    const limits = { historyCharacters: 2000 };
    const agent = shop(main, { limits }, { summaryModel: scribe.model });
    const first = await askAgent(agent, 'And?', { history });
    expect(first.memory.summary).toMatchObject({ text: 'The caller talks about the weather.' });
    expect(JSON.stringify(scribe.asked[0]?.prompt)).toContain('Line 27 ');

    const later = [...history, { speaker: 'caller', text: 'And?' }, { speaker: 'agent', text: 'Yes.' }] as const;
    await askAgent(agent, 'Sure?', { history: later, memory: JSON.parse(JSON.stringify(first.memory)), turnNumber: 2 });
    const shown = JSON.stringify(main.asked[1]?.prompt);
    expect(shown).toContain('The caller talks about the weather.');
    expect(shown).toContain('Line 28 ');
    expect(shown).not.toContain('Line 27 ');
    expect(scribe.left).toBe(0);
  });

  it('is cut where no summary came in time, and stays within bounds', async () => {
    const clock = createVirtualClock();
    const main = scriptedModel(['Yes.']);
    const agent = shop(
      main,
      { limits: { historyCharacters: 1000 } },
      { summaryModel: scriptedModel([{ hangs: true }]).model, clock },
    );
    const asking = askAgent(agent, 'And?', { history });
    await clock.advance(2100);
    const { memory, said } = await asking;
    expect(said).toBe('Yes.');
    expect(memory.summary).toBeUndefined();
    expect(JSON.stringify(main.asked[0]?.prompt)).not.toContain('Line 20 ');
  });

  it('is not summarised for a reply that failed', async () => {
    const scribe = scriptedModel([{ hangs: true }]);
    const clock = createVirtualClock().share();
    const main = scriptedModel([{ fails: new Error('down') }]);
    const agent = shop(main, { limits: { historyCharacters: 1000 } }, { summaryModel: scribe.model, clock });
    await expect(askAgent(agent, 'And?', { history })).rejects.toMatchObject({ code: 'model_failed' });
    await new Promise(setImmediate);
    expect(scribe.asked[0]?.abortSignal?.aborted).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('keeps its memory small however many tools were used', async () => {
    const big: AnyTool = { ...tool('look_up'), run: async () => 'x'.repeat(50_000) };
    const agent = (script: ScriptedModel) => shop(script, { tools: [big] });
    let memory: Readonly<Record<string, unknown>> | undefined;
    for (let turnNumber = 1; turnNumber <= 30; turnNumber += 1) {
      const script = scriptedModel([{ tool: 'look_up' }], ['Found.']);
      ({ memory } = await askAgent(agent(script), 'Look', { memory, turnNumber }));
    }
    expect(JSON.stringify(memory).length).toBeLessThan(8000);
  });
});
