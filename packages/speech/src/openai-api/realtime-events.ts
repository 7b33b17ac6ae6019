import { z } from 'zod';
import { apiErrorSchema } from './api-failure.ts';

const logprobs = z.array(z.looseObject({ logprob: z.number() })).nullish();

/** What the server of a transcription session says, as far as it matters here [spec: openai 7.55]. */
const known = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('input_audio_buffer.committed'), item_id: z.string() }),
  z.looseObject({
    type: z.literal('conversation.item.input_audio_transcription.delta'),
    item_id: z.string(),
    delta: z.string().default(''),
    logprobs,
  }),
  z.looseObject({
    type: z.literal('conversation.item.input_audio_transcription.completed'),
    item_id: z.string(),
    transcript: z.string(),
    logprobs,
  }),
  z.looseObject({
    type: z.literal('conversation.item.input_audio_transcription.failed'),
    item_id: z.string(),
    error: apiErrorSchema,
  }),
  z.looseObject({ type: z.literal('error'), error: apiErrorSchema }),
]);

export type RealtimeEvent = z.infer<typeof known>;

const knownTypes: ReadonlySet<string> = new Set(known.options.map(({ shape }) => shape.type.value));
const anySchema = z.looseObject({ type: z.string() });

/** @returns `other` for events that say nothing of the transcript, `malformed` for what is no event */
export function parseRealtimeEvent(text: string): RealtimeEvent | 'other' | 'malformed' {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return 'malformed';
  }
  const any = anySchema.safeParse(given);
  if (!any.success) return 'malformed';
  if (!knownTypes.has(any.data.type)) return 'other';
  const event = known.safeParse(given);
  return event.success ? event.data : 'malformed';
}
