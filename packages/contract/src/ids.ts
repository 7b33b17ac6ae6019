import { z } from 'zod';

/** Ids are UUIDs; the brand keeps one kind from being passed for another. */
export const conversationIdSchema = z.uuid().brand<'ConversationId'>();
export type ConversationId = z.infer<typeof conversationIdSchema>;

/** An id that a client makes for its own message, so that sending it twice is one message. */
export const messageIdSchema = z
  .string()
  .min(1)
  .max(64)
  .refine((id) => id.isWellFormed() && !/\p{Cc}/u.test(id), 'An id has no control characters.');
