import { z } from 'zod';

/** The engine's least, 16.8 MB, and as much again: 11 MB and 16 MB for values. */
export const defaultMemoryBytes = 33_554_432;

/** Why code gave no result. `unavailable` is the platform's fault, all others the code's. */
export type CodeFailure = z.infer<typeof failureSchema>;

const failureSchema = z.enum(['syntax', 'threw', 'deadline', 'memory', 'output_too_large', 'not_json', 'unavailable']);

/** What is asked of the thread. */
export const askSchema = z.strictObject({
  source: z.string(),
  inputText: z.string(),
  deadlineMs: z.number(),
  memoryBytes: z.number(),
  outputBytes: z.number(),
  nowEpochMs: z.number(),
  seed: z.number(),
});
export type CodeAsk = z.infer<typeof askSchema>;

/** What the thread answers: the result as JSON text, or why there is none. */
export const answerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('done'), text: z.string() }),
  z.strictObject({
    kind: z.literal('failed'),
    code: failureSchema,
    message: z.string(),
    line: z.number().optional(),
  }),
]);
export type CodeAnswer = z.infer<typeof answerSchema>;
