import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

export interface SimulateOptions {
  readonly calls: number;
  readonly seed: number;
  /** One scenario instead of calls of all kinds. */
  readonly scenario: string | undefined;
  readonly json: boolean;
  readonly workers: number;
  /** Show the one call of this seed. */
  readonly replay: number | undefined;
  /** Where to draw the replayed call. */
  readonly svg: string | undefined;
  /** Stop simulating when this many calls broke a promise. */
  readonly maxViolations: number;
}

export const usage = `Simulates whole calls in virtual time and checks that every promise is kept.

  npm run simulate -- --calls 10000 --seed 1      random calls, with the seeds 1 to 10000
  npm run simulate -- --scenario NAME             one scenario, with many timings
  npm run simulate -- --replay SEED [--svg FILE]  one call, as a timeline

  --calls N      how many calls (1000)
  --seed S       the first seed (1)
  --workers K    threads (as many as the machine has cores)
  --json         one JSON object instead of sentences`;

/** @throws with a sentence for whoever typed the arguments */
export function readOptions(args: readonly string[]): SimulateOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      calls: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      scenario: { type: 'string' },
      json: { type: 'boolean', default: false },
      workers: { type: 'string', default: String(availableParallelism()) },
      replay: { type: 'string' },
      svg: { type: 'string' },
    },
  });
  return {
    calls: whole('calls', values.calls, 1),
    seed: whole('seed', values.seed, 0),
    scenario: values.scenario,
    json: values.json,
    workers: whole('workers', values.workers, 1),
    replay: values.replay === undefined ? undefined : whole('replay', values.replay, 0),
    svg: values.svg,
    maxViolations: 100,
  };
}

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new Error(`--${name} wants a whole number of at least ${least}, not "${text}".`);
}
