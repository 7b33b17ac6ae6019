import { WireError } from '@parley/contract/errors.ts';
import type { IntegrationCall } from '@parley/integrations/ports.ts';
import { createPump } from '../jobs/pump.ts';
import { type ConversationOwner, findConversationOwners } from '../storage/conversation-owners-repository.ts';
import type { Database } from '../storage/database.ts';
import { appendEvents, type NewEvent } from './outbox.ts';

/** Tells of calls to outside systems as `api_called` events. */
export interface ApiCalledEvents {
  /** Never waits and never throws: it is called in the middle of a turn. */
  record(call: IntegrationCall): void;
  /** Write what is left. */
  close(): Promise<void>;
}

/** Written together, so that a turn that asks three systems is one transaction. */
const gatherMs = 50;
const batch = 200;
/** While the database is away. A call is some hundred bytes here. */
const waitingAtMost = 5000;
const idleMs = 60_000;

export function createApiCalledEvents(
  database: Database,
  onError: (error: unknown, what: string) => void,
): ApiCalledEvents {
  const waiting: IntegrationCall[] = [];
  let dropped = 0;
  const store = (calls: readonly IntegrationCall[]): Promise<void> =>
    database.acrossOrganizations(async (transaction) => {
      const owners = await findConversationOwners(
        transaction,
        calls.map(({ conversationId }) => conversationId),
      );
      // Of conversations that are not stored (trials of a flow) nothing is told.
      await appendEvents(
        transaction,
        calls.flatMap((call) => {
          const owner = owners.get(call.conversationId);
          return owner === undefined ? [] : [toEvent(call, owner)];
        }),
      );
    });
  const write = async (): Promise<void> => {
    const calls = waiting.slice(0, batch);
    try {
      await store(calls);
      waiting.splice(0, calls.length);
    } catch (error) {
      if (isAway(error)) throw error;
      await writeEach(calls);
    }
  };
  /** One that cannot be written must not hold up all others, whosever they are. */
  const writeEach = async (calls: readonly IntegrationCall[]): Promise<void> => {
    for (const call of calls) {
      try {
        await store([call]);
      } catch (error) {
        if (isAway(error)) throw error;
        onError(error, 'a call of an outside system is told nobody');
      }
      waiting.shift();
    }
  };
  const pump = createPump({
    idleMs,
    onError: (error) => onError(error, 'events of outside systems'),
    run: async () => {
      while (waiting.length > 0) await write();
      if (dropped > 0) onError(new Error(`${dropped} calls are told nobody.`), 'events of outside systems');
      dropped = 0;
      return idleMs;
    },
  });
  return {
    record(call) {
      if (waiting.length < waitingAtMost) waiting.push(call);
      else dropped += 1;
      pump.wake(gatherMs);
    },
    async close() {
      await pump.close();
      try {
        while (waiting.length > 0) await write();
      } catch (error) {
        onError(error, `${waiting.length} calls of outside systems are told nobody`);
      }
    },
  };
}

function isAway(error: unknown): boolean {
  return error instanceof WireError && error.code === 'storage_unavailable';
}

/** What it was, not what was asked or answered: inputs and reasons may hold what callers said. */
function toEvent(call: IntegrationCall, { organizationId, channelType }: ConversationOwner): NewEvent {
  return {
    organizationId,
    conversationId: call.conversationId,
    topic: channelType === 'voice' ? 'voice-events' : 'chat-events',
    type: 'api_called',
    payload: {
      turn_number: call.turnNumber,
      integration: call.integration,
      operation: call.operation,
      outcome: call.outcome,
      status: call.status ?? null,
      attempt: call.attempt,
      started_at: new Date(call.startedEpochMs).toISOString(),
      duration_ms: call.durationMs,
    },
  };
}
