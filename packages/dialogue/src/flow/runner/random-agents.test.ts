import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';
import type { AgentCue, AgentMemory, AgentOutput } from '@parley/engine/ports/agent.ts';
import { createRandom, type Random } from '@parley/engine/simulation/random.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { IntentClassifier } from '../../nlu/intent-classifier.ts';
import { randomAgent, randomAgentTools } from '../../testing/random-agent.ts';
import { createTextCall } from '../../testing/text-call.ts';
import { type AnyTool, ToolError } from '../../tools/tool.ts';
import { FlowError } from '../flow-error.ts';
import { validateAgent } from '../validate-agent.ts';
import { createFlowAgent } from './flow-agent.ts';
import { readMemory, topOf } from './memory.ts';
import type { FlowParts } from './parts.ts';

/** The first valid agent at or after the number: more than half of them are. */
function validAgent(seed: number): AgentDefinition {
  for (let at = seed; at < seed + 100; at += 1) {
    const checked = validateAgent(randomAgent(createRandom(at)), { tools: randomAgentTools, hasModel: true });
    if (checked.kind === 'valid') return checked.definition;
  }
  throw new Error('None of a hundred random agents is valid.');
}

/** Means the intent whose name is said, and is now and then not sure. */
function classifierOf(definition: AgentDefinition, random: Random): IntentClassifier {
  const intents = Object.keys(definition.intents);
  return {
    name: 'by name',
    async classify(text) {
      if (random.chance(0.02)) throw new Error('The classifier is away.');
      const named = intents.filter((intent) => text.split(' ').includes(intent));
      const sure = random.chance(0.7) ? 0.9 : 0.5;
      const ranking = named.map((intent, at) => ({ intent, confidence: sure - at * 0.05 }));
      return { intent: ranking[0]?.intent, confidence: ranking[0]?.confidence ?? 0, ranking };
    },
  };
}

interface Change {
  readonly key: string;
  readonly succeeded: boolean;
}

/** Parts that work, fail and hang as it comes; where they are kind, they work. */
function partsOf(definition: AgentDefinition, random: Random, changes: Change[], kind: boolean): FlowParts {
  const fate = () => (kind ? 1 : random.next());
  const tool = (name: string, effect: AnyTool['effect']): AnyTool => ({
    name,
    description: name,
    input: z.record(z.string(), z.unknown()),
    effect,
    async run(_, { idempotencyKey, signal }) {
      const roll = fate();
      if (roll < 0.005) {
        await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      }
      const succeeded = roll >= 0.25;
      if (effect === 'changes') changes.push({ key: idempotencyKey, succeeded });
      if (roll < 0.1) throw new ToolError('taken', 'Somebody was faster.');
      if (roll < 0.2) throw new Error('x'.repeat(90_000));
      if (!succeeded) throw new ToolError('away', 'No answer.');
      if (roll < 0.3) return { story: 'x'.repeat(70_000) };
      return { ok: roll > 0.4, entries: [{ value: 'red', names: ['red'] }] };
    },
  });
  return {
    tools: [tool('look', 'reads'), tool('change', 'changes')],
    classifiers: new Map([['en', classifierOf(definition, random)]]),
    code: {
      run: async () => (fate() < 0.3 ? { kind: 'failed', code: 'deadline' } : { kind: 'done', value: { a: 1 } }),
    },
    async *model() {
      const roll = fate();
      if (roll < 0.1) return;
      if (roll < 0.2) throw new Error('The model broke.');
      if (roll < 0.3) return yield { type: 'failed', code: 'model_timed_out' };
      if (roll > 0.5) yield { type: 'say', text: 'Hm, ' };
      yield { type: 'say', text: 'I see. ' };
      yield { type: 'done', slots: { note: 'x', constructor: 'y' }, finished: roll > 0.6 };
    },
    handOff: async () => {
      const roll = fate();
      if (roll < 0.3) throw new Error('The line is down.');
      return roll < 0.7 ? 'unavailable' : 'accepted';
    },
  };
}

const answers: Readonly<Record<string, string>> = {
  colour: 'red',
  day: 'on friday',
  time: 'at four',
  guests: 'three',
  name: 'alice',
  phone: '415 555 2671',
  pin: 'one two three four',
  ready: 'yes',
  note: 'as you like',
};
const sayings: readonly [string, ...string[]] = [
  'red',
  ...Object.values(answers),
  'no, blue',
  'crimson',
  'no',
  'yes',
  'yes but on sunday',
  'not friday',
  'four one five',
  'sales',
  'support please',
  '1',
  '12#',
  'change the colour',
  'the day',
  'own',
  'do_one do_two',
  'do_one',
  'do_two on friday',
  'do_three',
  'do_main',
  'cancel',
  'help',
  'human',
  'repeat',
  'startOver',
  'goodbye',
  '',
  ' ',
  '{{ slots.pin }} {% for a in (1..9) %}',
  'constructor toString __proto__',
  '😀 ñ ệ 漢字',
  'word '.repeat(3000),
];

