import { z } from 'zod';
import type { Redis } from '../redis/redis.ts';
import type { RateLimiter } from './rate-limiter.ts';

/**
 * The same counts for all servers, in one step. Each key is a hash of the window's number and two counts, gone two windows after its
 * last use. The arithmetic is that of rate-limiter.ts, operation by operation; one test holds them together.
 *
 * ARGV: the time in milliseconds or '' for Redis's own clock (servers' clocks differ), then limit and window of each key.
 */
const script = `
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local counts = {}
local allowed = 1
for at, key in ipairs(KEYS) do
  local limit = tonumber(ARGV[at * 2])
  local window = tonumber(ARGV[at * 2 + 1])
  local index = math.floor(now / window)
  local kept = redis.call('HMGET', key, 'index', 'current', 'previous')
  local keptIndex = tonumber(kept[1])
  local current = 0
  local previous = 0
  if keptIndex == index then
    current = tonumber(kept[2])
    previous = tonumber(kept[3])
  elseif keptIndex == index - 1 then
    previous = tonumber(kept[2])
  end
  local elapsed = now - index * window
  if current + previous * (1 - elapsed / window) + 1 > limit then allowed = 0 end
  counts[at] = { limit, window, index, current, previous, elapsed }
end
local answer = { allowed }
for at, key in ipairs(KEYS) do
  local limit, window, index, current, previous, elapsed = unpack(counts[at])
  if allowed == 1 then
    current = current + 1
    redis.call('HSET', key, 'index', index, 'current', current, 'previous', previous)
    redis.call('PEXPIRE', key, window * 2)
  end
  local remaining = math.max(0, math.floor(limit - (current + previous * (1 - elapsed / window))))
  local reset = 0
  if current > 0 then reset = 2 * window - elapsed elseif previous > 0 then reset = window - elapsed end
  local retry = 0
  if remaining == 0 then
    if current + 1 <= limit then
      retry = (1 - (limit - 1 - current) / previous) * window - elapsed
    else
      retry = window - elapsed + (1 - (limit - 1) / current) * window
    end
    retry = math.max(1, math.ceil(retry))
  end
  answer[#answer + 1] = remaining
  answer[#answer + 1] = retry
  answer[#answer + 1] = math.ceil(reset)
end
return answer
`;

const answerSchema = z.array(z.number());

/** Counts shared by all servers. `take` throws RedisUnavailable when Redis is away. */
export function createRedisRateLimiter(redis: Redis, nowMs?: () => number): RateLimiter {
  return {
    take: async (counted) => {
      const options = {
        keys: counted.map(({ key }) => key),
        arguments: [
          nowMs === undefined ? '' : String(nowMs()),
          ...counted.flatMap(({ limit, windowMs }) => [String(limit), String(windowMs)]),
        ],
      };
      const answer = await redis.run((client) => client.eval(script, options));
      const [allowed, ...numbers] = answerSchema.parse(answer);
      const states = counted.map((_, at) => {
        const [remaining = 0, retryAfterMs = 0, resetMs = 0] = numbers.slice(at * 3);
        return { remaining, retryAfterMs, resetMs };
      });
      return { isAllowed: allowed === 1, states };
    },
  };
}
