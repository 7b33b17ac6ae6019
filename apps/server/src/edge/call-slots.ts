import { randomUUID } from 'node:crypto';
import { WireError } from '@parley/contract/errors.ts';
import { z } from 'zod';
import type { Redis } from '../redis/redis.ts';

/** A call costs a share of a core while it lasts, a chat hardly anything. */
export type SlotKind = 'call' | 'chat';

/** Conversations at once, by organization, on all servers that share a Redis. */
export interface CallSlots {
  /**
   * Take one; what it returns gives it back, and may be called more than once.
   * @throws WireError `too_many_conversations`
   */
  enter(organizationId: string, kind: SlotKind): Promise<() => void>;
  /** Those that this server holds. */
  heldBy(organizationId: string): number;
  close(): Promise<void>;
}

export interface CallSlotsParts {
  readonly redis: Redis | undefined;
  /** Undefined: those of this kind are not counted. */
  readonly limitOf: (organizationId: string, kind: SlotKind) => Promise<number | undefined>;
  readonly onError: (error: unknown, context: string) => void;
}

/** A server that died holds its slots for this long. */
const leaseMs = 60_000;
/** Three tries before a lease runs out. */
const renewMs = 20_000;

/**
 * A sorted set an organization: slots by when their lease ends, those of servers that died falling out by themselves. One step, by the
 * clock of Redis. Answers 1 when the slot was taken or renewed.
 */
const enterScript = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[3])
redis.call('PEXPIRE', KEYS[1], tonumber(ARGV[2]))
return 1
`;

const renewScript = `
local time = redis.call('TIME')
local ends = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000) + tonumber(ARGV[1])
for at = 2, #ARGV do redis.call('ZADD', KEYS[1], ends, ARGV[at]) end
redis.call('PEXPIRE', KEYS[1], tonumber(ARGV[1]))
return 1
`;

/** While Redis is away each server holds the limit for itself: calls are taken rather than lost. */
export function createCallSlots({ redis, limitOf, onError }: CallSlotsParts): CallSlots {
  const held = new Map<string, Set<string>>();
  const keyOf = (organizationId: string) => `call_slots:${organizationId}`;
  let isToldAway = false;
  const away = (error: unknown) => {
    if (!isToldAway) onError(error, 'Redis is away: each server counts conversations for itself until it is back');
    isToldAway = true;
  };

  const enterShared = async (shared: Redis, organizationId: string, slot: string, limit: number): Promise<boolean> => {
    try {
      const answer = await shared.run((client) =>
        client.eval(enterScript, { keys: [keyOf(organizationId)], arguments: [String(limit), String(leaseMs), slot] }),
      );
      isToldAway = false;
      return z.number().parse(answer) === 1;
    } catch (error) {
      away(error);
      return true;
    }
  };
  const renew = async (shared: Redis) => {
    for (const [organizationId, slots] of held) {
      try {
        await shared.run((client) =>
          client.eval(renewScript, { keys: [keyOf(organizationId)], arguments: [String(leaseMs), ...slots] }),
        );
      } catch (error) {
        return away(error);
      }
    }
  };
  const renewal = redis === undefined ? undefined : setInterval(() => void renew(redis), renewMs).unref();

  return {
    enter: async (organizationId, kind) => {
      const limit = await limitOf(organizationId, kind);
      if (limit === undefined) return () => {};
      const own = held.get(organizationId) ?? new Set<string>();
      if (own.size >= limit) throw new WireError('too_many_conversations');
      const slot = randomUUID();
      // Before anything is waited for: the count of this server is exact.
      own.add(slot);
      held.set(organizationId, own);
      const leave = () => {
        if (!own.delete(slot)) return;
        if (own.size === 0 && held.get(organizationId) === own) held.delete(organizationId);
        redis?.run((client) => client.zRem(keyOf(organizationId), slot)).catch(away);
      };
      if (redis === undefined || (await enterShared(redis, organizationId, slot, limit))) return leave;
      leave();
      throw new WireError('too_many_conversations');
    },
    heldBy: (organizationId) => held.get(organizationId)?.size ?? 0,
    close: async () => clearInterval(renewal),
  };
}
