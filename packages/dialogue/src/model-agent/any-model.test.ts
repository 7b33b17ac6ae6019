import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { askAgent } from '../testing/agent-turns.ts';
import { type ScriptedPart, scriptedModel } from '../testing/scripted-model.ts';
import { type AnyTool, ToolError } from '../tools/tool.ts';
import { createModelAgent } from './model-agent.ts';
import { ModelError } from './model-error.ts';

const sentences = [
  'Sure. ',
  'We are open from nine. ',
  "I'll transfer you now. ",
  "I've booked it. ",
  'Your appointment has been cancelled. ',
  'Anything else? ',
  'Bitcoin is great. ',
  'Your card is 4242 4242 4242 4242. ',
  'and then ',
  '',
];
const names = [
  'find_times',
  'book',
  'pay',
  'no_such_tool',
  'transfer_to_person',
  'hand_off_to_other',
  'hand_off_to_main',
  'note_details',
  'end_conversation',
];
const part: fc.Arbitrary<ScriptedPart> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...sentences) },
  {
    weight: 4,
    arbitrary: fc.record({
      tool: fc.constantFrom(...names),
      input: fc.constantFrom<unknown>({}, { n: 1 }, { n: 'x' }, { reason: 'r' }, { name: 'Ann' }, '{"broken', []),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom<ScriptedPart>({ fails: new Error('down') }, { cutShort: true }) },
);
const answers = fc.array(fc.array(part, { maxLength: 5 }), { minLength: 1, maxLength: 10 });

it('whatever the model does, the caller is answered or the engine is told, and nothing is done twice or too early', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(answers, { minLength: 1, maxLength: 4 }), async (turns) => {
      let committed = false;
      const keys: string[] = [];
      const tooEarly: string[] = [];
      const tools = (['find_times', 'book', 'pay'] as const).map(
        (name): AnyTool => ({
          name,
          description: name,
          input: z.object({ n: z.number().optional() }),
          effect: name === 'find_times' ? 'reads' : 'changes',
          async run(_, { idempotencyKey }) {
            if (name !== 'find_times') {
              if (!committed) tooEarly.push(name);
              keys.push(idempotencyKey);
            }
            if (name === 'pay') throw new ToolError('refused', 'No.');
            return { name };
          },
        }),
      );
      let memory: Readonly<Record<string, unknown>> | undefined;
      let ended = false;
      for (const [index, turn] of turns.entries()) {
        if (ended) break;
        committed = false;
        keys.length = 0;
        const clock = createVirtualClock().share();
        const agent = createModelAgent(
          {
            id: 'main',
            description: 'Main.',
            language: 'en',
            instructions: 'Help.',
            tools,
            team: [{ id: 'other', description: 'Other.', instructions: 'Help too.', tools: tools.slice(0, 1) }],
            slots: { name: 'a name' },
            person: { to: { kind: 'inbox' }, when: 'asked' },
            rails: { topics: [{ name: 'crypto', description: 'crypto', phrases: { en: ['bitcoin'] } }] },
          },
          { model: scriptedModel(...turn).model, clock, handOff: async () => 'unavailable' },
        );
        const commit = async () => {
          committed = true;
        };
        try {
          const answer = await askAgent(agent, 'Well?', { memory, turnNumber: index + 1, commit });
          expect(answer.said).not.toBe('');
          expect(answer.said).not.toMatch(/4242 4242|bitcoin/i);
          const isDone = (name: string) => [...answer.acted, ...namesOf(memory)].some((each) => each.name === name);
          if (/I've booked it/.test(answer.said)) expect(isDone('book')).toBe(true);
          memory = JSON.parse(JSON.stringify(answer.memory));
          expect(JSON.stringify(memory).length).toBeLessThan(20_000);
          ended = answer.end;
        } catch (error) {
          // Before anything was done: the engine apologises, and the memory is as it was.
          if (!(error instanceof ModelError)) throw error;
        }
        expect(tooEarly).toEqual([]);
        expect(clock.pending).toBe(0);
        const done = keys.filter((key) => key.includes('/book:'));
        expect(new Set(done).size).toBe(done.length);
      }
    }),
    { numRuns: 150, seed: 7 },
  );
});

function namesOf(memory: Readonly<Record<string, unknown>> | undefined): { name: string }[] {
  const read = z.object({ done: z.array(z.string()) }).safeParse(memory);
  return (read.data?.done ?? []).map((name) => ({ name }));
}
