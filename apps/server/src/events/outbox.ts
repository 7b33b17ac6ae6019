import { channel } from 'node:diagnostics_channel';
import type { EventTopic, EventType } from '@parley/contract/events.ts';
import { redactionIn } from '../privacy/redaction.ts';
import type { Transaction } from '../storage/database.ts';
import { outbox } from '../storage/schema/events.ts';

/** Something that happened, for subscribers inside and outside of this server. */
export interface NewEvent {
  readonly organizationId: string;
  /** Undefined for what belongs to no conversation; events of one conversation are handed on in order. */
  readonly conversationId: string | undefined;
  /** What streams are made of: `voice-events`, `chat-events`, `nlu-predictions`, `admin-events`. */
  readonly topic: EventTopic;
  readonly type: EventType;
  /** As `eventDataSchemas` has it for the type. */
  readonly payload: Readonly<Record<string, unknown>>;
}

/**
 * Write that it happened, in the transaction of the change itself, without what the organization's policy keeps in the house; it is
 * handed on after the commit, at least once. Of one
 * conversation, what was committed before another transaction began to write is handed on before what that one writes.
 */
export async function appendEvents(transaction: Transaction, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  const rows: (typeof outbox.$inferInsert)[] = [];
  for (const { conversationId, payload, ...event } of events) {
    const { events: redactor } = await redactionIn(transaction, event.organizationId);
    rows.push({ ...event, conversationId: conversationId ?? null, payload: redactor.fields(payload) });
  }
  await transaction.insert(outbox).values(rows);
  outboxAppended.publish('written');
}

/**
 * Told within this process that something is 'written', which a commit will make visible soon, or 'committed': the relay need not poll
 * for it.
 */
export const outboxAppended = channel('parley:outbox:appended');
