import { agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import type { Condition } from '@parley/contract/flow/parts.ts';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createTextCall } from '../../../testing/text-call.ts';
import { type AnyTool, ToolError } from '../../../tools/tool.ts';
import { buildFlowAgent } from '../../build-agent.ts';

const taken: Condition = { not: { value: 'results.free', is: 'contains', to: '=slots.time' } };

test('a time that is taken is refused, by a check that goes by what another one looked up', async () => {
  expect(await timeTold(async () => ['16:00'])).toBe('3 PM is taken. What time?');
});

test('a diary that is away does not make a time taken', async () => {
  const away: AnyTool['run'] = async () => {
    throw new ToolError('unreachable', 'The diary does not answer.');
  };
  expect(await timeTold(away)).toBe('3 PM, as far as I know.');
});

test('that the diary is away can be said', async () => {
  const away: AnyTool['run'] = async () => {
    throw new ToolError('unreachable', 'The diary does not answer.');
  };
  const gone: Condition = { value: 'results.free.error', is: 'isSet' };
  expect(await timeTold(away, gone, "I can't see the diary.")).toMatch(/^I can't see the diary\./);
  expect(await timeTold(async () => ['15:00'], gone)).toBe('3 PM, as far as I know.');
});

async function timeTold(run: AnyTool['run'], wrong = taken, say = '{{ slots.time | say_time }} is taken.') {
  const definition = agentDefinitionSchema.parse({
    format: 1,
    id: 'diary',
    name: 'A diary',
    languages: ['en'],
    slots: { time: { type: 'time', hours: { from: '08:00', to: '18:00' } } },
    flows: {
      main: {
        nodes: {
          start: { type: 'start', next: 'ask' },
          ask: {
            type: 'form',
            slots: [{ slot: 'time', ask: 'What time?' }],
            checks: [
              {
                needs: ['time'],
                look: { tool: 'free', result: 'free' },
                wrong: { value: 'results.free', is: 'equals', to: [] },
                say: 'Nothing is free.',
                clear: ['time'],
              },
              { needs: ['time'], wrong, say, clear: ['time'] },
            ],
            next: 'tell',
          },
          tell: { type: 'end', text: '{{ slots.time | say_time }}, as far as I know.' },
        },
      },
    },
  });
  const free: AnyTool = { name: 'free', description: 'Free times', effect: 'reads', input: z.object({}), run };
  const call = createTextCall(buildFlowAgent(definition, { tools: [free] }).agent);
  await call.greet();
  return (await call.say('at three')).said;
}
