import { type AgentDefinition, agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createTextCall } from '../../testing/text-call.ts';
import type { AnyTool } from '../../tools/tool.ts';
import { createFlowAgent } from './flow-agent.ts';
import type { FlowParts, ModelStepRequest } from './parts.ts';

/** Asks for a reference that anybody may see, and a PIN that nobody may. */
function bank(after: Record<string, object>): AgentDefinition {
  return agentDefinitionSchema.parse({
    format: 1,
    id: 'bank',
    name: 'Bank',
    languages: ['en-US'],
    slots: {
      reference: { type: 'digits', length: { min: 4, max: 6 } },
      pin: { type: 'digits', length: { min: 4, max: 6 }, heard: 'asked', privacy: 'secret' },
      word: { type: 'text', privacy: 'secret' },
    },
    flows: {
      main: {
        nodes: {
          start: { type: 'start', next: 'ask' },
          ask: {
            type: 'form',
            slots: [
              { slot: 'reference', ask: 'Reference?' },
              { slot: 'pin', ask: 'PIN?' },
              { slot: 'word', ask: 'Word?' },
            ],
            echo: '{% if results.heard.pin %}PIN {{ results.heard.pin }}.{% endif %}',
            next: 'after',
          },
          ...after,
          bye: { type: 'end', text: 'Bye.' },
        },
      },
    },
  });
}

const secrets = /1234|one two|2345|swordfish/;

async function tell(after: Record<string, object>, parts: Partial<FlowParts> = {}) {
  const caller = createTextCall(createFlowAgent(bank(after), { tools: [], classifiers: new Map(), ...parts }));
  const replies = [await caller.greet()];
  for (const line of ['987654', 'it is one two three four', 'swordfish']) replies.push(await caller.say(line));
  // What the conversation keeps for itself is not what others see.
  const shown = replies.flatMap(({ outputs }) => outputs.filter(({ type }) => type !== 'finished'));
  return { replies, shown: JSON.stringify(shown) };
}

describe('a secret', () => {
  test('is neither said nor recorded as understood', async () => {
    const { replies, shown } = await tell({
      after: {
        type: 'say',
        text: '{{ slots.pin }} {{ slots.word }} {{ turn.text }} {{ slots.reference }}.',
        next: 'bye',
      },
    });
    expect(replies.at(-1)?.said).toBe('••• ••• ••• 987654. Bye.');
    expect(replies[2]?.said).toBe('PIN •••. Word?');
    expect(shown).toContain('987654');
    expect(shown).not.toMatch(secrets);
  });

  test('is not to be kept as sound either: each reply says whether a secret was asked for', async () => {
    const { replies } = await tell({ after: { type: 'say', text: 'Done.', next: 'bye' } });
    const askedForSecret = replies.map(({ outputs }) =>
      outputs.some((output) => output.type === 'finished' && output.expectsSecret === true),
    );
    // After the reference, the PIN and the word are asked for.
    expect(askedForSecret).toEqual([false, true, true, false]);
  });

  test('is not in what a tool is recorded to have done, though the tool was told it', async () => {
    const inputs: unknown[] = [];
    const open: AnyTool = {
      name: 'open',
      description: 'Opens.',
      input: z.record(z.string(), z.unknown()),
      effect: 'changes',
      run: async (input) => {
        inputs.push(input);
        return { echo: ['PIN 1234', { word: 'swordfish' }], number: 1234, reference: '987654' };
      },
    };
    const { shown } = await tell(
      { after: { type: 'call', tool: 'open', input: { pin: '=slots.pin' }, next: 'bye', failed: 'bye' } },
      { tools: [open] },
    );
    expect(inputs).toEqual([{ pin: '1234' }]);
    expect(shown).toContain('"reference":"987654"');
    expect(shown).not.toMatch(secrets);
  });

  test.each([
    ['of its own', {}],
    ['that a template makes', { summary: 'PIN {{ slots.pin }}, {{ slots.word }}, they said {{ turn.text }}' }],
  ])('is not in the summary %s for the person who takes over', async (_, more) => {
    const summaries: string[] = [];
    const handOff: FlowParts['handOff'] = async ({ summary }) => {
      summaries.push(summary);
      return 'accepted';
    };
    const { shown } = await tell({ after: { type: 'transfer', ...more, failed: 'bye' } }, { handOff });
    expect(summaries).toHaveLength(1);
    expect(summaries.join()).toContain('•••');
    expect(summaries.join()).not.toMatch(secrets);
    expect(shown).not.toMatch(secrets);
  });

  test('is not told to a language model', async () => {
    const requests: ModelStepRequest[] = [];
    const model: FlowParts['model'] = async function* (request) {
      requests.push(request);
      yield { type: 'done', slots: {}, finished: true };
    };
    await tell(
      { after: { type: 'model', instructions: 'PIN {{ slots.pin }}', next: 'bye', failed: 'bye' } },
      { model },
    );
    expect(requests).toMatchObject([{ instructions: 'PIN •••', slots: { pin: '•••', reference: '987654' } }]);
  });

  test('is not in what stands in the record for the words of the caller', async () => {
    const { replies } = await tell({ after: { type: 'say', text: 'Done.', next: 'bye' } });
    const retold = replies.map(({ outputs }) =>
      outputs.flatMap((output) => (output.type === 'understood' ? [output.understanding.retold] : [])),
    );
    expect(retold).toEqual([[], [undefined], ['it is •••', 'it is •••'], ['•••', '•••']]);
  });

  test('that was not understood is as secret', async () => {
    const caller = createTextCall(
      createFlowAgent(bank({ after: { type: 'say', text: 'Done.', next: 'bye' } }), {
        tools: [],
        classifiers: new Map(),
      }),
    );
    await caller.greet();
    await caller.say('987654');
    for (const line of ['one two', 'it is 12 345 67890', 'no not one two three']) {
      const { outputs } = await caller.say(line);
      const [first] = outputs.flatMap((output) => (output.type === 'understood' ? [output.understanding] : []));
      expect(first?.retold, line).toContain('•••');
      expect(first?.retold, line).not.toMatch(/\d|one|two/);
    }
  });

  test('that was wrong and is asked for again is as secret', async () => {
    const definition = bank({ after: { type: 'say', text: 'Done.', next: 'bye' } });
    const form = definition.flows.main?.nodes.ask;
    if (form?.type !== 'form') throw new Error('The agent has no form.');
    form.checks.push({
      needs: ['pin'],
      wrong: { value: 'slots.pin', is: 'equals', to: '2345' },
      say: 'Wrong.',
      clear: ['pin'],
    });
    const caller = createTextCall(createFlowAgent(definition, { tools: [], classifiers: new Map() }));
    await caller.greet();
    await caller.say('987654');
    const reply = await caller.say('2345');
    expect(reply.said).toBe('Wrong. PIN?');
    expect(JSON.stringify(reply.outputs.filter(({ type }) => type !== 'finished'))).not.toMatch(secrets);
    expect(JSON.stringify(caller.memory)).not.toMatch(secrets);
  });
});
