import { z } from 'zod';
import { webrtcAnswerSchema, webrtcOfferSchema } from '../conversations.ts';
import { handOffListSchema } from '../handoffs.ts';
import { defineRoute } from './route.ts';

const tag = 'The phone';
const handOffParams = z.object({ handoff_id: z.uuid() });
const mayAnswer = { kind: 'permission', permission: 'conversations:answer' } as const;

export const listHandOffs = defineRoute({
  id: 'list_handoffs',
  method: 'GET',
  path: '/v1/handoffs',
  tag,
  summary: 'Callers who wait for a person, longest first',
  description:
    'Those whose calls this server carries. They hear music meanwhile; ask again each second or two. Callers are handed over only where somebody has asked within the last ten seconds.',
  access: mayAnswer,
  input: z.object({}),
  reply: { status: 200, schema: handOffListSchema },
});

export const acceptHandOff = defineRoute({
  id: 'accept_handoff',
  method: 'POST',
  path: '/v1/handoffs/{handoff_id}/accept',
  tag,
  summary: 'Take a caller, by WebRTC',
  description:
    'Of several who want the same caller the first gets them. The agent says its last words when the connection stands; then the two are joined. Whoever goes first ends it for both.',
  access: mayAnswer,
  input: z.object({ params: handOffParams, body: webrtcOfferSchema }),
  reply: { status: 200, schema: webrtcAnswerSchema },
  errors: ['not_found', 'handoff_taken', 'invalid_sdp', 'shutting_down'],
});

export const declineHandOff = defineRoute({
  id: 'decline_handoff',
  method: 'POST',
  path: '/v1/handoffs/{handoff_id}/decline',
  tag,
  summary: 'Say that nobody will take a caller',
  description: 'The agent goes on with them.',
  access: mayAnswer,
  input: z.object({ params: handOffParams }),
  reply: { status: 204 },
  errors: ['not_found', 'handoff_taken'],
});
