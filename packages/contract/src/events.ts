import { z } from 'zod';
import { turnCauseSchema } from './turn.ts';

/** Streams that events are read in. */
export const eventTopics = ['voice-events', 'chat-events', 'nlu-predictions', 'admin-events'] as const;
export type EventTopic = (typeof eventTopics)[number];

/** Counts the changes of the envelope and of `data` that break readers; new fields and new types do not. */
export const eventVersion = 1;

const turnNumber = z.int().positive();
const confidence = z.number().min(0).max(1);
const entities = z.array(z.object({ type: z.string(), text: z.string(), value: z.unknown() }));

/** What each type of event tells, as its `data`. More fields may come with time: ignore those that you do not know. */
export const eventDataSchemas = {
  conversation_started: z
    .looseObject({
      agent_id: z.string(),
      channel_type: z.string().meta({ description: '`voice`, `chat` or `api`.' }),
    })
    .meta({ description: 'A conversation was opened.' }),
  turn_completed: z
    .looseObject({
      turn_number: turnNumber,
      cause: turnCauseSchema,
      user: z.looseObject({ text: z.string(), confidence }).nullable(),
      reply: z.looseObject({ text: z.string() }).nullable(),
    })
    .meta({
      description: 'One exchange is stored: what was said and what was answered. Texts are redacted by your policy.',
    }),
  intent_detected: z
    .looseObject({ turn_number: turnNumber, intent: z.string(), confidence, entities })
    .meta({ description: 'What the caller wants was understood.' }),
  api_called: z
    .looseObject({
      turn_number: turnNumber,
      integration: z.string(),
      operation: z.string(),
      outcome: z.string().meta({ description: '`ok`, or the code of what went wrong.' }),
      status: z.int().nullable().meta({ description: 'The HTTP status, if it came to one.' }),
      attempt: z.int().nonnegative().meta({ description: 'From 1; 0 when nothing was sent.' }),
      started_at: z.iso.datetime(),
      duration_ms: z.number().nonnegative(),
    })
    .meta({ description: 'An outside system was asked in the course of a turn. Holds no values, only what it was.' }),
  conversation_ended: z
    .looseObject({ reason: z.string().meta({ description: 'Such as `completed`, `abandoned`, `transferred`.' }) })
    .meta({ description: 'A conversation is over.' }),
  handoff_requested: z.looseObject({}).meta({ description: 'A person is asked to take over.' }),
  recording_ready: z
    .looseObject({ recording_id: z.string() })
    .meta({ description: 'A recording is complete and can be fetched.' }),
  flow_published: z.looseObject({ flow_id: z.string() }).meta({ description: 'A version of a flow takes calls.' }),
  webhook_test: z
    .looseObject({ message: z.string() })
    .meta({ description: 'Sent when you ask for it, to one webhook.' }),
} as const satisfies Record<string, z.ZodType>;

export type EventType = keyof typeof eventDataSchemas;
export type EventData<T extends EventType> = z.infer<(typeof eventDataSchemas)[T]>;

export function isEventType(name: string): name is EventType {
  return Object.hasOwn(eventDataSchemas, name);
}

/** Event types that can be subscribed to. */
export const subscribableEventTypes: readonly EventType[] = Object.keys(eventDataSchemas)
  .filter(isEventType)
  .filter((type) => type !== 'webhook_test');

/** What every receiver gets, whatever the type; the same event keeps its `id` however often it comes. */
export const eventEnvelopeSchema = z.object({
  id: z.uuid().meta({ description: 'The same when the same event comes again: remember it to act once.' }),
  type: z.string().meta({ description: `Such as ${subscribableEventTypes.slice(0, 3).join(', ')}.` }),
  version: z.literal(eventVersion),
  organization_id: z.uuid(),
  conversation_id: z.uuid().nullable().meta({ description: 'Null for what belongs to no conversation.' }),
  occurred_at: z.iso.datetime(),
  data: z.record(z.string(), z.unknown()),
});
export type EventEnvelope = z.infer<typeof eventEnvelopeSchema>;
