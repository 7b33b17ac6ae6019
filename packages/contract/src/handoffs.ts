import { z } from 'zod';
import { iceServerSchema } from './conversations.ts';
import { conversationIdSchema } from './ids.ts';

/** A caller who waits for a person. */
export const handOffSchema = z.object({
  handoff_id: z.uuid(),
  conversation_id: conversationIdSchema,
  caller: z.string().meta({ description: 'Who calls, as the network tells it.' }),
  called: z.string().meta({ description: 'The number that they called.' }),
  agent: z.string().meta({ description: 'The agent that they talked with.' }),
  brief: z.string().meta({ description: 'What it is about, in a sentence or two.' }),
  summary: z.string().meta({ description: 'What was said last, line by line, or what the agent has to say of it.' }),
  language: z.string().meta({ description: 'BCP 47.' }),
  since: z.iso.datetime(),
  until: z.iso.datetime().meta({ description: 'How long the caller waits.' }),
});
export type HandOffView = z.infer<typeof handOffSchema>;

export const handOffListSchema = z.object({
  handoffs: z.array(handOffSchema),
  ice_servers: z.array(iceServerSchema).meta({ description: 'For the connection of whoever takes a caller.' }),
});
export type HandOffList = z.infer<typeof handOffListSchema>;
