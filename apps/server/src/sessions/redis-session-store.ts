import type { SessionState } from '../conversations/stored-conversation.ts';
import type { Sealer } from '../privacy/sealer.ts';
import { type Redis, RedisUnavailable } from '../redis/redis.ts';
import { sessionPurpose } from '../storage/session-memory.ts';
import { parseSessionState } from './session-state-schema.ts';
import type { SessionStore } from './session-store.ts';

/** Conversations whose state is being written at once; the state of more is left to the database. */
const maxWrites = 1000;

/**
 * `session:{id}` in Redis, sealed, for whichever replica goes on with the conversation. One write a conversation is under way at a
 * time: of states that come meanwhile the latest follows.
 */
export function createRedisSessionStore(
  parts: { readonly redis: Redis; readonly sealer: Sealer; readonly idleMs: number },
  onError: (error: unknown, context: string) => void,
): SessionStore {
  const { redis, sealer, idleMs } = parts;
  /** The state that follows the one under way, if any. */
  const writes = new Map<string, SessionState | undefined>();
  let idle: (() => void) | undefined;

  const quietly = async (work: () => Promise<unknown>, context: string) => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof RedisUnavailable)) onError(error, context);
    }
  };

  const write = async (id: string, first: SessionState) => {
    for (let state: SessionState | undefined = first; state !== undefined; state = writes.get(id)) {
      const text = JSON.stringify(state);
      writes.set(id, undefined);
      await quietly(async () => {
        const sealed = await sealer.seal(text, sessionPurpose(id));
        await redis.run((client) => client.set(keyOf(id), sealed, { expiration: { type: 'PX', value: idleMs } }));
      }, 'keeping a session');
    }
    writes.delete(id);
    if (writes.size === 0) idle?.();
  };

  return {
    load: async (id) => {
      try {
        const sealed = await redis.run((client) => client.get(keyOf(id)));
        return sealed === null
          ? undefined
          : parseSessionState(JSON.parse(await sealer.open(sealed, sessionPurpose(id))));
      } catch (error) {
        // Of another version of this server, of another key, or away: the database has it.
        if (!(error instanceof RedisUnavailable)) onError(error, 'reading a session');
        return undefined;
      }
    },
    save: (id, state) => {
      if (redis.state !== 'ready') return;
      if (writes.has(id)) return void writes.set(id, state);
      if (writes.size < maxWrites) void write(id, state);
    },
    remove: (id) => void quietly(() => redis.run((client) => client.del(keyOf(id))), 'removing a session'),
    close: () =>
      new Promise((resolve) => {
        if (writes.size === 0) return resolve();
        idle = resolve;
      }),
  };
}

function keyOf(conversationId: string): string {
  return `session:${conversationId}`;
}
