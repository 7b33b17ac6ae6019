import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WireError } from '@parley/contract/errors.ts';
import { z } from 'zod';
import { type Redis, RedisUnavailable } from '../redis/redis.ts';
import type { Lease, Owner, Ownership } from './ownership.ts';

export interface RedisOwnershipOptions {
  /** A lease that is not renewed ends after this. */
  readonly leaseMs: number;
  readonly renewIntervalMs: number;
  /** The longest that another replica is waited for. */
  readonly acquireTimeoutMs: number;
  /** An answer may be lost: it is asked and tried again in this interval. */
  readonly retryIntervalMs: number;
}

export const redisOwnershipDefaults: RedisOwnershipOptions = {
  // A replica that dies keeps its callers waiting this long; one that is busy for three seconds keeps what it holds.
  leaseMs: 6000,
  renewIntervalMs: 2000,
  // The end of a lease whose owner died, and a turn in progress of a slow agent.
  acquireTimeoutMs: 12_000,
  retryIntervalMs: 250,
};

interface Held {
  readonly owner: Owner;
  /** Replicas that are told when it is let go. */
  readonly askers: Set<string>;
}

/**
 * Leases in Redis: `conversation:{id}:owner` names the replica, ends by itself, and is renewed while the conversation is live.
 * Replicas ask one another over a channel each.
 *
 * A lease keeps two replicas from being at one conversation; what keeps them from harm if they are is the version of its row. So
 * while Redis is away, conversations go on and are taken up without one, and are leased when it is back.
 */
