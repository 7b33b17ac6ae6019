import type { EventEnvelope, EventTopic } from '@parley/contract/events.ts';

/** An event on its way to subscribers. */
export interface HandedEvent {
  /** Grows in the order of writing within a conversation; gaps mean nothing. */
  readonly position: number;
  readonly topic: EventTopic;
  /** What the organization's policy keeps in the house was taken out when it was written. */
  readonly envelope: EventEnvelope;
}

/**
 * Whoever is told what happened: webhooks here; a broker of streams the same way.
 *
 * Each event is handed to one of the replicas' subscribers of the name, at least once, those of one conversation in order and never
 * two batches of one conversation at the same time. The same event may come again (its `id` tells): taking it twice must be as
 * taking it once. One that rejects or is slow is tried again later and holds up nobody else.
 */
export interface EventSubscriber {
  /** Stays the same for good: what it has not taken yet is kept under it. */
  readonly name: string;
  /**
   * Resolves when all of them are safe. When it rejects, none counts as taken, and all come again.
   * @param signal aborted when it took too long
   */
  take(events: readonly HandedEvent[], signal: AbortSignal): Promise<void>;
}
