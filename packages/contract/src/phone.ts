import { z } from 'zod';
import { nextCursorSchema } from './api/paging.ts';
import { contextSchema } from './conversation-turns.ts';
import { conversationIdSchema } from './ids.ts';

/** What carries calls. */
export const phoneChannels = ['sip', 'twilio', 'audio-socket', 'audio-fork'] as const;
const channel = z.enum(phoneChannels);

/** E.164: a plus and 7 to 15 digits, the first not 0. */
const internationalForm = /^\+[1-9]\d{6,14}$/;
/** The part before the @ of a SIP address, as it is given to people: an extension, a name. */
const sipUserForm = /^[a-z0-9_][a-z0-9._+-]{0,63}$/;
/** An address with a user and a host; ports, and the parameter that names the transport. */
const sipAddressForm =
  /^sips?:[a-z0-9._+~!*'()%-]{1,64}@(\[[0-9a-f:.]{2,45}\]|[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)(:\d{1,5})?(;transport=(udp|tcp|tls))?$/i;

/** In words: numbers and addresses, even those of an example, are blanked in answers to wrong requests. */
const internationalRule = 'a plus, the country, the number: digits alone';

/** Without what people write between the digits of a number. */
function withoutMarks(text: string): string {
  const trimmed = text.trim();
  return /^\+?[\d\s().-]+$/.test(trimmed) ? trimmed.replaceAll(/[\s().-]/g, '') : trimmed;
}

export const ownNumberSchema = z
  .string()
  .max(64)
  .transform((text) => withoutMarks(text).toLowerCase())
  .refine((text) => internationalForm.test(text) || (!text.startsWith('+') && sipUserForm.test(text)), {
    error: `must be an international number (${internationalRule}), or the user of a SIP address, such as reception`,
  })
  .meta({
    description: 'International (`+35315550100`; spaces are left out), or the user of a SIP address (`reception`).',
    example: '+35315550100',
  });

/** Whom to call. */
export const dialTargetSchema = z
  .string()
  .max(340)
  .transform(withoutMarks)
  .refine((text) => internationalForm.test(text) || sipAddressForm.test(text), {
    error: `must be an international number (${internationalRule}), or a SIP address, which begins with sip:`,
  })
  .meta({ description: 'An international number, or a SIP address.', example: '+353861234567' });

const agentId = z
  .string()
  .min(1)
  .max(64)
  .meta({ description: "Who answers; the server's default agent when neither this nor `flow_id` is given." });
const flowId = z.uuid().meta({ description: 'A published flow, in place of `agent_id`.' });
const label = z.string().max(200).meta({ description: 'For people.' });
const channelHint = channel.meta({
  description: 'By which way its calls come, and calls that show it go. Those that come by another are taken too.',
});

const oneAnswers = 'Give agent_id or flow_id, not both.';

export const newPhoneNumberSchema = z
  .strictObject({
    number: ownNumberSchema,
    agent_id: agentId.optional(),
    flow_id: flowId.optional(),
    channel: channelHint.optional(),
    label: label.default(''),
  })
  .refine(({ agent_id: agent, flow_id: flow }) => agent === undefined || flow === undefined, oneAnswers);
export type NewPhoneNumber = z.output<typeof newPhoneNumberSchema>;

export const phoneNumberPatchSchema = z
  .strictObject({
    agent_id: agentId.nullable().meta({ description: 'Null: not this one. Giving it takes the place of a flow.' }),
    flow_id: flowId.nullable(),
    channel: channelHint.nullable(),
    label,
  })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'Say what is to be changed.')
  .refine(({ agent_id: agent, flow_id: flow }) => typeof agent !== 'string' || typeof flow !== 'string', oneAnswers);
export type PhoneNumberPatch = z.output<typeof phoneNumberPatchSchema>;

