import { agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { describe, expect, it } from 'vitest';
import { createFlowAgent } from '../flow/runner/flow-agent.ts';
import { askAgent } from '../testing/agent-turns.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { createAgentFlows } from './agent-flows.ts';
import { createModelStep } from './flow-model-step.ts';
import { createModelAgent } from './model-agent.ts';

const clock = createVirtualClock();
const parts = { tools: [], classifiers: new Map() };

describe('models and flows', () => {
  it('a model begins a flow, which asks, ends, and leaves the floor to the model', async () => {
    const flow = createFlowAgent(
      agentDefinitionSchema.parse({
        format: 1,
        id: 'guests',
        name: 'Guests',
        languages: ['en'],
        slots: { guests: { type: 'number' } },
        flows: {
          main: {
            nodes: {
              start: { type: 'start', next: 'ask' },
              ask: { type: 'form', slots: [{ slot: 'guests', ask: { en: 'For how many?' } }], next: 'end' },
              end: { type: 'end' },
            },
          },
        },
      }),
      parts,
    );
    const script = scriptedModel([{ tool: 'start_flow', input: { flow: 'guests' } }], ['Fine, anything else?']);
    const agent = createModelAgent(
      { id: 'host', description: 'x', language: 'en', instructions: 'Host.', tools: [] },
      { model: script.model, clock, flows: createAgentFlows([{ name: 'guests', description: 'Asks.', agent: flow }]) },
    );
    const first = await askAgent(agent, 'I want a table', { language: 'en' });
    expect(first).toMatchObject({ said: expect.stringContaining('For how many?'), end: false });
    const memory = JSON.parse(JSON.stringify(first.memory));
    const second = await askAgent(agent, 'four', { memory, turnNumber: 2, language: 'en' });
    expect(second.end).toBe(false);
    expect(second.memory.floor).toMatchObject({ kind: 'role', id: 'host' });
    expect(JSON.stringify(second.memory.notes)).toContain('"guests":4');
  });

  it('a model is a step of a flow, fills its slots, and the flow goes on', async () => {
    const script = scriptedModel([{ tool: 'note_details', input: { name: 'Ann' } }]);
    const agent = createFlowAgent(
      agentDefinitionSchema.parse({
        format: 1,
        id: 'names',
        name: 'Names',
        languages: ['en'],
        slots: { name: { type: 'person' } },
        flows: {
          main: {
            nodes: {
              start: { type: 'start', next: 'listen' },
              listen: {
                type: 'model',
                instructions: 'Take the name.',
                extract: ['name'],
                next: 'thanks',
                failed: 'end',
              },
              thanks: { type: 'say', text: { en: 'Thank you, {{ slots.name }}.' }, next: 'end' },
              end: { type: 'end' },
            },
          },
        },
      }),
      { ...parts, model: createModelStep({ model: script.model, clock }) },
    );
    const answer = await askAgent(agent, 'My name is Ann', { language: 'en' });
    expect(answer.said).toContain('Thank you, Ann.');
  });
});
