import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Agent, AgentOutput, AgentRequest } from '../ports/agent.ts';
import type { Clock } from '../ports/clock.ts';
import { createScriptedCall } from '../simulation/scripted-call.ts';
import { createScriptedAgent } from '../simulation/scripted-parts.ts';
import { createVirtualClock, type VirtualClock } from '../simulation/virtual-clock.ts';
import { createFallbackAgent, fallbackAgentDefaults } from './fallback-agent.ts';
import type { FallbackError } from './fallback-error.ts';

const { firstOutputTimeoutMs } = fallbackAgentDefaults;

type AgentDeed =
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'hang' }
  | { readonly do: 'throw' }
  | { readonly do: 'commit' }
  | { readonly do: 'understood' | 'say' | 'acted' | 'finished' };

/** An agent that does as the script says, whatever the signal, and names itself in all that it says. */
function scriptedAgent(clock: Clock, id: string, deeds: readonly AgentDeed[]): Agent & { readonly effects: string[] } {
  const effects: string[] = [];
  return {
    ...createScriptedAgent(async function* (_, request) {
      for (const deed of deeds) {
        if (deed.do === 'throw') throw new Error(`${id} is broken`);
        if (deed.do === 'hang') await new Promise<never>(() => {});
        if (deed.do === 'wait') await new Promise<void>((resolve) => clock.wakeAt(clock.nowMs() + deed.ms, resolve));
        if (deed.do === 'commit') {
          await request.commit();
          effects.push(id);
        }
        if (deed.do === 'say') yield { type: 'say', text: id };
        if (deed.do === 'acted') yield { type: 'acted', name: id, data: {} };
        if (deed.do === 'finished') yield { type: 'finished', memory: { id }, expects: undefined, end: false };
        if (deed.do === 'understood') {
          yield { type: 'understood', understanding: { intent: id, confidence: 1, entities: [] } };
        }
      }
    }),
    id,
    thinksAhead: true,
    effects,
  };
}

const works: readonly AgentDeed[] = [{ do: 'understood' }, { do: 'say' }, { do: 'finished' }];

/** Asks once, and notes what came and how it ended. */
function ask(agent: Agent, commit: () => Promise<void> = async () => {}, signal = new AbortController().signal) {
  const request: AgentRequest = {
    conversationId: 'c',
    cue: { type: 'greet' },
    memory: undefined,
    history: [],
    language: 'en-US',
    nowEpochMs: 0,
    timeZone: 'UTC',
    commit,
  };
  const answer = { outputs: [] as AgentOutput[], error: undefined as unknown, over: false };
  void (async () => {
    try {
      for await (const output of agent.respond(request, signal)) answer.outputs.push(output);
    } catch (error) {
      answer.error = error;
    }
    answer.over = true;
  })();
  return answer;
}

function spoken(outputs: readonly AgentOutput[]): string {
  return outputs
    .map((output) => {
      if (output.type === 'say') return `say ${output.text}`;
      if (output.type === 'acted') return `act ${output.name}`;
      return output.type === 'understood' ? `understand ${output.understanding.intent}` : 'finish';
    })
    .join(', ');
}

function create(clock: VirtualClock, scripts: readonly (readonly AgentDeed[])[]) {
  const errors: FallbackError[] = [];
  const agents = scripts.map((script, index) => scriptedAgent(clock, `agent ${index + 1}`, script));
  const agent = createFallbackAgent(agents, fallbackAgentDefaults, clock, (error) => errors.push(error));
  return { agent, agents, errors };
}

describe('a turn is answered by the next agent', () => {
  it.each<[string, readonly AgentDeed[], number]>([
    ['throws', [{ do: 'throw' }], 0],
    ['hangs', [{ do: 'hang' }], firstOutputTimeoutMs],
    ['stops without a word', [], 0],
    ['understands and throws', [{ do: 'understood' }, { do: 'throw' }], 0],
    ['understands and hangs', [{ do: 'understood' }, { do: 'hang' }], firstOutputTimeoutMs],
  ])('when the first one %s', async (_, deeds, afterMs) => {
    const clock = createVirtualClock();
    const { agent, errors } = create(clock, [deeds, works]);
    const answer = ask(agent);
    await clock.advance(afterMs);
    expect(spoken(answer.outputs)).toBe('understand agent 2, say agent 2, finish');
    expect(answer.over).toBe(true);
    expect(errors).toHaveLength(1);
  });

  it('and what a slow first one says or does later is neither heard nor done', async () => {
    const clock = createVirtualClock();
    const late: readonly AgentDeed[] = [{ do: 'wait', ms: 8000 }, { do: 'commit' }, { do: 'acted' }, { do: 'say' }];
    const { agent, agents } = create(clock, [late, works]);
    const answer = ask(agent);
    await clock.advance(60_000);
    expect(spoken(answer.outputs)).toBe('understand agent 2, say agent 2, finish');
    expect(agents[0]?.effects).toEqual([]);
  });

  it('and an agent that failed again and again is not waited for in the next turn', async () => {
    const clock = createVirtualClock();
    const { agent } = create(clock, [[{ do: 'hang' }], works]);
    for (let n = 0; n < fallbackAgentDefaults.breaker.failuresToOpen; n += 1) {
      ask(agent);
      await clock.advance(firstOutputTimeoutMs);
    }
    const answer = ask(agent);
    await clock.advance(0);
    expect(answer.over).toBe(true);
  });
});

