import { z } from 'zod';
import { nextCursorSchema } from './api/paging.ts';
import { eventEnvelopeSchema, subscribableEventTypes } from './events.ts';

const url = z
  .url({ protocol: /^https?$/, error: 'must be an address that begins with https:// or http://', abort: true })
  .max(2000)
  .refine((text) => {
    const { username, password, hash } = new URL(text);
    return username === '' && password === '' && hash === '';
  }, 'must have no user, password or #fragment in it')
  .meta({
    description: 'Where events are sent, by POST. Must be reachable from the server, at a public address.',
    example: 'https://example.com/parley-events',
  });
const description = z.string().max(200).meta({ description: 'For people.' });
const eventTypes = z
  .array(z.enum(subscribableEventTypes))
  .max(subscribableEventTypes.length)
  .meta({ description: 'Which events are sent; empty: all, also those that come with later versions.' });

export const newWebhookSchema = z.strictObject({
  url,
  description: description.default(''),
  event_types: eventTypes.default([]),
});

export const webhookPatchSchema = z
  .strictObject({
    url,
    description,
    event_types: eventTypes,
    is_active: z.boolean().meta({ description: 'True makes one go on that was disabled.' }),
  })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'Say what is to be changed.');
export type WebhookPatch = z.output<typeof webhookPatchSchema>;

export const webhookSchema = z.object({
  webhook_id: z.uuid(),
  url: z.string(),
  description: z.string(),
  event_types: z.array(z.string()),
  is_active: z.boolean(),
  disabled_reason: z
    .enum(['by_hand', 'gone', 'failing'])
    .nullable()
    .meta({ description: '`gone`: it answered 410. `failing`: nothing reached it for days. Null while it is active.' }),
  failing_since: z.iso.datetime().nullable().meta({ description: 'Null while deliveries reach it.' }),
  previous_secret_until: z.iso
    .datetime()
    .nullable()
    .meta({ description: 'Until then both secrets sign. Null when there is only one.' }),
  version: z.int(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});
export type WebhookView = z.infer<typeof webhookSchema>;

const secret = z
  .string()
  .meta({ description: 'Signs every delivery. Shown this once: keep it where the receiver can read it.' });

export const createdWebhookSchema = webhookSchema.extend({ secret });
export const webhookListSchema = z.object({ webhooks: z.array(webhookSchema), next_cursor: nextCursorSchema });

export const rotateSecretSchema = z.strictObject({
  // A day to bring the new one to the receivers.
  overlap_hours: z.number().min(0).max(168).default(24).meta({
    description: 'So long the old secret signs as well. 0 when it has leaked.',
  }),
});

export const deliveryStatuses = ['waiting', 'delivered', 'given_up'] as const;

export const deliverySchema = z.object({
  delivery_id: z.uuid(),
  webhook_id: z.uuid(),
  event_id: z.uuid(),
  event_type: z.string(),
  conversation_id: z.uuid().nullable(),
  status: z.enum(deliveryStatuses),
  attempts: z.int(),
  next_attempt_at: z.iso.datetime().nullable(),
  last_attempt_at: z.iso.datetime().nullable(),
  last_status: z.int().nullable().meta({ description: 'The HTTP status of the last answer, if there was one.' }),
  last_error: z.string().nullable(),
  created_at: z.iso.datetime(),
  delivered_at: z.iso.datetime().nullable(),
});
export type DeliveryView = z.infer<typeof deliverySchema>;

export const deliveryDetailSchema = deliverySchema.extend({
  event: eventEnvelopeSchema
    .nullable()
    .meta({ description: 'The body as it is sent; null once the data of the person it tells of were erased.' }),
});
export type DeliveryDetail = z.infer<typeof deliveryDetailSchema>;

export const deliveryListSchema = z.object({ deliveries: z.array(deliverySchema), next_cursor: nextCursorSchema });
