import { createOutboxRelay } from '../events/outbox-relay.ts';
import { outboxDependency } from '../telemetry/create-telemetry.ts';
import { createWebhooks } from '../webhooks/create-webhooks.ts';
import type { Conversations } from './open-conversations.ts';
import type { Foundations } from './open-foundations.ts';

/** Whom is told what happened. */
export function openEvents(
  { owned, onError, telemetry, database, jobs, sealer }: Foundations,
  { edge }: Conversations,
) {
  const webhooks = createWebhooks({
    database,
    jobs,
    fetch: edge.guardedFetch,
    sealer,
    onError,
    onAttempt: ({ outcome }) => telemetry.metrics.count('parley_webhook_deliveries_total', { outcome }),
  });
  owned.push(() => webhooks.close());
  const relay = createOutboxRelay({ database, subscribers: [webhooks.subscriber], jobs, onError });
  owned.push(() => relay.close());
  telemetry.dependencies.push(outboxDependency(() => relay.backlog));
  telemetry.metrics.gauge('parley_outbox_pending', {}, () => relay.backlog.events);
  telemetry.metrics.gauge('parley_outbox_lag_seconds', {}, () => relay.backlog.oldestWaitsMs / 1000);
  return { webhooks };
}
