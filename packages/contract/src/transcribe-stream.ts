import { z } from 'zod';

/**
 * WebSocket at `/v1/transcribe-stream`: sound in, what was understood out. The token or key comes in the `Authorization` header, or, from
 * browsers, as a second protocol `parley.token.…` beside `parley.v1`. Needs the permission `speech:transcribe`.
 */
export const transcribeStreamQuerySchema = z.strictObject({
  language: z
    .string()
    .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/)
    .max(35)
    .optional()
    .meta({ description: "BCP 47; the agent's when left out." }),
  engine: z.string().min(1).max(300).optional(),
  agent_id: z.string().min(1).max(100).optional().meta({ description: 'Whose words are expected.' }),
  encoding: z.enum(['pcm_16000', 'mulaw_8000']).default('pcm_16000').meta({
    description: 'Of the binary messages: 16-bit little-endian samples, or µ-law; one channel, any length.',
  }),
});

/** What the server sends, as JSON. The client sends sound, and `{"type":"finish"}` when it has no more. */
export const streamMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('started'), at_ms: z.int().nonnegative() }),
  /** Each replaces the one before. */
  z.object({ type: z.literal('partial'), text: z.string() }),
  /** Of one stretch of voice; empty when nothing was made out. Times count from the beginning of the sound. */
  z.object({
    type: z.literal('final'),
    text: z.string(),
    confidence: z.number().min(0).max(1),
    words: z.array(z.object({ text: z.string(), start_ms: z.number(), end_ms: z.number() })),
  }),
  /** After `finish`, once all is answered; the connection is closed then. */
  z.object({ type: z.literal('done'), heard_ms: z.int().nonnegative() }),
  /** The connection is closed then. */
  z.object({
    type: z.literal('error'),
    code: z.enum(['speech_unavailable', 'too_many_messages', 'invalid_request']),
    reason: z.string(),
  }),
]);
export type StreamMessage = z.output<typeof streamMessageSchema>;
