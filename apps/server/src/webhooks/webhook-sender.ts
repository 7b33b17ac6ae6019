import type { GuardedFetch } from '../edge/guarded-fetch.ts';
import { OutgoingError } from '../edge/outgoing-error.ts';
import { type Backoff, retryDelayMs } from '../jobs/backoff.ts';
import { createPump } from '../jobs/pump.ts';
import type { Sealer } from '../privacy/sealer.ts';
import type { ClaimedDelivery, SendingRepository, Settlement } from './sending-repository.ts';
import { createSettler } from './settler.ts';
import { secretPurpose, signatureHeader, signBody } from './webhook-signature.ts';
import type { WebhooksRepository } from './webhooks-repository.ts';

export interface WebhookSenderOptions {
  /** For one request, from the first byte to the last of its answer. */
  readonly timeoutMs: number;
  readonly backoff: Backoff;
  readonly maxAttempts: number;
  /** On their way to one webhook at once, in one process: a slow receiver ties up no more than this. */
  readonly perWebhook: number;
  /** On their way altogether. */
  readonly atOnce: number;
  /** How often one looks for what another process left behind. */
  readonly idleMs: number;
}

export const webhookSenderDefaults: WebhookSenderOptions = {
  // What receivers are given everywhere; those that work longer should answer first.
  timeoutMs: 10_000,
  // 5 s, 10 s, … then every four hours: with 18 attempts 26 hours, so that a receiver may be down for a day.
  backoff: { firstMs: 5000, longestMs: 4 * 60 * 60_000 },
  maxAttempts: 18,
  perWebhook: 8,
  // Each holds a socket and a body of some kilobytes.
  atOnce: 64,
  idleMs: 5000,
};

export interface WebhookSenderParts {
  readonly sending: SendingRepository;
  readonly webhooks: WebhooksRepository;
  readonly fetch: Pick<GuardedFetch, 'send'>;
  readonly sealer: Sealer;
  readonly onError: (error: unknown, what: string) => void;
  /** Told of each attempt, for metrics. */
  readonly onAttempt?: (attempt: {
    readonly outcome: 'delivered' | 'failed' | 'given_up';
    readonly durationMs: number;
  }) => void;
  readonly options?: Partial<WebhookSenderOptions>;
}

export interface WebhookSender {
  /** There is something new to send. */
  wake(): void;
  /** Gives up what is on its way; it is sent again by whoever comes next. */
  close(): Promise<void>;
}

/** Longer than a request may take: the lease must not run out while it is on its way. */
const leaseBeyondMs = 5000;
/** Nothing is read of an answer but its status; so much is taken so that the connection can be used again. */
const maxAnswerBytes = 4096;
/** A receiver that asks for more patience than this is not believed. */
const longestRetryAfterMs = 60 * 60_000;
const lookAgainMs = 20;
/** Answers that come within this are written down together. */
const gatherMs = 3;

