import type { CallLog } from './call-log.ts';
import type { CallScript } from './call-script.ts';
import { type Violation, violationsOf } from './invariants.ts';
import { createRandom } from './random.ts';
import { randomCall } from './random-call.ts';
import { scenarios } from './scenarios/scenarios.ts';

/** What is simulated: calls of all kinds, or the calls of one scenario, one for each seed. */
export interface Subject {
  readonly scriptOf: (seed: number) => CallScript;
  readonly check: (log: CallLog) => readonly Violation[];
}

/** @param name of a scenario; undefined for random calls */
export function subjectOf(name: string | undefined): Subject | undefined {
  if (name === undefined) return { scriptOf: randomCall, check: violationsOf };
  const scenario = scenarios.find((known) => known.name === name);
  if (scenario === undefined) return undefined;
  return {
    scriptOf: (seed) => ({ ...scenario.script(createRandom(`${name}/${seed}`)), name: `${name}, seed ${seed}` }),
    check(log) {
      const how = scenario.broken(log);
      const own = how === undefined ? [] : [{ promise: scenario.title, how }];
      return [...own, ...violationsOf(log)];
    },
  };
}
