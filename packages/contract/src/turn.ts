import { z } from 'zod';

const durationMs = z.number().nonnegative().nullable();

/** Where the milliseconds of a turn went; stages in the order they pass, null when a stage did not happen. */
export const waterfallSchema = z.object({
  end_of_turn_ms: durationMs,
  transcript_ms: durationMs,
  agent_ms: durationMs,
  sentence_ms: durationMs,
  synthesis_ms: durationMs,
  playout_ms: durationMs,
  voice_to_voice_ms: durationMs,
});
export type WaterfallView = z.infer<typeof waterfallSchema>;

export const turnCauseSchema = z.enum(['greeting', 'turn', 'reprompt', 'farewell', 'apology']);

/** A stored turn as clients see it. */
export const turnSchema = z.object({
  turn_number: z.int().positive(),
  cause: turnCauseSchema,
  started_at: z.iso.datetime(),
  user: z
    .object({
      text: z.string(),
      confidence: z.number().min(0).max(1),
      rejected: z.boolean(),
      modality: z.enum(['voice', 'text', 'digits']),
      message_id: z.string().nullable(),
    })
    .nullable(),
  nlu: z
    .object({
      intent: z.string().nullable(),
      confidence: z.number().min(0).max(1),
      entities: z.array(z.object({ type: z.string(), text: z.string(), value: z.unknown() })),
      /**
       * What the agent holds of the caller's request after this turn, by slot. Told while the conversation goes on, by agents
       * that fill slots; absent in stored turns.
       */
      slots: z.record(z.string(), z.unknown()).optional(),
    })
    .nullable(),
  reply: z
    .object({
      text: z.string(),
      /** What was heard of it; null while it is being spoken. */
      heard_text: z.string().nullable(),
      interrupted: z.boolean(),
      tone: z.enum(['warm', 'neutral', 'energetic']),
      actions: z.array(z.object({ name: z.string(), data: z.record(z.string(), z.unknown()) })),
    })
    .nullable(),
  waterfall: waterfallSchema,
});
export type TurnView = z.infer<typeof turnSchema>;

/** What a person says of how a turn was understood. */
export const annotationSchema = z.object({
  is_correct_intent: z.boolean().nullable().meta({ description: 'Null: nobody has said.' }),
  corrected_intent: z.string().min(1).max(128).nullable().meta({ description: 'What it should have been.' }),
  annotation_notes: z.string().max(2000).nullable(),
});
export type Annotation = z.infer<typeof annotationSchema>;
