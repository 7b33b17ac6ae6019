import { z } from 'zod';
import { parseJson } from '../wire/parse-json.ts';

const word = z.object({
  word: z.string(),
  /** Seconds from the start of the connection's sound. */
  start: z.number(),
  end: z.number(),
  punctuated_word: z.string().optional(),
});

const results = z.object({
  type: z.literal('Results'),
  start: z.number(),
  duration: z.number(),
  is_final: z.boolean().default(false),
  from_finalize: z.boolean().default(false),
  channel: z.object({
    alternatives: z.array(
      z.object({ transcript: z.string(), confidence: z.number().default(0), words: z.array(word).default([]) }),
    ),
  }),
});

const known = z.discriminatedUnion('type', [
  results,
  z.object({ type: z.literal('UtteranceEnd'), last_word_end: z.number() }),
  z.object({ type: z.enum(['ConfigureSuccess', 'ConfigureFailure']) }),
  z.object({
    type: z.literal('Error'),
    description: z.string().default(''),
    message: z.string().default(''),
    code: z.string().default(''),
    variant: z.string().default(''),
  }),
]);

export type NovaMessage = z.infer<typeof known>;
export type NovaResults = z.infer<typeof results>;

/** Those that are acted on; others (`Metadata`, `SpeechStarted`, what is to come) are `other`. */
const knownTypes = new Set(['Results', 'UtteranceEnd', 'ConfigureSuccess', 'ConfigureFailure', 'Error']);

/** A message of `/v1/listen`; undefined for what the vendor never sends. */
export function parseNovaMessage(text: string): NovaMessage | { readonly type: 'other' } | undefined {
  const json = parseJson(text);
  const typed = z.object({ type: z.string() }).safeParse(json);
  if (!typed.success) return undefined;
  if (!knownTypes.has(typed.data.type)) return { type: 'other' };
  return known.safeParse(json).data;
}

/** The same, so many seconds later. */
export function laterResults(results: NovaResults, seconds: number): NovaResults {
  const alternatives = results.channel.alternatives.map((one) => ({
    ...one,
    words: one.words.map((said) => ({ ...said, start: said.start + seconds, end: said.end + seconds })),
  }));
  return { ...results, start: results.start + seconds, channel: { alternatives } };
}
