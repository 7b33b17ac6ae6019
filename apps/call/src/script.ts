import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** One thing that the caller does. */
export type CallStep =
  | { readonly type: 'say'; readonly text: string; readonly interruptAfterMs?: number }
  | { readonly type: 'wav'; readonly path: string; readonly interruptAfterMs?: number }
  /** Say nothing for so long. */
  | { readonly type: 'pause'; readonly durationMs: number }
  /** A message typed instead of spoken. */
  | { readonly type: 'text'; readonly text: string }
  /** The agent must have said this since the caller last did something. */
  | { readonly type: 'expect'; readonly text: string }
  | { readonly type: 'hangUp' };

export interface CallScript {
  readonly steps: readonly CallStep[];
  readonly voice: string | undefined;
  readonly noiseDbfs: number | undefined;
  readonly timeZone: string | undefined;
}

/** A script that cannot be used; the message says where and why. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';
}

const text = z.string().trim().min(1).max(2000);
// Half a minute of waiting is beyond any pause a person makes, and keeps a slip of the keyboard from hanging a test.
const milliseconds = z.number().min(0).max(30_000);

const stepSchema = z.union(
  [
    z.strictObject({ say: text }).transform((step): CallStep => ({ type: 'say', text: step.say })),
    z.strictObject({ wav: text }).transform((step): CallStep => ({ type: 'wav', path: step.wav })),
    z
      .strictObject({ interrupt: z.strictObject({ after_ms: milliseconds, say: text }) })
      .transform(
        ({ interrupt }): CallStep => ({ type: 'say', text: interrupt.say, interruptAfterMs: interrupt.after_ms }),
      ),
    z
      .strictObject({ interrupt: z.strictObject({ after_ms: milliseconds, wav: text }) })
      .transform(
        ({ interrupt }): CallStep => ({ type: 'wav', path: interrupt.wav, interruptAfterMs: interrupt.after_ms }),
      ),
    z
      .strictObject({ pause_ms: milliseconds })
      .transform((step): CallStep => ({ type: 'pause', durationMs: step.pause_ms })),
    z.strictObject({ type: text }).transform((step): CallStep => ({ type: 'text', text: step.type })),
    z.strictObject({ expect: text }).transform((step): CallStep => ({ type: 'expect', text: step.expect })),
    z.literal('hang_up').transform((): CallStep => ({ type: 'hangUp' })),
  ],
  {
    error:
      'is none of `say: …`, `wav: FILE`, `interrupt: {after_ms: …, say: …}`, `pause_ms: …`, `type: …`, `expect: …`, `hang_up`',
  },
);

const scriptSchema = z.strictObject({
  voice: z.string().optional(),
  noise_db: z.number().min(-100).max(0).optional(),
  time_zone: z.string().optional(),
  // More steps than a long call has.
  steps: z.array(stepSchema).min(1, 'has no steps').max(200),
});

/**
 * Reads a call written in YAML (see docs/calling.md). Paths of WAV files are relative to the script.
 * @throws ScriptError with one sentence that names the first wrong step
 */
export function parseScript(source: string, scriptPath: string): CallScript {
  const result = scriptSchema.safeParse(readYaml(source, scriptPath));
  if (!result.success) {
    const issue = result.error.issues[0];
    const [field, index] = issue?.path ?? [];
    const place = field === 'steps' && typeof index === 'number' ? `step ${index + 1}` : String(field ?? 'the script');
    throw new ScriptError(`${scriptPath}: ${place} ${issue?.message ?? 'is wrong'}.`);
  }
  const { steps, voice, noise_db, time_zone } = result.data;
  for (const [index, step] of steps.entries()) {
    const before = steps[index - 1];
    const isInterruption = (step.type === 'say' || step.type === 'wav') && step.interruptAfterMs !== undefined;
    if (isInterruption && (before?.type === 'expect' || before?.type === 'pause')) {
      const name = before.type === 'expect' ? 'expect' : 'pause_ms';
      throw new ScriptError(
        `${scriptPath}: step ${index + 1} cannot interrupt: \`${name}\` before it waits until the agent has finished. Put \`${name}\` after it.`,
      );
    }
  }
  const folder = dirname(resolve(scriptPath));
  return {
    steps: steps.map((step) => (step.type === 'wav' ? { ...step, path: resolve(folder, step.path) } : step)),
    voice,
    noiseDbfs: noise_db,
    timeZone: time_zone,
  };
}

function readYaml(source: string, scriptPath: string): unknown {
  try {
    return parse(source);
  } catch (error) {
    throw new ScriptError(`${scriptPath} is not YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
}
