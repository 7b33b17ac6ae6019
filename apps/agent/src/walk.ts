import { randomWalk } from '@parley/dialogue/testing/random-walk.ts';
import { buildAgent } from './open-agent.ts';
import type { Terminal } from './terminal.ts';

export async function walk(
  folder: string,
  options: { readonly language: string | undefined; readonly calls: number; readonly seed: number },
  terminal: Terminal,
): Promise<number> {
  const { agent, definition } = await buildAgent(folder, options.language);
  const outcomes = { goal: 0, handoff: 0, farewell: 0, circle: 0 };
  let turns = 0;
  let shown: string | undefined;
  for (let seed = options.seed; seed < options.seed + options.calls; seed += 1) {
    const walked = await randomWalk(agent, definition, seed);
    outcomes[walked.outcome] += 1;
    turns += walked.turns;
    if (walked.outcome === 'circle') shown ??= `Caller ${seed} went round in circles:\n${walked.transcript}`;
  }
  if (shown !== undefined) terminal.write(`${shown}\n\n`);
  const { goal, handoff, farewell, circle } = outcomes;
  terminal.write(
    `${options.calls} callers, ${(turns / Math.max(1, options.calls)).toFixed(1)} turns each: ${goal} got something done, ${handoff} asked for a person, ${farewell} said goodbye, ${circle} went round in circles.\n`,
  );
  return circle > 0 ? 1 : 0;
}
