import { z } from 'zod';
import { MAX_USER_TEXT_CHARACTERS } from './app-messages.ts';
import { conversationIdSchema } from './ids.ts';

/** What is free for whoever opens a conversation to say; bounded, since it is kept with it. */
export const contextSchema = z
  .record(z.string().max(64), z.unknown())
  .refine((context) => JSON.stringify(context).length <= 8192, 'At most 8,192 characters as JSON.');

/** POST /v1/conversations/start */
export const startSessionSchema = z.object({
  channel_type: z.enum(['voice', 'chat', 'api']),
  agent_id: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .meta({ description: "Who answers; the server's default agent when left out." }),
  flow_id: z.uuid().optional().meta({ description: 'A published flow, in place of `agent_id`.' }),
  caller_id: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .meta({ description: 'Who calls, such as a telephone number; the same for each of their conversations.' }),
  user_id: z.string().min(1).max(128).optional().meta({ description: 'Who they are in a system of yours.' }),
  initial_context: contextSchema
    .default({})
    .meta({ description: 'What is known of the caller: `preferred_language`, `customer_tier`, …' }),
  time_zone: z.string().min(1).max(64).optional().meta({ description: 'IANA zone of the caller.' }),
});

export const sessionStartedSchema = z.object({
  session_id: conversationIdSchema,
  channel_type: z.enum(['voice', 'chat', 'api']),
  started_at: z.iso.datetime(),
  initial_message: z
    .string()
    .nullable()
    .meta({ description: 'The greeting. Null by voice: it is spoken once there is sound.' }),
  initial_audio_url: z.string().nullable(),
  token: z.string().meta({ description: 'Opens this conversation and no other, for an hour.' }),
  token_expires_at: z.iso.datetime(),
});

/** Two minutes of 16 kHz speech as base64, and room for the rest. */
export const MAX_PROCESS_BODY_BYTES = 6 * 1024 * 1024;

/** POST /v1/conversations/{conversation_id}/process */
export const processInputSchema = z
  .object({
    input_type: z.enum(['text', 'audio']),
    text: z
      .string()
      .overwrite((text) => text.toWellFormed().replace(/[^\P{Cc}\n\t]/gu, ''))
      .trim()
      .min(1)
      .max(MAX_USER_TEXT_CHARACTERS)
      .optional(),
    audio_url: z.string().min(1).max(MAX_PROCESS_BODY_BYTES).optional().meta({
      description: 'WAV, 16-bit PCM, at most two minutes: an address, a `data:` URL, or base64 alone.',
    }),
    language: z.string().max(35).default('en-US').meta({ description: 'BCP 47. The agent answers in its own.' }),
    metadata: contextSchema.optional().meta({ description: 'Yours; not used.' }),
  })
  .refine(
    ({ input_type, text, audio_url }) => (input_type === 'text' ? text : audio_url) !== undefined,
    'Give `text` with input_type text, `audio_url` with audio.',
  );

export const nextActionSchema = z.object({
  action_type: z.enum(['continue', 'wait_for_input', 'transfer_to_agent', 'end_conversation', 'execute_api_call']),
  action_config: z.record(z.string(), z.unknown()),
});

export const processedSchema = z.object({
  session_id: conversationIdSchema,
  turn_number: z.int().positive(),
  nlu: z
    .object({
      intent: z.object({ name: z.string().nullable(), confidence: z.number().min(0).max(1) }),
      entities: z.array(
        z.object({
          entity_type: z.string(),
          value: z.unknown(),
          confidence: z.number().min(0).max(1),
          start_char: z.int().nullable().meta({ description: 'Null when it was not said in these words.' }),
          end_char: z.int().nullable(),
        }),
      ),
      sentiment: z.object({ label: z.enum(['positive', 'neutral', 'negative']), score: z.number() }),
    })
    .nullable()
    .meta({ description: 'Null for agents that do not say what they understood.' }),
  response: z.object({
    type: z.enum(['text', 'audio', 'adaptive_card']),
    text: z.string(),
    audio_url: z.string().nullable(),
    ssml: z.string().nullable(),
  }),
  next_action: nextActionSchema,
  updated_context: z.record(z.string(), z.unknown()).meta({
    description:
      "What is known after the turn: the agent's slots, and the initial context unless the caller's own token asks.",
  }),
  processing_time_ms: z.number().nonnegative(),
  confidence_score: z.number().min(0).max(1),
});

const reasonSchema = z.enum(['completed', 'abandoned', 'transferred', 'error']);
const scoreSchema = z.int().min(1).max(5);

/** POST /v1/conversations/{conversation_id}/end */
export const endSessionSchema = z.object({
  reason: reasonSchema.default('completed'),
  user_feedback: z.object({ satisfaction_score: scoreSchema }).optional(),
});

export const sessionEndedSchema = z.object({
  session_id: conversationIdSchema,
  duration_seconds: z.int().nonnegative(),
  turn_count: z.int().nonnegative(),
  summary: z.string(),
});

/** PATCH /v1/conversations/{conversation_id} */
export const updateConversationSchema = z.object({
  status: z.literal('ended').default('ended'),
  reason: reasonSchema.default('completed'),
  rating: scoreSchema.optional().meta({ description: 'How content the caller was, 1 to 5.' }),
});

export const conversationTokenSchema = z.object({
  conversation_id: conversationIdSchema,
  token: z.string(),
  expires_at: z.iso.datetime(),
});

/** GET /v1/conversations/{conversation_id}/bot */
export const botStateSchema = z.object({
  conversation_id: conversationIdSchema,
  agent_id: z.string(),
  state: z.enum(['waiting', 'listening', 'processing', 'responding', 'ended']),
  since: z.iso.datetime(),
  is_live: z
    .boolean()
    .meta({ description: 'It is in the memory of the server that answers; otherwise it is as it was stored last.' }),
  counters: z
    .object({
      replies: z.int(),
      interruptions: z.int(),
      actions: z.int(),
      troubles: z.int(),
    })
    .meta({ description: 'Since it came into the memory of this server.' }),
});
