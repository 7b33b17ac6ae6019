import { z } from 'zod';
import {
  conversationOpenedSchema,
  conversationViewSchema,
  startConversationSchema,
  webrtcAnswerSchema,
  webrtcOfferSchema,
} from '../conversations.ts';
import { conversationIdSchema } from '../ids.ts';
import { defineRoute } from './route.ts';

const conversationParams = z.object({ conversation_id: conversationIdSchema });
const tag = 'Conversations';

export const openConversation = defineRoute({
  id: 'open_conversation',
  method: 'POST',
  path: '/v1/conversations',
  tag,
  summary: 'Open a conversation',
  description:
    'Open to all, within limits, so that a page can offer it to anybody: the answer holds a token that opens this conversation and no other.',
  access: { kind: 'public' },
  input: z.object({ body: startConversationSchema.default({ channel_type: 'chat' }) }),
  reply: { status: 201, schema: conversationOpenedSchema },
  errors: ['too_many_messages', 'too_many_conversations', 'shutting_down'],
  isIdempotent: true,
});

export const answerWebRtcOffer = defineRoute({
  id: 'answer_webrtc_offer',
  method: 'POST',
  path: '/v1/conversations/{conversation_id}/webrtc',
  tag,
  summary: 'Bring sound to a conversation, by WebRTC',
  access: { kind: 'conversation', permission: 'conversations:write' },
  input: z.object({ params: conversationParams, body: webrtcOfferSchema }),
  reply: { status: 200, schema: webrtcAnswerSchema },
  errors: ['conversation_not_found', 'conversation_ended', 'invalid_sdp', 'speech_unavailable'],
});

export const getConversation = defineRoute({
  id: 'get_conversation',
  method: 'GET',
  path: '/v1/conversations/{conversation_id}',
  tag,
  summary: 'The record of a conversation',
  access: { kind: 'conversation', permission: 'conversations:read' },
  input: z.object({ params: conversationParams }),
  reply: { status: 200, schema: conversationViewSchema },
  errors: ['conversation_not_found'],
});
