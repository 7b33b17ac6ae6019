import type { HandledRoute } from '../api/handle.ts';
import type { EventSubscriber } from '../events/event-subscriber.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { Database } from '../storage/database.ts';
import { createDeliveriesRepository } from './deliveries-repository.ts';
import { createSendingRepository } from './sending-repository.ts';
import { webhookRoutes } from './webhook-routes.ts';
import { createWebhookSender, type WebhookSenderParts } from './webhook-sender.ts';
import { createWebhookSubscriber } from './webhook-subscriber.ts';
import { createWebhooksRepository } from './webhooks-repository.ts';

export interface Webhooks {
  readonly routes: readonly HandledRoute[];
  /** For the relay of the outbox. */
  readonly subscriber: EventSubscriber;
  close(): Promise<void>;
}

export interface WebhooksParts
  extends Pick<WebhookSenderParts, 'fetch' | 'sealer' | 'onError' | 'onAttempt' | 'options'> {
  readonly database: Database;
  readonly jobs: Jobs;
}

/** Nothing reached it for so long: nobody will miss what else is sent. */
const failingForMs = 3 * 24 * 60 * 60_000;
/** A receiver that is so far behind never catches up; at two kilobytes each a hundred megabytes. */
const waitingAtMost = 50_000;
/** As the API's documentation says. */
const keptMs = 30 * 24 * 60 * 60_000;
const deleteBatch = 2000;

/** Everything that tells the outside what happened. Ownership: close it after the relay, before the jobs and the database. */
export function createWebhooks({ database, jobs, ...parts }: WebhooksParts): Webhooks {
  const webhooks = createWebhooksRepository(database);
  const deliveries = createDeliveriesRepository(database);
  const sender = createWebhookSender({ ...parts, webhooks, sending: createSendingRepository(database) });
  jobs.every('disable_failing_webhooks', 60_000, async (signal) => {
    for (const webhookId of await webhooks.hopeless(failingForMs, waitingAtMost)) {
      signal.throwIfAborted();
      await webhooks.disable(webhookId, 'failing');
    }
  });
  jobs.every('delete_old_deliveries', 60 * 60_000, async (signal) => {
    while (!signal.aborted && (await deliveries.deleteOld(keptMs, deleteBatch)) === deleteBatch);
  });
  return {
    routes: webhookRoutes({ webhooks, deliveries, sender, sealer: parts.sealer }),
    subscriber: createWebhookSubscriber(deliveries, () => sender.wake()),
    close: () => sender.close(),
  };
}
