import { z } from 'zod';
import { conversationIdSchema } from './ids.ts';
import { callSchema } from './phone.ts';
import { recordingSchema } from './recordings.ts';
import { annotationSchema, turnSchema } from './turn.ts';

/** POST /v1/conversations: open a conversation with an agent, in text or by voice. */
export const startConversationSchema = z.object({
  /** The agent's id; the server's default agent when left out. */
  agent_id: z.string().min(1).max(64).optional(),
  channel_type: z.enum(['voice', 'chat']).default('chat'),
  /** IANA zone of the caller, for "tomorrow at three". */
  time_zone: z.string().min(1).max(64).optional(),
});
export type StartConversation = z.input<typeof startConversationSchema>;

export const iceServerSchema = z.object({
  urls: z.array(z.string()),
  username: z.string().optional(),
  credential: z.string().optional(),
});

export const conversationOpenedSchema = z.object({
  conversation_id: conversationIdSchema,
  /** Opens this conversation and no other. */
  token: z.string(),
  agent: z.object({ id: z.string(), name: z.string(), language: z.string(), greeting_hint: z.string() }),
  /** For the browser's RTCPeerConnection; empty when the server is reached directly. */
  ice_servers: z.array(iceServerSchema),
});
export type ConversationOpened = z.infer<typeof conversationOpenedSchema>;

/** POST /v1/conversations/{id}/webrtc: an SDP offer with all its candidates gathered; the answer has all of the server's. */
export const webrtcOfferSchema = z.object({ sdp: z.string().min(1).max(64_000) });
export const webrtcAnswerSchema = z.object({ sdp: z.string() });

export const bookingSchema = z.object({
  booking_id: z.string(),
  service: z.string(),
  starts_at: z.iso.datetime(),
  time_zone: z.string(),
  name: z.string(),
  phone: z.string(),
  status: z.enum(['booked', 'cancelled']),
  created_at: z.iso.datetime(),
});
export type BookingView = z.infer<typeof bookingSchema>;

export const conversationSummarySchema = z.object({
  conversation_id: conversationIdSchema,
  agent_id: z.string(),
  channel_type: z.string(),
  started_at: z.iso.datetime(),
  ended_at: z.iso.datetime().nullable(),
  end_reason: z.string().nullable(),
  turn_count: z.int(),
});

/** What was taken of one engine in one unit. */
export const usageLineSchema = z.object({
  kind: z.enum(['recognition', 'synthesis', 'language_model']),
  engine: z.string(),
  unit: z.enum(['requests', 'audio_ms', 'characters', 'cached_characters', 'input_tokens', 'output_tokens']),
  quantity: z.int().nonnegative(),
  cost_micros: z
    .int()
    .nonnegative()
    .nullable()
    .meta({ description: 'Millionths of the currency; null where nobody set a price.' }),
  currency: z.string().nullable(),
});

/** GET /v1/conversations/{id}: the record. */
export const conversationViewSchema = conversationSummarySchema.extend({
  turns: z.array(turnSchema.extend({ annotation: annotationSchema })),
  bookings: z.array(bookingSchema),
  /** The sound of it, where it was recorded: oldest first, one for each server that it was on. */
  recordings: z.array(recordingSchema).default([]),
  /** Of a conversation by telephone. */
  call: callSchema.nullable().default(null).meta({ description: 'Who called whom, and how the line was.' }),
  usage: z.array(usageLineSchema).default([]).meta({
    description: 'What it took of engines and models; complete a moment after it is over.',
  }),
});
export type ConversationView = z.infer<typeof conversationViewSchema>;

/** What was found of the words that were asked for. */
export const snippetSchema = z.object({
  turn_number: z.int().positive(),
  speaker: z.enum(['user', 'bot']),
  /** A piece of what was said, cut at words. */
  text: z.string(),
  /** The words in it that were asked for: from and up to, in UTF-16 code units of `text`. */
  highlights: z.array(z.object({ start: z.int().nonnegative(), end: z.int().positive() })),
});
export type Snippet = z.infer<typeof snippetSchema>;

/** GET /v1/conversations: newest first; pass `next_cursor` back as `cursor`. */
export const conversationListSchema = z.object({
  conversations: z.array(
    conversationSummarySchema.extend({
      state: z.enum(['new', 'active', 'ended']),
      caller_id: z.string().nullable(),
      user_satisfaction_score: z.int().min(1).max(5).nullable(),
      /** Null when no words were asked for. */
      snippet: snippetSchema.nullable(),
    }),
  ),
  next_cursor: z.string().nullable(),
});
export type ConversationList = z.infer<typeof conversationListSchema>;

/** GET /v1/agents: whom one can talk to here. */
export const agentListSchema = z.object({
  agents: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      /** What it is for, in a sentence. */
      description: z.string(),
      /** BCP 47 of what it greets in. */
      language: z.string(),
      /** First sentences to suggest. */
      suggestions: z.array(z.string()),
      /** False when no recogniser or voice of this server has its language: it is talked to in text. */
      has_voice: z.boolean(),
      is_default: z.boolean(),
    }),
  ),
});
export type AgentList = z.infer<typeof agentListSchema>;
