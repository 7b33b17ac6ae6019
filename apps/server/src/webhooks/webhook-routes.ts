import { randomUUID } from 'node:crypto';
import {
  createWebhook,
  deleteWebhook,
  getWebhook,
  getWebhookDelivery,
  listWebhookDeliveries,
  listWebhooks,
  replayWebhookDelivery,
  rotateWebhookSecret,
  testWebhook,
  updateWebhook,
} from '@parley/contract/api/webhooks-api.ts';
import { eventVersion } from '@parley/contract/events.ts';
import { type HandledRoute, handle } from '../api/handle.ts';
import type { Sealer } from '../privacy/sealer.ts';
import type { DeliveriesRepository } from './deliveries-repository.ts';
import type { WebhookSender } from './webhook-sender.ts';
import { newWebhookSecret, secretPurpose } from './webhook-signature.ts';
import type { WebhooksRepository } from './webhooks-repository.ts';

export interface WebhookRoutesParts {
  readonly webhooks: WebhooksRepository;
  readonly deliveries: DeliveriesRepository;
  readonly sender: Pick<WebhookSender, 'wake'>;
  readonly sealer: Sealer;
}

const hourMs = 60 * 60_000;

export function webhookRoutes({ webhooks, deliveries, sender, sealer }: WebhookRoutesParts): HandledRoute[] {
  return [
    handle(listWebhooks, ({ query }, { organizationId }) => webhooks.list(organizationId, query)),

    handle(createWebhook, async ({ body }, context) => {
      const webhookId = randomUUID();
      const secret = newWebhookSecret();
      const sealedSecret = await sealer.seal(secret, secretPurpose(webhookId));
      const { url, description, event_types: eventTypes } = body;
      const view = await webhooks.create(context, { webhookId, url, description, eventTypes, sealedSecret });
      context.setEtag(view.version);
      return { ...view, secret };
    }),

    handle(getWebhook, async ({ params }, { organizationId, setEtag }) => {
      const view = await webhooks.get(organizationId, params.webhook_id);
      setEtag(view.version);
      return view;
    }),

    handle(updateWebhook, async ({ params, body }, context) => {
      const view = await webhooks.update(context, params.webhook_id, context.ifMatchVersion, body);
      context.setEtag(view.version);
      return view;
    }),

    handle(deleteWebhook, async ({ params }, context) => {
      await webhooks.delete(context, params.webhook_id);
      return undefined;
    }),

    handle(rotateWebhookSecret, async ({ params, body }, context) => {
      const secret = newWebhookSecret();
      const sealedSecret = await sealer.seal(secret, secretPurpose(params.webhook_id));
      const overlapMs = body.overlap_hours * hourMs;
      const view = await webhooks.rotateSecret(context, params.webhook_id, sealedSecret, overlapMs);
      context.setEtag(view.version);
      return { ...view, secret };
    }),

    handle(testWebhook, async ({ params }, context) => {
      const delivery = await deliveries.addTest(context, params.webhook_id, {
        id: randomUUID(),
        type: 'webhook_test',
        version: eventVersion,
        organization_id: context.organizationId,
        conversation_id: null,
        occurred_at: new Date().toISOString(),
        data: { message: 'This is a test. Nothing happened.' },
      });
      sender.wake();
      return delivery;
    }),

    handle(listWebhookDeliveries, ({ params, query }, { organizationId }) =>
      deliveries.list(organizationId, params.webhook_id, query),
    ),

    handle(getWebhookDelivery, ({ params }, { organizationId }) =>
      deliveries.get(organizationId, params.webhook_id, params.delivery_id),
    ),

    handle(replayWebhookDelivery, async ({ params }, context) => {
      const delivery = await deliveries.replay(context, params.webhook_id, params.delivery_id);
      sender.wake();
      return delivery;
    }),
  ];
}
