import { z } from 'zod';
import { conversationIdSchema } from '../ids.ts';
import {
  callEventSchema,
  callEventTakenSchema,
  callListSchema,
  callQueuedSchema,
  callSchema,
  callStatuses,
  newCallSchema,
  newPhoneNumberSchema,
  phoneNumberListSchema,
  phoneNumberPatchSchema,
  phoneNumberSchema,
} from '../phone.ts';
import { pageQuerySchema } from './paging.ts';
import { defineRoute } from './route.ts';

const tag = 'The phone';
const numberParams = z.object({ phone_number_id: z.uuid() });
const callParams = z.object({ call_id: z.uuid() });
const mayReadNumbers = { kind: 'permission', permission: 'phone_numbers:read' } as const;
const mayWriteNumbers = { kind: 'permission', permission: 'phone_numbers:write' } as const;
const mayReadCalls = { kind: 'permission', permission: 'calls:read' } as const;
const mayWriteCalls = { kind: 'permission', permission: 'calls:write' } as const;

export const listPhoneNumbers = defineRoute({
  id: 'list_phone_numbers',
  method: 'GET',
  path: '/v1/phone-numbers',
  tag,
  summary: 'Telephone numbers and who answers at them, newest first',
  access: mayReadNumbers,
  input: z.object({ query: pageQuerySchema }),
  reply: { status: 200, schema: phoneNumberListSchema },
});

export const createPhoneNumber = defineRoute({
  id: 'create_phone_number',
  method: 'POST',
  path: '/v1/phone-numbers',
  tag,
  summary: 'Say who answers at a number',
  description:
    'Calls to it that come in by whatever way are answered by this agent from now on. A number belongs to one organization of the server. An organization has at most 1,000. The telephone is open to the first organization, and to others that whoever runs the server lists in `PHONE_ORGANIZATIONS`.',
  access: mayWriteNumbers,
  input: z.object({ body: newPhoneNumberSchema }),
  reply: { status: 201, schema: phoneNumberSchema },
  errors: ['phone_not_open', 'number_taken', 'too_many_numbers', 'agent_not_found', 'flow_not_published'],
  isIdempotent: true,
});

export const getPhoneNumber = defineRoute({
  id: 'get_phone_number',
  method: 'GET',
  path: '/v1/phone-numbers/{phone_number_id}',
  tag,
  summary: 'A telephone number',
  access: mayReadNumbers,
  input: z.object({ params: numberParams }),
  reply: { status: 200, schema: phoneNumberSchema },
});

export const updatePhoneNumber = defineRoute({
  id: 'update_phone_number',
  method: 'PATCH',
  path: '/v1/phone-numbers/{phone_number_id}',
  tag,
  summary: 'Let somebody else answer at a number',
  description: 'Calls that go on stay with whom they are.',
  access: mayWriteNumbers,
  input: z.object({ params: numberParams, body: phoneNumberPatchSchema }),
  reply: { status: 200, schema: phoneNumberSchema },
  errors: ['agent_not_found', 'flow_not_published'],
});

export const deletePhoneNumber = defineRoute({
  id: 'delete_phone_number',
  method: 'DELETE',
  path: '/v1/phone-numbers/{phone_number_id}',
  tag,
  summary: 'Take no more calls at a number',
  access: mayWriteNumbers,
  input: z.object({ params: numberParams }),
  reply: { status: 204 },
});

export const createCall = defineRoute({
  id: 'create_call',
  method: 'POST',
  path: '/v1/calls',
  tag,
  summary: 'Call somebody, and let an agent talk with them',
  description:
    'Answers at once; the call is made after that. What becomes of it stands in the call, and is told by the events of its conversation. The call goes by the way that its number belongs to (`channel` of the number), else through the trunk, else through Twilio; where a way fails before it rings, by the next. How many calls an organization may make, and to which numbers, is limited by the server.',
  access: mayWriteCalls,
  input: z.object({ body: newCallSchema }),
  reply: { status: 201, schema: callQueuedSchema },
  errors: [
    'agent_not_found',
    'flow_not_published',
    'phone_not_open',
    'number_not_allowed',
    'no_way_to_call',
    'too_many_calls',
    'too_many_conversations',
    'shutting_down',
  ],
  isIdempotent: true,
});

export const listCalls = defineRoute({
  id: 'list_calls',
  method: 'GET',
  path: '/v1/calls',
  tag,
  summary: 'Calls by telephone, newest first',
  access: mayReadCalls,
  input: z.object({
    query: pageQuerySchema.extend({
      conversation_id: conversationIdSchema.optional().meta({ description: 'Only the one of this conversation.' }),
      direction: z.enum(['inbound', 'outbound']).optional(),
      status: z.enum(callStatuses).optional(),
    }),
  }),
  reply: { status: 200, schema: callListSchema },
});

export const getCall = defineRoute({
  id: 'get_call',
  method: 'GET',
  path: '/v1/calls/{call_id}',
  tag,
  summary: 'A call',
  access: mayReadCalls,
  input: z.object({ params: callParams }),
  reply: { status: 200, schema: callSchema },
});

export const hangUpCall = defineRoute({
  id: 'hang_up_call',
  method: 'POST',
  path: '/v1/calls/{call_id}/hangup',
  tag,
  summary: 'End a call',
  description: 'One that rings is not made; one that is over stays as it ended.',
  access: mayWriteCalls,
  input: z.object({ params: callParams }),
  reply: { status: 200, schema: callSchema },
  errors: ['conversation_busy'],
});

export const recordCallEvent = defineRoute({
  id: 'record_call_event',
  method: 'POST',
  path: '/v1/call/event',
  tag,
  summary: 'Tell what happened to a call that a media server carries',
  description:
    'For media servers that send the sound of calls here, with a key of the permission `call_events:write`. A call that nobody announced by `ringing` is not found.',
  access: { kind: 'permission', permission: 'call_events:write' },
  input: z.object({ body: callEventSchema }),
  reply: { status: 200, schema: callEventTakenSchema },
  errors: ['rate_limited', 'too_many_conversations', 'shutting_down'],
});
