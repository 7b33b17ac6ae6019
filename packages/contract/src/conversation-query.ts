import { z } from 'zod';
import { pageQuerySchema } from './api/paging.ts';

const score = z.coerce.number().int().min(1).max(5).optional();

/** Which conversations; all that is given must be so. */
export const conversationQuerySchema = pageQuerySchema.extend({
  agent_id: z.string().min(1).max(64).optional().meta({ description: 'Spoken with this agent.' }),
  channel_type: z.enum(['voice', 'chat', 'api']).optional(),
  state: z.enum(['new', 'active', 'ended']).optional().meta({
    description: '`new`: nobody has said anything yet; `active`: it goes on; `ended`.',
  }),
  from: z.iso.datetime({ offset: true }).optional().meta({ description: 'Begun at this time or later.' }),
  to: z.iso.datetime({ offset: true }).optional().meta({ description: 'Begun before this time.' }),
  caller_id: z.string().min(1).max(256).optional().meta({ description: 'Exactly as it was given at the start.' }),
  intent: z.string().min(1).max(128).optional().meta({ description: 'Some turn was understood as this intent.' }),
  min_satisfaction: score.meta({ description: 'Rated so or better, 1 to 5.' }),
  max_satisfaction: score.meta({ description: 'Rated so or worse, 1 to 5.' }),
  q: z.string().trim().min(1).max(200).optional().meta({
    description:
      'Words that were said in one turn, by either side, in any order; "in quotes" one after the other; `or`; `-not`. Capitals and marks make no difference: `dat ban` finds `Đặt bàn`.',
  }),
});
export type ConversationQuery = z.output<typeof conversationQuerySchema>;
