import { z } from 'zod';
import {
  createdWebhookSchema,
  deliveryDetailSchema,
  deliveryListSchema,
  deliverySchema,
  deliveryStatuses,
  newWebhookSchema,
  rotateSecretSchema,
  webhookListSchema,
  webhookPatchSchema,
  webhookSchema,
} from '../webhooks.ts';
import { pageQuerySchema } from './paging.ts';
import { defineRoute } from './route.ts';

const webhookParams = z.object({ webhook_id: z.uuid() });
const deliveryParams = webhookParams.extend({ delivery_id: z.uuid() });
const tag = 'Webhooks';
const mayRead = { kind: 'permission', permission: 'webhooks:read' } as const;
const mayWrite = { kind: 'permission', permission: 'webhooks:write' } as const;

export const listWebhooks = defineRoute({
  id: 'list_webhooks',
  method: 'GET',
  path: '/v1/webhooks',
  tag,
  summary: 'Webhooks, newest first',
  access: mayRead,
  input: z.object({ query: pageQuerySchema }),
  reply: { status: 200, schema: webhookListSchema },
});

export const createWebhook = defineRoute({
  id: 'create_webhook',
  method: 'POST',
  path: '/v1/webhooks',
  tag,
  summary: 'Have events sent to an address',
  description:
    'Events that happen from now on are sent as `POST` with the event as JSON, signed with the secret of the answer, which is shown this once. An organization has at most 20 webhooks.',
  access: mayWrite,
  input: z.object({ body: newWebhookSchema }),
  reply: { status: 201, schema: createdWebhookSchema },
  errors: ['too_many_webhooks'],
  isIdempotent: true,
});

export const getWebhook = defineRoute({
  id: 'get_webhook',
  method: 'GET',
  path: '/v1/webhooks/{webhook_id}',
  tag,
  summary: 'A webhook',
  access: mayRead,
  input: z.object({ params: webhookParams }),
  reply: { status: 200, schema: webhookSchema },
  etag: 'read',
});

export const updateWebhook = defineRoute({
  id: 'update_webhook',
  method: 'PATCH',
  path: '/v1/webhooks/{webhook_id}',
  tag,
  summary: 'Change a webhook, switch it off or on',
  description:
    'Deliveries that wait go to the new address. What waits when it is switched off is given up, and can be replayed.',
  access: mayWrite,
  input: z.object({ params: webhookParams, body: webhookPatchSchema }),
  reply: { status: 200, schema: webhookSchema },
  etag: 'write',
});

export const deleteWebhook = defineRoute({
  id: 'delete_webhook',
  method: 'DELETE',
  path: '/v1/webhooks/{webhook_id}',
  tag,
  summary: 'Delete a webhook and its deliveries',
  access: mayWrite,
  input: z.object({ params: webhookParams }),
  reply: { status: 204 },
});

export const rotateWebhookSecret = defineRoute({
  id: 'rotate_webhook_secret',
  method: 'POST',
  path: '/v1/webhooks/{webhook_id}/secret',
  tag,
  summary: 'Give a webhook a new secret',
  description:
    'For a while deliveries carry two signatures, one by each secret, so that receivers can change over without missing any.',
  access: mayWrite,
  input: z.object({ params: webhookParams, body: rotateSecretSchema.default({ overlap_hours: 24 }) }),
  reply: { status: 201, schema: createdWebhookSchema },
  isIdempotent: true,
});

export const testWebhook = defineRoute({
  id: 'test_webhook',
  method: 'POST',
  path: '/v1/webhooks/{webhook_id}/test',
  tag,
  summary: 'Send an event of type webhook_test to a webhook',
  description: 'It is sent as any other; what became of it stands in its deliveries.',
  access: mayWrite,
  input: z.object({ params: webhookParams }),
  reply: { status: 202, schema: deliverySchema },
  errors: ['webhook_disabled'],
  isIdempotent: true,
});

export const listWebhookDeliveries = defineRoute({
  id: 'list_webhook_deliveries',
  method: 'GET',
  path: '/v1/webhooks/{webhook_id}/deliveries',
  tag,
  summary: 'What was sent to a webhook, newest first',
  description: 'Deliveries that are over are kept for 30 days.',
  access: mayRead,
  input: z.object({
    params: webhookParams,
    query: pageQuerySchema.extend({ status: z.enum(deliveryStatuses).optional() }),
  }),
  reply: { status: 200, schema: deliveryListSchema },
});

export const getWebhookDelivery = defineRoute({
  id: 'get_webhook_delivery',
  method: 'GET',
  path: '/v1/webhooks/{webhook_id}/deliveries/{delivery_id}',
  tag,
  summary: 'A delivery with its body',
  access: mayRead,
  input: z.object({ params: deliveryParams }),
  reply: { status: 200, schema: deliveryDetailSchema },
});

export const replayWebhookDelivery = defineRoute({
  id: 'replay_webhook_delivery',
  method: 'POST',
  path: '/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/replay',
  tag,
  summary: 'Send a delivery again, now',
  description: 'With the same event id, body and a new signature; also one that waits for its next attempt.',
  access: mayWrite,
  input: z.object({ params: deliveryParams }),
  reply: { status: 202, schema: deliverySchema },
  errors: ['webhook_disabled', 'delivery_erased'],
});
