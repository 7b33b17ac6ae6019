import { z } from 'zod';
import { conversationIdSchema } from './ids.ts';

/** The sound of a conversation, and where to hear it. */
export const recordingSchema = z.object({
  recording_id: z.uuid(),
  conversation_id: conversationIdSchema,
  status: z.enum(['recording', 'complete', 'interrupted', 'deleted']).meta({
    description: '`interrupted`: the server died or its store went away; what is there can be heard.',
  }),
  started_at: z.iso.datetime(),
  ended_at: z.iso.datetime().nullable(),
  duration_ms: z.int().nullable().meta({ description: 'Null while it is being made.' }),
  bytes: z.int().nullable().meta({ description: 'In the store.' }),
  channels: z.int(),
  sample_rate_hz: z.int(),
  pauses: z
    .array(z.object({ from_ms: z.int(), to_ms: z.int().nullable() }))
    .meta({ description: 'Where it is silent because a secret was said, or because it was paused.' }),
  expires_at: z.iso.datetime().nullable().meta({ description: 'When it is deleted; null: not by itself.' }),
  audio_url: z.string().meta({ description: 'The path of its sound on this server.' }),
});
export type RecordingView = z.infer<typeof recordingSchema>;
