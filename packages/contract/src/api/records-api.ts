import { z } from 'zod';
import { conversationQuerySchema } from '../conversation-query.ts';
import { conversationListSchema } from '../conversations.ts';
import { conversationIdSchema } from '../ids.ts';
import { annotationSchema } from '../turn.ts';
import { defineRoute } from './route.ts';

const tag = 'Conversations';

export const listConversations = defineRoute({
  id: 'list_conversations',
  method: 'GET',
  path: '/v1/conversations',
  tag,
  summary: 'Find conversations, newest first',
  description:
    'May be a moment old. Conversations that begin while one turns the pages come on no page after the first, and none comes twice.',
  access: { kind: 'permission', permission: 'conversations:read' },
  input: z.object({ query: conversationQuerySchema }),
  reply: { status: 200, schema: conversationListSchema },
});

export const annotateTurn = defineRoute({
  id: 'annotate_turn',
  method: 'PATCH',
  path: '/v1/conversations/{conversation_id}/turns/{turn_number}',
  tag,
  summary: 'Say whether a turn was understood rightly',
  description:
    'What is left out stays as it is; null takes it back. Naming the right intent says that the detected one was wrong, and saying that it was right takes a named one back. What is corrected here can be trained on.',
  access: { kind: 'permission', permission: 'conversations:annotate' },
  input: z.object({
    params: z.object({
      conversation_id: conversationIdSchema,
      turn_number: z.coerce.number().int().positive().max(2_147_483_647),
    }),
    body: annotationSchema
      .partial()
      .refine((given) => Object.values(given).some((value) => value !== undefined), 'Say at least one thing.')
      .refine(
        ({ is_correct_intent: isCorrect, corrected_intent: corrected }) => isCorrect !== true || corrected == null,
        'An intent that is right needs no other.',
      ),
  }),
  reply: { status: 200, schema: annotationSchema.extend({ turn_number: z.int().positive() }) },
  errors: ['conversation_not_found', 'turn_not_found'],
});
