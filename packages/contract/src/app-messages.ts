import { z } from 'zod';
import { conversationIdSchema, messageIdSchema } from './ids.ts';
import { turnSchema } from './turn.ts';

/**
 * The app messages: one JSON object a message, the same over the WebRTC data channel and the chat WebSocket.
 * Server to client messages longer than the limit do not occur: long replies go sentence by sentence.
 */
export const MAX_APP_MESSAGE_CHARACTERS = 4096;
/** A typed message; leaves room for the envelope. */
export const MAX_USER_TEXT_CHARACTERS = 2000;

const conversationRef = z.object({ conversationId: conversationIdSchema });

const digitSchema = z.enum(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#']);

export const clientMessageSchema = z.discriminatedUnion('type', [
  /** Push-to-talk pressed. */
  z.object({ type: z.literal('user_input_started'), data: conversationRef }),
  /** Push-to-talk released. */
  z.object({ type: z.literal('user_input_ended'), data: conversationRef }),
  z.object({
    type: z.literal('user_text'),
    data: conversationRef.extend({
      messageId: messageIdSchema,
      text: z.string().overwrite(storable).trim().min(1).max(MAX_USER_TEXT_CHARACTERS),
    }),
  }),
  /** A key of the telephone (DTMF). `#`, or 1.5 s without another key, ends the turn. */
  z.object({ type: z.literal('digit_pressed'), data: conversationRef.extend({ digit: digitSchema }) }),
  z.object({ type: z.literal('hang_up'), data: conversationRef }),
]);
export type ClientMessage = z.infer<typeof clientMessageSchema>;

/** Without control characters (lines and tabs stay) and halves of characters: no database keeps them, and nobody typed them. */
function storable(text: string): string {
  return text.toWellFormed().replace(/[^\P{Cc}\n\t]/gu, '');
}

const emotionalTone = z.enum(['warm', 'neutral', 'energetic']);

export const serverMessageSchema = z.discriminatedUnion('type', [
  /** First message on each connection. */
  z.object({
    type: z.literal('conversation'),
    data: z.object({ conversationId: conversationIdSchema, agent: z.string(), language: z.string() }),
  }),
  z.object({
    type: z.literal('state'),
    data: z.object({ state: z.enum(['waiting', 'listening', 'processing', 'responding', 'ended']) }),
  }),
  z.object({
    type: z.literal('transcription_update'),
    data: z.object({
      turnNumber: z.int(),
      text: z.string(),
      confidence: z.number().min(0).max(1),
      isFinal: z.boolean(),
    }),
  }),
  z.object({
    type: z.literal('processing_status'),
    data: z.object({ status: z.enum(['transcribing', 'thinking', 'synthesizing', 'complete']) }),
  }),
  /** One sentence of the agent: by voice at the moment it starts to sound, in text once the turn is stored. */
  z.object({
    type: z.literal('assistant_response'),
    data: z.object({ turnNumber: z.int(), sentence: z.int(), text: z.string(), emotionalTone }),
  }),
  /** The caller interrupted: what was heard of the reply and what was not. */
  z.object({
    type: z.literal('assistant_cut_off'),
    data: z.object({ turnNumber: z.int(), heardText: z.string(), unheardText: z.string() }),
  }),
  /** Something was done for the caller, such as a booking. */
  z.object({
    type: z.literal('assistant_action'),
    data: z.object({ turnNumber: z.int(), name: z.string(), data: z.record(z.string(), z.unknown()) }),
  }),
  /** The turn is durable. Comes again when what was heard and how long it took are known. */
  z.object({ type: z.literal('turn_recorded'), data: z.object({ turn: turnSchema }) }),
  z.object({
    type: z.literal('error'),
    data: z.object({ code: z.string(), message: z.string(), details: z.unknown().optional() }),
  }),
  z.object({ type: z.literal('conversation_ended'), data: z.object({ reason: z.string() }) }),
]);
export type ServerMessage = z.infer<typeof serverMessageSchema>;
