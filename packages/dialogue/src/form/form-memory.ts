import type { AgentMemory } from '@parley/engine/ports/agent.ts';
import { z } from 'zod';

/** Where the conversation is: a question is open, the read-back awaits its yes, something is to change, or all is done. */
export type FormStep = 'filling' | 'confirming' | 'changing' | 'closing';

/** What a form agent keeps between turns. */
export interface FormMemory<Values> {
  readonly step: FormStep;
  readonly values: Values;
  /** Turns in a row that were not understood. */
  readonly misses: number;
  /** Replies so far; varies the wording where there is no turn. */
  readonly replies: number;
  readonly lastReply: string;
  /** Fixed when the values are read back, so that a yes said twice, or repeated after a failure, submits once. */
  readonly key: string | undefined;
  /** Done and standing; while the form is filled again it is what will be replaced. */
  readonly done: { readonly reference: string; readonly values: Values } | undefined;
  /** Submitted with unknown outcome: to be repeated with its key, or found and taken back. */
  readonly pending: { readonly key: string; readonly values: Values } | undefined;
}

/** How memory was last written; a memory of another version starts afresh. */
const VERSION = 1;

export function freshMemory<Values>(values: Values): FormMemory<Values> {
  return {
    step: 'filling',
    values,
    misses: 0,
    replies: 0,
    lastReply: '',
    key: undefined,
    done: undefined,
    pending: undefined,
  };
}

/** Memory as stored, or undefined when it is not of this version and form. */
export function readMemory<Values>(
  stored: AgentMemory | undefined,
  valuesSchema: z.ZodType<Values>,
): FormMemory<Values> | undefined {
  const envelope = envelopeSchema.safeParse(stored);
  if (!envelope.success) return undefined;
  const { step, misses, replies, lastReply, key, done, pending } = envelope.data;
  const values = valuesSchema.safeParse(envelope.data.values);
  const doneValues = valuesSchema.safeParse(done?.values ?? {});
  const pendingValues = valuesSchema.safeParse(pending?.values ?? {});
  if (!values.success || !doneValues.success || !pendingValues.success) return undefined;
  return {
    step,
    values: values.data,
    misses,
    replies,
    lastReply,
    key,
    done: done && { reference: done.reference, values: doneValues.data },
    pending: pending && { key: pending.key, values: pendingValues.data },
  };
}

export function writeMemory<Values>(memory: FormMemory<Values>): AgentMemory {
  return { version: VERSION, ...memory };
}

const envelopeSchema = z.object({
  version: z.literal(VERSION),
  step: z.enum(['filling', 'confirming', 'changing', 'closing']),
  values: z.unknown(),
  misses: z.int().nonnegative(),
  replies: z.int().nonnegative(),
  lastReply: z.string(),
  key: z.string().optional(),
  done: z.object({ reference: z.string(), values: z.unknown() }).optional(),
  pending: z.object({ key: z.string(), values: z.unknown() }).optional(),
});
