import { fileURLToPath } from 'node:url';
import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';
import { loadAgent } from '@parley/dialogue/flow/load-agent.ts';
import { planFlows } from '@parley/dialogue/flow/runner/flow-plan.ts';
import { validateAgent } from '@parley/dialogue/flow/validate-agent.ts';
import { largeAgent, largeAgentTools } from '@parley/dialogue/testing/large-agent.ts';
import { randomWalk } from '@parley/dialogue/testing/random-walk.ts';
import type { Agent } from '@parley/engine/ports/agent.ts';
import { median, percentile } from './statistics.ts';

const warmUpCallers = 100;
const callers = 1000;
const rounds = 5;
const flows = 100;
const nodesPerFlow = 200;

/** What a turn in text costs: understanding and flow together, without any tool's own time. About ten seconds. */
export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const folder = fileURLToPath(new URL('../../apps/agent/template', import.meta.url));
  const { agent, definition } = await loadAgent(folder, { tools: [] });
  const turnsMs: number[] = [];
  const timed = timing(agent, (ms) => turnsMs.push(ms));
  await walk(timed, definition, 0, warmUpCallers);
  turnsMs.length = 0;
  await walk(timed, definition, warmUpCallers, callers);

  const large = largeAgent({ flows, nodesPerFlow });
  const text = JSON.stringify(large);
  const loadMs = Array.from({ length: rounds }, () => {
    const startedMs = performance.now();
    const checked = validateAgent(JSON.parse(text), { tools: largeAgentTools, hasModel: true });
    if (checked.kind === 'invalid') throw new Error(checked.problems[0]?.message ?? 'The large agent is invalid.');
    planFlows(checked.definition, []);
    return performance.now() - startedMs;
  });
  const figures = {
    turns: turnsMs.length,
    turnMs: { p50: median(turnsMs), p99: percentile(turnsMs, 0.99), max: percentile(turnsMs, 1) },
    load: { flows, nodesPerFlow, bytes: text.length, ms: median(loadMs) },
  };
  if (json) console.log(JSON.stringify(figures));
  else {
    const { turnMs, load } = figures;
    console.log(
      [
        `${figures.turns} turns in text: median ${turnMs.p50.toFixed(3)} ms, 99 % ${turnMs.p99.toFixed(2)} ms, most ${turnMs.max.toFixed(1)} ms`,
        `${flows} flows of ${nodesPerFlow} nodes (${(load.bytes / 1e6).toFixed(1)} MB) checked and loaded in ${load.ms.toFixed(0)} ms`,
      ].join('\n'),
    );
  }
}

async function walk(agent: Agent, definition: AgentDefinition, from: number, count: number): Promise<void> {
  for (let seed = from; seed < from + count; seed += 1) await randomWalk(agent, definition, seed);
}

/** The agent itself, with a clock on each of its replies. */
function timing(agent: Agent, onReply: (ms: number) => void): Agent {
  return {
    ...agent,
    async *respond(request, signal) {
      const startedMs = performance.now();
      yield* agent.respond(request, signal);
      onReply(performance.now() - startedMs);
    },
  };
}
