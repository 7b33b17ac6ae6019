import { agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import type { AgentMemory, AgentOutput } from '@parley/engine/ports/agent.ts';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { AnyTool } from '../../tools/tool.ts';
import { createFlowAgent } from './flow-agent.ts';
import type { FlowParts } from './parts.ts';

/** Looks something up, computes, lets a model speak, pays, pays again, and turns to a person. */
const definition = agentDefinitionSchema.parse({
  format: 1,
  id: 'payer',
  name: 'Payer',
  languages: ['en-US'],
  slots: { day: { type: 'date' } },
  intents: { pay: { flow: 'main' } },
  flows: {
    main: {
      nodes: {
        start: { type: 'start', next: 'ask' },
        ask: {
          type: 'form',
          slots: [{ slot: 'day', ask: 'Which day?' }],
          checks: [
            {
              look: { tool: 'look', result: 'free' },
              wrong: { value: 'results.free', is: 'equals', to: false },
              say: 'No.',
              clear: ['day'],
            },
          ],
          next: 'count',
        },
        count: { type: 'code', source: 'return 1', result: 'one', next: 'talk', failed: 'bye' },
        talk: { type: 'model', instructions: 'Talk.', next: 'read', failed: 'bye' },
        read: { type: 'call', tool: 'look', filler: 'One moment.', next: 'pay', failed: 'bye' },
        pay: { type: 'call', tool: 'pay', input: { day: '=slots.day' }, next: 'again', failed: 'again' },
        again: { type: 'call', tool: 'pay', input: { day: '=slots.day' }, next: 'person', failed: 'person' },
        person: { type: 'transfer', failed: 'bye' },
        bye: { type: 'end', text: 'Bye.' },
      },
    },
  },
});

interface Drop {
  /** The thought is dropped at so many-th wait of the reply; the commit rejects as of then, as the engine's does. */
  readonly at: number;
  /** The turn was never certain: commit waits until the thought is dropped. */
  readonly ahead: boolean;
}

async function think({ at, ahead }: Drop) {
  const controller = new AbortController();
  const { signal } = controller;
  const effects: string[] = [];
  const late: string[] = [];
  let waits = 0;
  let committed = false;
  const wait = async () => {
    waits += 1;
    if (waits === at) controller.abort(new Error('dropped'));
    await Promise.resolve();
  };
  const effect = (name: string) => {
    effects.push(name);
    if (!committed || signal.aborted) late.push(name);
  };
  const tool = (name: string, isEffect: boolean): AnyTool => ({
    name,
    description: name,
    input: z.record(z.string(), z.unknown()),
    effect: isEffect ? 'changes' : 'reads',
    async run() {
      if (isEffect) effect(name);
      await wait();
      return { ok: true };
    },
  });
  const parts: FlowParts = {
    tools: [tool('look', false), tool('pay', true)],
    classifiers: new Map([
      [
        'en',
        {
          name: 'slow',
          async classify() {
            await wait();
            return { intent: undefined, confidence: 0, ranking: [] };
          },
        },
      ],
    ]),
    code: {
      async run() {
        await wait();
        return { kind: 'done', value: 1 };
      },
    },
    async *model() {
      await wait();
      yield { type: 'say', text: 'Hm. ' };
      await wait();
      yield { type: 'done', slots: {}, finished: true };
    },
    async handOff() {
      effect('person');
      await wait();
      return 'accepted';
    },
  };
  const agent = createFlowAgent(definition, parts);
  const dropped = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  dropped.catch(() => {});
  const outputs: AgentOutput[] = [];
  let memory: AgentMemory | undefined;
  const respond = async (cue: Parameters<typeof agent.respond>[0]['cue']) => {
    const request = {
      conversationId: 'c1',
      cue,
      memory,
      history: [],
      language: 'en-US',
      nowEpochMs: Date.UTC(2026, 10, 23, 9),
      timeZone: 'UTC',
      commit: async () => {
        await wait();
        if (ahead) {
          controller.abort(new Error('dropped'));
          await dropped;
        }
        signal.throwIfAborted();
        committed = true;
      },
    };
    for await (const output of agent.respond(request, signal)) {
      outputs.push(output);
      if (output.type === 'finished') memory = output.memory;
    }
  };
  await respond({ type: 'greet' });
  const before = memory;
  outputs.length = 0;
  const turn = { turnNumber: 1, text: 'friday', confidence: 1, rejected: false, modality: 'voice' as const };
  const outcome = await respond({ type: 'turn', turn }).then(
    () => 'finished',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  return { outcome, effects, late, waits, outputs, changed: memory !== before };
}

test('a reply that is not dropped does all of it', async () => {
  const whole = await think({ at: 0, ahead: false });
  expect(whole).toMatchObject({ outcome: 'finished', effects: ['pay', 'pay', 'person'], late: [], changed: true });
  expect(whole.waits).toBeGreaterThan(9);
});

test('a thought that is dropped before its turn is certain has no effect and leaves nothing', async () => {
  const { outcome, effects, outputs, changed } = await think({ at: 0, ahead: true });
  expect(outcome).toBe('dropped');
  expect(effects).toEqual([]);
  expect(changed).toBe(false);
  expect(outputs.some(({ type }) => type === 'acted' || type === 'finished')).toBe(false);
  // Nothing is apologized for: nothing went wrong.
  expect(outputs.some((output) => output.type === 'say' && /sorry/.test(output.text))).toBe(false);
});

test('dropped at whichever wait, nothing is done after it, and nothing is said of it', async () => {
  const { waits } = await think({ at: 0, ahead: false });
  for (let at = 1; at <= waits; at += 1) {
    const { outcome, late, changed, outputs } = await think({ at, ahead: false });
    expect(outcome, `dropped at wait ${at}`).toBe('dropped');
    expect(late, `dropped at wait ${at}`).toEqual([]);
    expect(changed, `dropped at wait ${at}`).toBe(false);
    expect(outputs.some(({ type }) => type === 'finished')).toBe(false);
  }
});

test('a commit that fails without a signal drops the thought as well', async () => {
  const agent = createFlowAgent(definition, {
    tools: [],
    classifiers: new Map(),
    handOff: async () => 'accepted',
  });
  const request = {
    conversationId: 'c1',
    cue: { type: 'greet' } as const,
    memory: {
      format: 1,
      stack: [{ flow: 'main', node: 'person', waiting: false, misses: 0, looked: {}, modelTurns: 0 }],
      slots: {},
      results: {},
      language: 'en-US',
      replies: 1,
      lastReply: '',
      changes: {},
    },
    history: [],
    language: 'en-US',
    nowEpochMs: 0,
    timeZone: 'UTC',
    commit: () => Promise.reject(new Error('taken back')),
  };
  const outputs: AgentOutput[] = [];
  const replied = (async () => {
    for await (const output of agent.respond(request, new AbortController().signal)) outputs.push(output);
  })();
  await expect(replied).rejects.toThrow('taken back');
  expect(outputs).toMatchObject([{ type: 'say', text: 'Hello again. ' }]);
});