export async function createRedisOwnership(
  redis: Redis,
  onError: (error: unknown, context: string) => void,
  options: RedisOwnershipOptions = redisOwnershipDefaults,
): Promise<Ownership> {
  const replica = randomUUID();
  const held = new Map<string, Held>();
  /** Acquisitions that wait for another replica, by conversation. */
  const waiting = new Map<string, (answer: 'busy' | 'released') => void>();

  const tell = (to: string, message: Message) => {
    redis
      .run((client) => client.publish(channelOf(redis, to), JSON.stringify(message)))
      .catch((error: unknown) => onError(error, 'asking another replica'));
  };

  const onMessage = (text: string) => {
    const message = messageSchema.parse(JSON.parse(text));
    const { conversationId } = message;
    if (message.type !== 'ask') return waiting.get(conversationId)?.(message.type);
    const mine = held.get(conversationId);
    if (mine === undefined) return tell(message.from, { type: 'released', conversationId, from: replica });
    if (mine.owner.onAsked() === 'busy') return tell(message.from, { type: 'busy', conversationId, from: replica });
    mine.askers.add(message.from);
  };

  const unsubscribe = await redis.subscribe(`replica:${replica}`, (text) => {
    try {
      onMessage(text);
    } catch (error) {
      onError(error, 'a message of another replica');
    }
  });

  /** Renews what is held, and learns what is not any more. */
  const renew = async () => {
    const ids = [...held.keys()];
    for (let start = 0; start < ids.length; start += renewBatch) {
      // Let go of while the batch before was renewed: it must not be taken again.
      const batch = ids.slice(start, start + renewBatch).filter((id) => held.has(id));
      if (batch.length === 0) continue;
      const reply = await redis.run((client) =>
        client.eval(renewScript, { keys: batch.map(keyOf), arguments: [replica, String(options.leaseMs)] }),
      );
      for (const [index, stands] of z.array(z.number()).parse(reply).entries()) {
        const id = batch[index];
        if (stands === 0 && id !== undefined) lose(id);
      }
    }
  };
  const lose = (id: string) => {
    const mine = held.get(id);
    if (mine === undefined) return;
    held.delete(id);
    mine.owner.onLost();
  };
  let renewing = false;
  const renewTimer = setInterval(() => {
    if (renewing) return;
    renewing = true;
    renew()
      .catch((error: unknown) => {
        if (!(error instanceof RedisUnavailable)) onError(error, 'renewing leases');
      })
      .finally(() => {
        renewing = false;
      });
  }, options.renewIntervalMs);
  renewTimer.unref();

  const release = async (id: string, mine: Held) => {
    if (held.get(id) !== mine) return;
    held.delete(id);
    try {
      await redis.run((client) => client.eval(releaseScript, { keys: [keyOf(id)], arguments: [replica] }));
    } catch (error) {
      // It ends by itself.
      if (!(error instanceof RedisUnavailable)) onError(error, 'letting go of a conversation');
    }
    for (const asker of mine.askers) tell(asker, { type: 'released', conversationId: id, from: replica });
  };

  return {
    acquire: async (conversationId, owner): Promise<Lease> => {
      await take(conversationId);
      const mine: Held = { owner, askers: new Set() };
      held.set(conversationId, mine);
      return { release: () => release(conversationId, mine) };
    },
    ownedOf: async (conversationIds) => {
      if (conversationIds.length === 0) return new Set();
      const owners = await redis.run((client) => client.mGet(conversationIds.map(keyOf)));
      return new Set(conversationIds.filter((id, index) => held.has(id) || owners[index] != null));
    },
    close: async () => {
      clearInterval(renewTimer);
      await Promise.all([...held].map(([id, mine]) => release(id, mine)));
      await unsubscribe();
    },
  };

  /** Resolves once the lease is this replica's, or Redis is away. */
  async function take(conversationId: string): Promise<void> {
    const deadlineMs = performance.now() + options.acquireTimeoutMs;
    let released: string | undefined;
    for (;;) {
      let other: string | null;
      try {
        // SET with NX and GET together: who has it, or null when it is ours now.
        other = await redis.run((client) =>
          client.set(keyOf(conversationId), replica, {
            condition: 'NX',
            GET: true,
            expiration: { type: 'PX', value: options.leaseMs },
          }),
        );
      } catch (error) {
        if (error instanceof RedisUnavailable) return;
        throw error;
      }
      if (other === null || other === replica) return;
      if (performance.now() >= deadlineMs) throw new WireError('conversation_busy');
      if (other === released) {
        // It says that it has it no more, and Redis that it has: its lease ends by itself, or it is about to hold it.
        released = undefined;
        await sleep(options.retryIntervalMs);
        continue;
      }
      const answer = await answered(conversationId, other);
      if (answer === 'busy') throw new WireError('conversation_busy');
      released = answer === 'released' ? other : undefined;
    }
  }

  /** Ask, and wait for the answer or for the time to try again. */
  function answered(conversationId: string, other: string): Promise<'busy' | 'released' | 'none'> {
    return new Promise((resolve) => {
      const settle = (answer: 'busy' | 'released' | 'none') => {
        clearTimeout(timer);
        if (waiting.get(conversationId) === settle) waiting.delete(conversationId);
        resolve(answer);
      };
      const timer = setTimeout(() => settle('none'), options.retryIntervalMs);
      waiting.set(conversationId, settle);
      tell(other, { type: 'ask', conversationId, from: replica });
    });
  }
}

type Message = z.infer<typeof messageSchema>;
const messageSchema = z.object({
  type: z.enum(['ask', 'busy', 'released']),
  conversationId: z.string(),
  from: z.string(),
});

/** Keys a script: each takes a microsecond or two of a Redis that does one thing at a time. */
const renewBatch = 500;

/** Longer by the lease if it is ours or nobody's (Redis was started anew); 0 for each that is another's. */
const renewScript = `local stands = {}
for index, key in ipairs(KEYS) do
  local owner = redis.call('get', key)
  if not owner or owner == ARGV[1] then
    redis.call('set', key, ARGV[1], 'px', ARGV[2])
    stands[index] = 1
  else
    stands[index] = 0
  end
end
return stands`;

const releaseScript = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end
return 0`;

function keyOf(conversationId: string): string {
  return `conversation:${conversationId}:owner`;
}

function channelOf(redis: Redis, replica: string): string {
  return `${redis.keyPrefix}replica:${replica}`;
}
