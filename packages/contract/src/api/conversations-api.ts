import { z } from 'zod';
import {
  botStateSchema,
  conversationTokenSchema,
  endSessionSchema,
  MAX_PROCESS_BODY_BYTES,
  processedSchema,
  processInputSchema,
  sessionEndedSchema,
  sessionStartedSchema,
  startSessionSchema,
  updateConversationSchema,
} from '../conversation-turns.ts';
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

export const startConversation = defineRoute({
  id: 'start_conversation',
  method: 'POST',
  path: '/v1/conversations/start',
  tag,
  summary: 'Start a conversation, and hear the greeting',
  description:
    'For programs. In text the greeting is in the answer; `process` goes on. By voice, bring sound with `webrtc` or a telephone.',
  access: { kind: 'permission', permission: 'conversations:write' },
  input: z.object({ body: startSessionSchema }),
  reply: { status: 201, schema: sessionStartedSchema },
  errors: [
    'agent_not_found',
    'flow_not_published',
    'too_many_messages',
    'too_many_conversations',
    'shutting_down',
    'turn_timeout',
    'turn_failed',
    'storage_unavailable',
  ],
  isIdempotent: true,
});

export const processInput = defineRoute({
  id: 'process_input',
  method: 'POST',
  path: '/v1/conversations/{conversation_id}/process',
  tag,
  summary: 'Say something, and get the answer',
  description:
    'Answers once the turn is stored. With an `Idempotency-Key` a message that is sent again is not a second turn: it gets the answer that was stored. Messages to one conversation are answered one after another, whichever server they come to.',
  access: { kind: 'conversation', permission: 'conversations:write' },
  input: z.object({ params: conversationParams, body: processInputSchema }),
  reply: { status: 200, schema: processedSchema },
  errors: [
    'conversation_not_found',
    'conversation_busy',
    'audio_not_usable',
    'address_refused',
    'outside_failed',
    'speech_unavailable',
    'too_many_messages',
    'too_many_conversations',
    'shutting_down',
    'turn_timeout',
    'turn_failed',
    'storage_unavailable',
  ],
  takesIdempotencyKey: true,
  bodyLimitBytes: MAX_PROCESS_BODY_BYTES,
});

export const endConversation = defineRoute({
  id: 'end_conversation',
  method: 'POST',
  path: '/v1/conversations/{conversation_id}/end',
  tag,
  summary: 'End a conversation',
  description: 'One that is over already stays as it ended; a score that comes late is kept all the same.',
  access: { kind: 'conversation', permission: 'conversations:write' },
  input: z.object({ params: conversationParams, body: endSessionSchema.prefault({}) }),
  reply: { status: 200, schema: sessionEndedSchema },
  errors: ['conversation_not_found', 'conversation_busy', 'storage_unavailable'],
});

export const updateConversation = defineRoute({
  id: 'update_conversation',
  method: 'PATCH',
  path: '/v1/conversations/{conversation_id}',
  tag,
  summary: 'End a conversation with a rating',
  access: { kind: 'conversation', permission: 'conversations:write' },
  input: z.object({ params: conversationParams, body: updateConversationSchema }),
  reply: { status: 200, schema: conversationViewSchema },
  errors: ['conversation_not_found', 'conversation_busy', 'storage_unavailable'],
});

export const renewConversationToken = defineRoute({
  id: 'renew_conversation_token',
  method: 'POST',
  path: '/v1/conversations/{conversation_id}/token',
  tag,
  summary: 'A fresh token',
  description:
    'Opens the conversation for an hour in place of the token before. Ask while that is valid, or with a key.',
  access: { kind: 'conversation', permission: 'conversations:write' },
  input: z.object({ params: conversationParams }),
  reply: { status: 200, schema: conversationTokenSchema },
  errors: ['conversation_not_found', 'conversation_ended', 'storage_unavailable'],
});

export const getBotState = defineRoute({
  id: 'get_bot_state',
  method: 'GET',
  path: '/v1/conversations/{conversation_id}/bot',
  tag,
  summary: 'What the agent is doing',
  access: { kind: 'conversation', permission: 'conversations:read' },
  input: z.object({ params: conversationParams }),
  reply: { status: 200, schema: botStateSchema },
  errors: ['conversation_not_found'],
});