/** Sends what is due, each conversation's in order. Any number of replicas may run one. */
export function createWebhookSender(parts: WebhookSenderParts): WebhookSender {
  const { sending, onError } = parts;
  const options = { ...webhookSenderDefaults, ...parts.options };
  const closing = new AbortController();
  const onTheirWay = new Set<Promise<void>>();
  const perWebhook = new Map<string, number>();
  const secrets = createSecretsCache(parts.sealer);
  const settle = createSettler(sending, gatherMs);

  const pump = createPump({
    idleMs: options.idleMs,
    onError: (error) => onError(error, 'looking for deliveries to webhooks'),
    run: async (signal) => {
      const free = options.atOnce - onTheirWay.size;
      // Woken when one of them ends.
      if (free === 0) return options.idleMs;
      const claimed = await sending.claim({
        saturated: saturated(),
        roomOf: (webhookId) => options.perWebhook - (perWebhook.get(webhookId) ?? 0),
        limit: free,
        leaseMs: options.timeoutMs + leaseBeyondMs,
      });
      for (const delivery of claimed.deliveries) begin(delivery);
      if (claimed.isMore && claimed.deliveries.length > 0 && !signal.aborted) return 0;
      return Math.max(lookAgainMs, (await sending.nextDueMs(saturated())) ?? options.idleMs);
    },
  });
  const saturated = () =>
    [...perWebhook].flatMap(([webhookId, count]) => (count >= options.perWebhook ? [webhookId] : []));
  const count = (webhookId: string, by: number) => {
    const now = (perWebhook.get(webhookId) ?? 0) + by;
    if (now === 0) perWebhook.delete(webhookId);
    else perWebhook.set(webhookId, now);
  };
  const begin = (delivery: ClaimedDelivery): void => {
    count(delivery.webhookId, 1);
    const ended = sendOne(delivery)
      // Its lease runs out, and it is sent again.
      .catch((error: unknown) => onError(error, 'a delivery to a webhook'))
      .finally(() => {
        count(delivery.webhookId, -1);
        onTheirWay.delete(ended);
        // Those that were written down together end together: one look for all.
        pump.wake();
      });
    onTheirWay.add(ended);
  };

  const sendOne = async (delivery: ClaimedDelivery): Promise<void> => {
    const startedAtMs = performance.now();
    const attempt = await post(delivery);
    if (closing.signal.aborted && attempt.kind === 'failed') return sending.release(delivery);
    const isGone = attempt.kind === 'failed' && attempt.status === 410;
    const settlement: Settlement =
      attempt.kind === 'delivered'
        ? attempt
        : {
            ...attempt,
            retryInMs:
              isGone || delivery.attempts >= options.maxAttempts
                ? undefined
                : Math.max(retryDelayMs(delivery.attempts, options.backoff), attempt.retryAfterMs),
          };
    await settle({ delivery, settlement });
    if (isGone) await parts.webhooks.disable(delivery.webhookId, 'gone');
    parts.onAttempt?.({
      outcome: settlement.kind === 'failed' && settlement.retryInMs === undefined ? 'given_up' : settlement.kind,
      durationMs: performance.now() - startedAtMs,
    });
  };

  const post = async (delivery: ClaimedDelivery): Promise<Attempt> => {
    try {
      const keys = await Promise.all(
        delivery.sealedSecrets.map((sealed) => secrets(sealed, secretPurpose(delivery.webhookId))),
      );
      const answer = await parts.fetch.send({
        method: 'POST',
        url: delivery.url,
        headers: {
          'content-type': 'application/json',
          'parley-event-id': delivery.eventId,
          'parley-event-type': delivery.eventType,
          'parley-delivery-id': delivery.deliveryId,
          [signatureHeader]: signBody(delivery.body, keys, Date.now()),
        },
        body: delivery.body,
        timeoutMs: options.timeoutMs,
        maxResponseBytes: maxAnswerBytes,
        whenLonger: 'cut',
        signal: closing.signal,
      });
      if (answer.status >= 200 && answer.status < 300) return { kind: 'delivered', status: answer.status };
      const what = answer.status >= 300 && answer.status < 400 ? ' Redirects are not followed.' : '';
      return {
        kind: 'failed',
        status: answer.status,
        error: `The answer was ${answer.status}.${what}`,
        retryAfterMs: retryAfterMs(answer.headers['retry-after']),
      };
    } catch (error) {
      // Anything else is a fault of ours, told to us and not to the tenant.
      if (!(error instanceof OutgoingError)) {
        onError(error, 'a delivery to a webhook');
        return { kind: 'failed', status: undefined, error: 'It could not be sent.', retryAfterMs: 0 };
      }
      return { kind: 'failed', status: undefined, error: error.message, retryAfterMs: 0 };
    }
  };

  return {
    wake: () => pump.wake(),
    async close() {
      closing.abort(new Error('The server is shutting down.'));
      await pump.close();
      await Promise.all(onTheirWay);
    },
  };
}

type Attempt =
  | { readonly kind: 'delivered'; readonly status: number }
  | {
      readonly kind: 'failed';
      readonly status: number | undefined;
      readonly error: string;
      readonly retryAfterMs: number;
    };

/** Seconds, as receivers that are busy say; dates are not understood. */
function retryAfterMs(header: string | undefined): number {
  const seconds = header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) : 0;
  return Math.min(seconds * 1000, longestRetryAfterMs);
}

/** Secrets that were opened: a key service need not be asked for each delivery. */
const maxSecrets = 1000;

function createSecretsCache(sealer: Sealer): (sealed: string, purpose: string) => Promise<string> {
  const opened = new Map<string, Promise<string>>();
  return (sealed, purpose) => {
    const known = opened.get(sealed);
    if (known !== undefined) return known;
    const opening = sealer.open(sealed, purpose);
    if (opened.size >= maxSecrets) opened.clear();
    opened.set(sealed, opening);
    // Asked again next time.
    opening.catch(() => opened.delete(sealed));
    return opening;
  };
}