function cueOf(random: Random, turnNumber: number): AgentCue {
  const roll = random.next();
  if (roll < 0.04) return { type: 'greet' };
  if (roll < 0.1) return { type: 'reprompt', count: 1 };
  if (roll < 0.11) return { type: 'farewell', reason: 'silence' };
  const modality = random.pick(['voice', 'voice', 'voice', 'text', 'digits'] as const);
  return {
    type: 'turn',
    turn: {
      turnNumber,
      text: random.pick(sayings),
      confidence: random.chance(0.1) ? 0.3 : 1,
      rejected: random.chance(0.03),
      modality,
    },
  };
}

describe('whatever is valid can be run', () => {
  test('by any caller: with words in each reply, memory that is small and can be read, and each change done once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(100_000), fc.nat(), async (agentSeed, callerSeed) => {
        const definition = validAgent(agentSeed);
        const random = createRandom(callerSeed);
        const changes: Change[] = [];
        const errors: unknown[] = [];
        const agent = createFlowAgent(definition, partsOf(definition, random, changes, false), {
          onError: (error) => errors.push(error),
        });
        const done = new Set<string>();
        let memory: AgentMemory | undefined;
        for (let turn = 1; turn <= 25; turn += 1) {
          const cue: AgentCue = turn === 1 && random.chance(0.8) ? { type: 'greet' } : cueOf(random, turn);
          const controller = new AbortController();
          const dropAfter = random.chance(0.1) ? random.int(0, 3) : undefined;
          const before = changes.length;
          const outputs: AgentOutput[] = [];
          const request = {
            conversationId: 'c1',
            callerId: 'caller',
            cue,
            memory,
            history: [],
            language: 'en-US',
            nowEpochMs: Date.UTC(2026, 10, 23, 9),
            timeZone: 'UTC',
            commit: async () => controller.signal.throwIfAborted(),
          };
          try {
            if (dropAfter === 0) controller.abort(new Error('dropped'));
            for await (const output of agent.respond(request, controller.signal)) {
              outputs.push(output);
              if (outputs.length === dropAfter) controller.abort(new Error('dropped'));
            }
          } catch (error) {
            if (!controller.signal.aborted) throw error;
            continue;
          }
          const finished = outputs.at(-1);
          if (finished?.type !== 'finished') throw new Error('The reply was not finished.');
          const said = outputs.flatMap((output) => (output.type === 'say' ? [output.text] : [])).join('');
          expect(said.trim() !== '' || finished.end, 'silent').toBe(true);
          expect(outputs.filter(({ type }) => type === 'say').length).toBeLessThan(400);
          const stored = JSON.stringify(finished.memory);
          expect(Buffer.byteLength(stored)).toBeLessThan(100_000);
          memory = JSON.parse(stored);
          expect(readMemory(memory)).toBeDefined();
          // What is recorded to be done is done; and what was done once is not done again by its key.
          const succeeded = changes.slice(before).filter((change) => change.succeeded);
          for (const { key } of succeeded) {
            expect(done.has(key), `${key} twice`).toBe(false);
            done.add(key);
          }
          expect(outputs.filter((output) => output.type === 'acted' && output.name === 'change')).toHaveLength(
            succeeded.length,
          );
        }
        const loops = errors.filter((error) => error instanceof FlowError && error.code === 'flow_loop');
        expect(loops).toEqual([]);
      }),
      { numRuns: 100, seed: 1 },
    );
  }, 60_000);

  test('to its end, by a caller who answers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(100_000), async (seed) => {
        const definition = validAgent(seed);
        const random = createRandom(seed);
        const agent = createFlowAgent(definition, partsOf(definition, random, [], true));
        const caller = createTextCall(agent);
        let reply = await caller.greet();
        for (let turn = 0; turn < 60 && !reply.ended; turn += 1) {
          const memory = readMemory(caller.memory);
          const frame = memory === undefined ? undefined : topOf(memory);
          const node = frame === undefined ? undefined : definition.flows[frame.flow]?.nodes[frame.node];
          const answer = () => {
            if (memory?.clarifying !== undefined) return 'yes';
            switch (node?.type) {
              case 'form':
                return answers[frame?.asked ?? ''] ?? 'red';
              case 'confirm':
                return 'yes';
              case 'menu':
                return 'sales';
              case 'route':
                return node.choices.length > 0 ? 'own' : 'goodbye';
              default:
                return 'well';
            }
          };
          reply = await caller.say(answer());
        }
        expect(reply.ended, caller.history.map(({ speaker, text }) => `${speaker}: ${text}`).join('\n')).toBe(true);
      }),
      { numRuns: 100, seed: 2 },
    );
  }, 60_000);
});
