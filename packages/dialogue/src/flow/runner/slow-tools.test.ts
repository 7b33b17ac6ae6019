import { agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createTextCall } from '../../testing/text-call.ts';
import type { AnyTool } from '../../tools/tool.ts';
import { buildFlowAgent } from '../build-agent.ts';

/** The shortest patience that flows may have. */
const timeoutMs = 100;
/** A system that never answers, and does not heed that it is no longer waited for. */
const stalled: AnyTool = {
  name: 'free',
  description: 'Free times',
  effect: 'reads',
  input: z.object({}),
  run: () => new Promise(() => {}),
};

test('a call that takes too long ends in words, by the code of its failure', async () => {
  const call = callWith({
    start: { type: 'start', next: 'look' },
    look: {
      ...{
        type: 'call',
        tool: 'free',
        result: 'free',
        filler: 'Let me see.',
        timeoutMs,
        next: 'found',
        failed: 'sorry',
      },
      errors: [{ codes: ['tool_timed_out'], next: 'slow' }],
    },
    slow: { type: 'end', text: 'The diary takes too long today.' },
    sorry: { type: 'end', text: 'Sorry.' },
    found: { type: 'end', text: 'Found.' },
  });
  expect((await call.greet()).said).toBe('Let me see. The diary takes too long today.');
});

test('a look that takes too long is no objection, and the next question can tell of it', async () => {
  const call = callWith({
    start: { type: 'start', next: 'ask' },
    ask: {
      type: 'form',
      slots: [
        { slot: 'day', ask: 'Which day?' },
        { slot: 'time', ask: "{% if results.free.error %}I can't see the diary now. {% endif %}What time?" },
      ],
      checks: [
        {
          needs: ['day'],
          look: { tool: 'free', result: 'free', timeoutMs },
          wrong: { value: 'results.free.length', is: 'equals', to: 0 },
          say: 'Nothing is free.',
          clear: ['day'],
        },
      ],
      next: 'end',
    },
    end: { type: 'end', text: 'Good.' },
  });
  await call.greet();
  expect((await call.say('on Friday')).said).toBe("I can't see the diary now. What time?");
});

function callWith(nodes: Readonly<Record<string, unknown>>) {
  const definition = agentDefinitionSchema.parse({
    format: 1,
    id: 'diary',
    name: 'A diary',
    languages: ['en'],
    slots: { day: { type: 'date' }, time: { type: 'time' } },
    flows: { main: { nodes } },
  });
  return createTextCall(buildFlowAgent(definition, { tools: [stalled] }).agent);
}
