import type { Transaction } from '../storage/database.ts';
import { outbox } from '../storage/schema/events.ts';

/** Something that happened, for subscribers inside and outside of this server. */
export interface NewEvent {
  readonly organizationId: string;
  /** Undefined for what belongs to no conversation; events of one conversation are handed on in order. */
  readonly conversationId: string | undefined;
  /** What streams are made of: `voice-events`, `chat-events`, `nlu-predictions`, `admin-events`. */
  readonly topic: 'voice-events' | 'chat-events' | 'nlu-predictions' | 'admin-events';
  /** `conversation_started`, `turn_completed`, … */
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Write that it happened, in the transaction of the change itself; it is handed on after the commit, at least once. */
export async function appendEvents(transaction: Transaction, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await transaction.insert(outbox).values(
    events.map(({ conversationId, payload, ...event }) => ({
      ...event,
      conversationId: conversationId ?? null,
      payload: { ...payload },
    })),
  );
}
