import type { EventSubscriber } from '../events/event-subscriber.ts';
import type { DeliveriesRepository } from './deliveries-repository.ts';

/**
 * Makes deliveries of events, for the webhooks of their organization; from then on they are the sender's. What the organization does
 * not let leave the house was taken out of the events when they were written.
 */
export function createWebhookSubscriber(deliveries: DeliveriesRepository, onInserted: () => void): EventSubscriber {
  return {
    name: 'webhooks',
    async take(events) {
      const organizations = new Set(events.map(({ envelope }) => envelope.organization_id));
      const subscriptions = await deliveries.subscriptions([...organizations]);
      if (subscriptions.length === 0) return;
      const made = events.flatMap(({ envelope, position }) =>
        subscriptions
          .filter(
            ({ organizationId, eventTypes }) =>
              organizationId === envelope.organization_id &&
              (eventTypes.length === 0 || eventTypes.includes(envelope.type)),
          )
          .map(({ webhookId }) => ({ webhookId, envelope, position })),
      );
      await deliveries.insert(made);
      onInserted();
    },
  };
}
