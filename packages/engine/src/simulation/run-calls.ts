import { type CallLog, stateSpans } from './call-log.ts';
import type { CallScript } from './call-script.ts';
import { type Violation, violationsOf } from './invariants.ts';
import { simulateCall } from './simulate-call.ts';

/** What is found in one call: a promise that it breaks. */
export interface Finding extends Violation {
  readonly seed: number;
}

export interface Tally {
  readonly calls: number;
  /** Conversation in virtual time; a silence counts for a minute at most, so that idling does not pass for work. */
  readonly virtualMs: number;
  readonly findings: readonly Finding[];
}

/** Findings that are kept: more of them tell nothing more. */
const maxFindings = 1000;

/** Lets the calls of so many seeds happen, one after the other. */
export async function runCalls(
  scriptOf: (seed: number) => CallScript,
  seeds: { readonly from: number; readonly count: number },
  check: (log: CallLog) => readonly Violation[] = violationsOf,
): Promise<Tally> {
  const findings: Finding[] = [];
  let virtualMs = 0;
  for (let seed = seeds.from; seed < seeds.from + seeds.count; seed += 1) {
    const outcome = await tryCall(scriptOf(seed), check);
    virtualMs += outcome.virtualMs;
    for (const violation of outcome.violations)
      if (findings.length < maxFindings) findings.push({ seed, ...violation });
  }
  return { calls: seeds.count, virtualMs, findings };
}

/** @returns what the call broke, an error that nobody caught included */
export async function tryCall(
  script: CallScript,
  check: (log: CallLog) => readonly Violation[] = violationsOf,
): Promise<{ readonly virtualMs: number; readonly violations: readonly Violation[] }> {
  try {
    const log = await simulateCall(script);
    return { virtualMs: liveMs(log), violations: check(log) };
  } catch (error) {
    const how = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { virtualMs: 0, violations: [{ promise: neverThrows, how }] };
  }
}

/** What is not a broken promise of one call but the end of all: an error that nobody caught. */
export const neverThrows = 'Whatever the parts do, nothing is thrown at channels, clients or timers.';

const longestSilenceMs = 60_000;

function liveMs(log: CallLog): number {
  const overMs = log.closed[0]?.atMs ?? log.endMs;
  return stateSpans(log).reduce((sum, { fromMs, toMs }) => {
    return sum + Math.max(0, Math.min(Math.min(toMs, overMs) - fromMs, longestSilenceMs));
  }, 0);
}