export const phoneNumberSchema = z.object({
  phone_number_id: z.uuid(),
  number: z.string(),
  agent_id: z.string().nullable(),
  flow_id: z.uuid().nullable(),
  channel: channel.nullable(),
  label: z.string(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});
export type PhoneNumberView = z.infer<typeof phoneNumberSchema>;

export const phoneNumberListSchema = z.object({
  phone_numbers: z.array(phoneNumberSchema),
  next_cursor: nextCursorSchema,
});

export const callStatuses = [
  'queued',
  'ringing',
  'in_progress',
  'completed',
  'busy',
  'no_answer',
  'failed',
  'canceled',
] as const;
export type CallStatus = (typeof callStatuses)[number];

/**
 * Why a call ended. Who ended it, and what the network said, stand beside it.
 *
 * Talked: `completed` the agent was done, or somebody ended it here; `hung_up` the person on the line did; `transferred` they were put
 * through; `silence` nothing was heard of them for too long; `max_duration` it had lasted as long as it may; `replaced` another
 * connection took its place; `network_lost` what carried it failed; `shutdown` the server was stopped; `server_lost` the server died.
 *
 * Never talked: `busy`; `no_answer`; `refused` they or the network said no; `unreachable` no way led there; `canceled` whoever called
 * did not wait, or it was called off here; `machine` one answered, and nothing was said to it.
 *
 * Either: `error` something failed here; the log says what.
 */
export const callEndReasons = [
  'completed',
  'hung_up',
  'transferred',
  'silence',
  'max_duration',
  'replaced',
  'network_lost',
  'shutdown',
  'server_lost',
  'busy',
  'no_answer',
  'refused',
  'unreachable',
  'canceled',
  'machine',
  'error',
] as const;
export type CallEndReason = (typeof callEndReasons)[number];

const share = z.number().min(0).max(1).nullable();
const milliseconds = z.number().nonnegative().nullable();

export const callQualitySchema = z
  .object({
    codec: z.string(),
    packets_received: z.int().nonnegative(),
    packets_lost: z.int().nonnegative().meta({ description: 'On the way to the server.' }),
    packets_late: z.int().nonnegative().meta({ description: 'That came after they should have been heard.' }),
    packets_sent: z.int().nonnegative(),
    jitter_ms: milliseconds,
    far_lost_share: share.meta({ description: 'What the far side says was lost of what was sent to it.' }),
    far_jitter_ms: milliseconds,
    round_trip_ms: milliseconds,
  })
  .meta({ description: 'How the line was. Null where the protocol does not tell.' });

export const callSchema = z.object({
  call_id: z.uuid(),
  conversation_id: conversationIdSchema,
  direction: z.enum(['inbound', 'outbound']),
  channel: channel.nullable().meta({ description: 'Null until a way is found for a call from here.' }),
  from: z.string().nullable().meta({ description: 'Null once it was erased, or is older than it may be kept.' }),
  to: z.string().nullable(),
  status: z.enum(callStatuses),
  created_at: z.iso.datetime(),
  answered_at: z.iso.datetime().nullable(),
  ended_at: z.iso.datetime().nullable(),
  ended_by: z
    .enum(['far', 'here', 'network'])
    .nullable()
    .meta({ description: '`far`: they hung up. `here`: the agent did. `network`: what carries the call failed.' }),
  end_reason: z
    .enum(callEndReasons)
    .nullable()
    .meta({
      description:
        'Talked: `completed` (the agent was done, or it was ended here), `hung_up` (they did), `transferred`, `silence`, `max_duration`, ' +
        '`replaced` (by another connection), `network_lost`, `shutdown` (the server was stopped), `server_lost` (it died). ' +
        'Never talked: `busy`, `no_answer`, `refused`, `unreachable`, `canceled`, `machine`. Either: `error` (the log says what).',
    }),
  end_detail: z
    .string()
    .nullable()
    .meta({ description: 'What the network said of it, for people; null once it is older than it may be kept.' }),
  answered_by: z
    .enum(['person', 'machine', 'unknown'])
    .nullable()
    .meta({ description: 'Of a call from here, where it was to be found out.' }),
  duration_seconds: z.int().nonnegative().nullable().meta({ description: 'From the answer to the end.' }),
  quality: callQualitySchema.nullable().meta({ description: 'Null until the call is over.' }),
  transfers: z
    .array(z.object({ at: z.iso.datetime(), kind: z.string(), target: z.string(), outcome: z.string() }))
    .meta({ description: 'To whom it was to be put through, and what came of it.' }),
  vendor_recording_url: z.string().nullable().meta({ description: 'A recording that the vendor made.' }),
  vendor_recording_seconds: z.int().nonnegative().nullable().meta({ description: 'How long it is.' }),
});
export type CallView = z.infer<typeof callSchema>;

export const callListSchema = z.object({ calls: z.array(callSchema), next_cursor: nextCursorSchema });

export const newCallSchema = z
  .strictObject({
    to: dialTargetSchema,
    from: ownNumberSchema.optional().meta({
      description: "One of the organization's numbers, which the person sees; the oldest one when left out.",
    }),
    agent_id: agentId.optional(),
    flow_id: flowId.optional(),
    user_id: z.string().min(1).max(128).optional().meta({ description: 'Who is called, in a system of yours.' }),
    context: contextSchema.default({}).meta({ description: 'What is known of the person: `name`, `appointment`, …' }),
    time_zone: z.string().min(1).max(64).optional().meta({ description: 'IANA zone of the person.' }),
    // Six rings; most mailboxes answer after 20 to 25 seconds.
    ring_timeout_seconds: z.int().min(5).max(120).default(30),
    machine_detection: z
      .enum(['off', 'hang_up', 'talk'])
      .default('off')
      .meta({
        description:
          '`hang_up`: when a machine answers, nothing is said. `talk`: the agent waits for the end of its greeting, and speaks then. ' +
          'Finding out takes up to four seconds after the answer.',
      }),
  })
  .refine(({ agent_id: agent, flow_id: flow }) => agent === undefined || flow === undefined, oneAnswers);
export type NewCall = z.output<typeof newCallSchema>;

export const callQueuedSchema = z.object({
  call_id: z.uuid(),
  conversation_id: conversationIdSchema,
  status: z.literal('queued'),
});

/** How the media server names the call. */
const mediaCallId = z.string().min(1).max(200);
const number = z.string().min(1).max(200);

/** POST /v1/call/event: what happened to a call that an outside media server carries. */
export const callEventSchema = z.discriminatedUnion('type', [
  z
    .strictObject({
      type: z.literal('ringing'),
      call_id: mediaCallId,
      from: number,
      to: number.meta({ description: "The number that was called: one of the organization's." }),
      channel: z.enum(['audio-socket', 'audio-fork']).default('audio-socket'),
    })
    .meta({ description: 'A call comes. Its conversation is opened; its sound follows under the same id.' }),
  z.strictObject({ type: z.literal('answered'), call_id: mediaCallId }),
  z
    .strictObject({ type: z.literal('dtmf'), call_id: mediaCallId, digit: z.string().regex(/^[0-9*#]$/) })
    .meta({ description: 'A key that the media server heard, and does not send with the sound.' }),
  z.strictObject({ type: z.literal('hangup'), call_id: mediaCallId, reason: z.string().max(200).optional() }),
  z.strictObject({
    type: z.literal('transfer_result'),
    call_id: mediaCallId,
    target: number,
    outcome: z.enum(['answered', 'busy', 'no_answer', 'refused', 'failed']),
  }),
  z.strictObject({
    type: z.literal('recording'),
    call_id: mediaCallId,
    url: z.url({ protocol: /^https?$/, error: 'must be an address that begins with https:// or http://' }).max(2000),
  }),
]);
export type CallEvent = z.output<typeof callEventSchema>;

export const callEventTakenSchema = z.object({
  conversation_id: conversationIdSchema,
  is_live: z.boolean().meta({ description: 'Whether the call is in this server, and was told at once.' }),
});