describe('a failure is passed on, and nothing is begun again', () => {
  it.each<[string, readonly AgentDeed[], string]>([
    ['spoke', [{ do: 'say' }, { do: 'throw' }], 'say agent 1'],
    ['acted', [{ do: 'acted' }, { do: 'throw' }], 'act agent 1'],
    ['committed to the turn', [{ do: 'commit' }, { do: 'throw' }], ''],
  ])('once the agent %s', async (_, deeds, heard) => {
    const clock = createVirtualClock();
    const { agent } = create(clock, [deeds, works]);
    const answer = ask(agent);
    await clock.advance(60_000);
    expect(spoken(answer.outputs)).toBe(heard);
    expect(answer.error).toMatchObject({ message: 'agent 1 is broken' });
  });

  it('when all agents failed, with the last reason', async () => {
    const clock = createVirtualClock();
    const { agent } = create(clock, [[{ do: 'throw' }], [{ do: 'throw' }]]);
    const answer = ask(agent);
    await clock.advance(0);
    expect(answer.error).toMatchObject({ code: 'parts_exhausted', cause: { message: 'agent 2 is broken' } });
  });
});

it('an agent that waits for the turn to be certain is not taken for one that hangs', async () => {
  const clock = createVirtualClock();
  const { agent, agents } = create(clock, [[{ do: 'commit' }, { do: 'acted' }, { do: 'finished' }], works]);
  const certain = Promise.withResolvers<void>();
  const answer = ask(agent, () => certain.promise);
  await clock.advance(30_000);
  expect(answer.over).toBe(false);
  certain.resolve();
  await clock.advance(0);
  expect(spoken(answer.outputs)).toBe('act agent 1, finish');
  expect(agents[1]?.effects).toEqual([]);
});

it('in a whole call the caller hears the second agent when the first one hangs', async () => {
  let both: Agent | undefined;
  const call = createScriptedCall({
    agent: {
      ...createScriptedAgent(async function* () {}),
      respond(request, signal) {
        both ??= create(call.clock, [[{ do: 'hang' }], works]).agent;
        return both.respond(request, signal);
      },
    },
  });
  call.attachAudio();
  await call.wait(10_000);
  expect(call.notices.filter((notice) => notice.type === 'said').map((notice) => notice.text)).toContain('agent 2');
  expect(call.agentFrames.at(-1)).toBeGreaterThan(firstOutputTimeoutMs);
});

const deed: fc.Arbitrary<AgentDeed> = fc.oneof(
  fc.record({ do: fc.constant('wait' as const), ms: fc.nat(8000) }),
  fc.constantFrom<AgentDeed>(
    { do: 'hang' },
    { do: 'throw' },
    { do: 'commit' },
    { do: 'understood' },
    { do: 'say' },
    { do: 'acted' },
    { do: 'finished' },
  ),
);

it('whatever the agents do, at most one of them is heard and at most one does something', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(deed, { maxLength: 6 }), { minLength: 1, maxLength: 3 }),
      fc.option(fc.nat(12_000), { nil: undefined }),
      async (scripts, abortAtMs) => {
        const clock = createVirtualClock();
        const ours = clock.share();
        const agents = scripts.map((script, index) => scriptedAgent(clock, `agent ${index}`, script));
        const agent = createFallbackAgent(agents, fallbackAgentDefaults, ours, () => {});
        const scope = new AbortController();
        const answer = ask(agent, async () => {}, scope.signal);
        if (abortAtMs !== undefined) {
          await clock.advance(abortAtMs);
          scope.abort();
        }
        await clock.advance(abortAtMs === undefined ? 60_000 : 0);
        const names = answer.outputs.flatMap((output) => {
          if (output.type === 'say') return [output.text];
          if (output.type === 'acted') return [output.name];
          if (output.type === 'waiting') return [];
          return output.type === 'understood' ? [output.understanding.intent] : [output.type && output.memory.id];
        });
        const doers = agents.filter(({ effects }) => effects.length > 0).map(({ id }) => id);
        expect(new Set([...names, ...doers]).size).toBeLessThanOrEqual(1);
        const bound = answer.outputs.length > 0 || doers.length > 0;
        expect(answer.over || bound).toBe(true);
        if (answer.over) expect(ours.pending).toBe(0);
      },
    ),
    { numRuns: 300, seed: 20 },
  );
});
