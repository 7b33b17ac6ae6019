import { TrialFailure, type TrialResult } from '@parley/speech/trial/trial.ts';

/** One part that Parley is configured with, and a real request that shows whether it works. */
export interface Check {
  readonly kind: CheckKind;
  /** As the settings name it: `deepgram`, `DATABASE_URL`. */
  readonly part: string;
  /** Rejects with TrialFailure, or with whatever went wrong; minds the signal. */
  run(signal: AbortSignal): Promise<TrialResult>;
}

export type CheckKind =
  | 'recogniser'
  | 'voice'
  | 'language model'
  | 'database'
  | 'cache'
  | 'files'
  | 'channel'
  | 'sign-in'
  | 'telemetry';

/** What came of a check. */
export type Finding = { readonly kind: CheckKind; readonly part: string; readonly latencyMs: number } & (
  | { readonly outcome: 'works'; readonly version?: string; readonly detail?: string }
  | { readonly outcome: 'fails'; readonly problem: string; readonly advice: string }
);

export interface CheckOptions {
  /** After this a part does not work, whatever it may still do. */
  readonly timeoutMs: number;
  /** Checks under way at once. */
  readonly atOnce: number;
}

export const checkDefaults: CheckOptions = {
  // A grammar compiled, or a model loaded from a folder, takes the longest.
  timeoutMs: 30_000,
  // Enough that one slow part does not hold up the rest, few enough that they do not slow one another.
  atOnce: 4,
};

/** Runs the checks, and gives what came of them in their order. Nothing that a check throws gets out. */
export async function runChecks(
  checks: readonly Check[],
  signal: AbortSignal,
  { timeoutMs, atOnce }: CheckOptions = checkDefaults,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const waiting = [...checks.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      signal.throwIfAborted();
      const [place, check] = next;
      findings[place] = await runCheck(check, signal, timeoutMs);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return findings;
}

async function runCheck(check: Check, signal: AbortSignal, timeoutMs: number): Promise<Finding> {
  const { kind, part } = check;
  const startedMs = performance.now();
  const passedMs = () => Math.round(performance.now() - startedMs);
  const scope = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const late = Promise.withResolvers<never>();
  const onAbort = () =>
    late.reject(new TrialFailure(`No answer within ${timeoutMs / 1000} s.`, 'Check address and network.'));
  scope.addEventListener('abort', onAbort, { once: true });
  try {
    const { latencyMs = passedMs(), ...rest } = await Promise.race([check.run(scope), late.promise]);
    return { kind, part, outcome: 'works', latencyMs: Math.round(latencyMs), ...rest };
  } catch (error) {
    const advice = error instanceof TrialFailure ? error.advice : '';
    return { kind, part, outcome: 'fails', latencyMs: passedMs(), problem: messageOf(error), advice };
  } finally {
    scope.removeEventListener('abort', onAbort);
    late.promise.catch(() => {});
  }
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replace(/\s+/g, ' ').slice(0, 400);
}
