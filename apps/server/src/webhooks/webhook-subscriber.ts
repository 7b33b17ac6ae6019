import type { EventEnvelope } from '@parley/contract/events.ts';
import type { EventSubscriber } from '../events/event-subscriber.ts';
import type { DeliveriesRepository } from './deliveries-repository.ts';

/** Takes out of an event what the organization does not let leave the house. */
export type RedactEvent = (envelope: EventEnvelope) => Promise<EventEnvelope>;

/** Makes deliveries of events, for the webhooks of their organization; from then on they are the sender's. */
export function createWebhookSubscriber(
  deliveries: DeliveriesRepository,
  redact: RedactEvent,
  onInserted: () => void,
): EventSubscriber {
  return {
    name: 'webhooks',
    async take(events) {
      const organizations = new Set(events.map(({ envelope }) => envelope.organization_id));
      const subscriptions = await deliveries.subscriptions([...organizations]);
      if (subscriptions.length === 0) return;
      const made = await Promise.all(
        events.map(async ({ envelope, position }) => {
          const to = subscriptions.filter(
            ({ organizationId, eventTypes }) =>
              organizationId === envelope.organization_id &&
              (eventTypes.length === 0 || eventTypes.includes(envelope.type)),
          );
          if (to.length === 0) return [];
          const redacted = await redact(envelope);
          return to.map(({ webhookId }) => ({ webhookId, envelope: redacted, position }));
        }),
      );
      await deliveries.insert(made.flat());
      onInserted();
    },
  };
}
