import { agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createTextCall } from '../../testing/text-call.ts';
import { createFlowAgent } from './flow-agent.ts';

/** What every object of the language has: names like any other to a designer. */
test.each(['constructor', 'toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf'])(
  'slots, results, flows, nodes, intents, lists and tools may be called %s',
  async (name) => {
    const definition = agentDefinitionSchema.parse({
      format: 1,
      id: 'odd',
      name: 'Odd',
      languages: ['en-US'],
      intents: { [name]: { title: 'begin', flow: name } },
      slots: { [name]: { type: 'list', list: name }, name: { type: 'person' } },
      lists: { [name]: [{ value: 'red', names: ['red'] }] },
      facts: { [name]: 'a fact' },
      flows: {
        main: { nodes: { start: { type: 'start', next: 'listen' }, listen: { type: 'route', text: 'Yes?' } } },
        [name]: {
          nodes: {
            start: { type: 'start', next: name },
            [name]: {
              type: 'form',
              slots: [
                { slot: name, ask: 'Which?' },
                { slot: 'name', ask: 'Who?' },
              ],
              checks: [
                {
                  needs: [name],
                  look: { tool: name, input: { colour: `=slots.${name}` }, result: name },
                  wrong: { value: `results.${name}.free`, is: 'equals', to: false },
                  say: 'Taken.',
                  clear: [name],
                },
              ],
              next: 'use',
            },
            use: { type: 'call', tool: name, result: name, next: 'told', failed: 'done' },
            told: { type: 'say', text: `{{ slots.${name} }} {{ results.${name}.free }}.`, next: 'split' },
            split: {
              type: 'split',
              name,
              branches: [
                { name: 'a', weight: 1, next: 'done' },
                { name: 'b', weight: 1, next: 'done' },
              ],
            },
            done: { type: 'return' },
          },
        },
      },
    });
    const tool = {
      name,
      description: 'Looks.',
      input: z.record(z.string(), z.unknown()),
      effect: 'reads' as const,
      run: async () => ({ free: true }),
    };
    const classify = async (text: string) => ({
      intent: text === 'begin' ? name : undefined,
      confidence: 0.9,
      ranking: text === 'begin' ? [{ intent: name, confidence: 0.9 }] : [],
    });
    const caller = createTextCall(
      createFlowAgent(definition, { tools: [tool], classifiers: new Map([['en', { name: 'words', classify }]]) }),
    );
    expect((await caller.greet()).said).toBe('Yes?');
    expect((await caller.say('begin')).said).toBe('Which?');
    expect((await caller.say('red')).said).toBe('Who?');
    expect((await caller.say('alice')).said).toMatch(/^red true\. Is there|^red true\. Can I/);
    const { slots } =
      (await caller.say('hm')).outputs.find((output) => output.type === 'understood')?.understanding ?? {};
    expect(slots).toEqual({ [name]: 'red', name: 'Alice' });
  },
);
