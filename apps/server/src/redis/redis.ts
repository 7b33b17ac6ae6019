import { createClient } from 'redis';
import type { RedisSettings } from './redis-settings.ts';

/** The library's client, for commands: `redis.run((client) => client.get('key'))`. */
export type RedisClient = ReturnType<typeof createBareClient>;

/** `connecting` until the first connection, `away` after it broke; both go on trying. */
export type RedisState = 'connecting' | 'ready' | 'away' | 'closed';

export interface RedisOptions {
  /** How long the start of the server waits for the first connection; then it goes on without. */
  readonly startTimeoutMs: number;
  readonly connectTimeoutMs: number;
  /** The longest that one command may take before its caller goes on without its answer. */
  readonly commandTimeoutMs: number;
  /** Commands under way at most; more are refused at once. */
  readonly maxCommands: number;
  readonly reconnect: { readonly firstDelayMs: number; readonly maxDelayMs: number };
}

export const redisDefaults: RedisOptions = {
  // A Redis beside the server answers in milliseconds; one that starts with it takes about a second.
  startTimeoutMs: 3000,
  connectTimeoutMs: 2000,
  // Commands of ours take well under a millisecond: one that takes this long tells of a Redis that hangs, and a caller waits for it.
  commandTimeoutMs: 1000,
  // Some for each of the conversations that one process carries.
  maxCommands: 10_000,
  // Back at once after a restart; not a flood of attempts from many servers while it is down.
  reconnect: { firstDelayMs: 50, maxDelayMs: 2000 },
};

/** What was asked of Redis did not happen, or nobody knows whether it did. Whoever asked goes on by what this process knows. */
export class RedisUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RedisUnavailable';
  }
}

/**
 * One connection to Redis for commands and one for messages, kept up for as long as the server runs.
 *
 * Nothing waits for a Redis that is away: commands then fail at once, so that each user of it falls back to what it can do alone.
 */
export interface Redis {
  readonly state: RedisState;
  /** Before every key that is named in a command; commands that take patterns must put it there themselves. */
  readonly keyPrefix: string;
  /** Told of each change from now on. The returned function ends that. */
  onStateChange(listener: (state: RedisState) => void): () => void;
  /** @throws RedisUnavailable when it is away, too slow, or asked too much at once; else what Redis itself answers with */
  run<T>(command: (client: RedisClient) => Promise<T>): Promise<T>;
  /** Be told of what is published under a channel, also after reconnects (what was published meanwhile is lost). */
  subscribe(channel: string, listener: (message: string) => void): Promise<() => Promise<void>>;
  /** Resolves when it answers. @throws RedisUnavailable */
  ping(): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}

/**
 * Connect, waiting for a while. A Redis that is not there yet is no error: the server starts without it and says so, and goes on
 * trying.
 */
export async function openRedis(
  { url, keyPrefix }: RedisSettings & { readonly url: string },
  onError: (error: unknown) => void,
  options: RedisOptions = redisDefaults,
): Promise<Redis> {
  const commands = createBareClient(url, keyPrefix, options);
  const messages = createBareClient(url, '', options);
  const listeners = new Set<(state: RedisState) => void>();
  let state: RedisState = 'connecting';
  const become = (next: RedisState) => {
    if (state === next || state === 'closed') return;
    state = next;
    for (const listener of listeners) listener(next);
  };
  /** Asked for while Redis was away: the library forgets those at its next attempt that fails. */
  const waiting = new Set<() => Promise<void>>();
  const follow = () => {
    if (commands.isReady && messages.isReady && waiting.size === 0) become('ready');
    else if (state === 'ready') become('away');
  };
  /** Until they all stand nobody is told that it is back: what is published from then on is heard. */
  const subscribeWaiting = () => {
    for (const ask of waiting) {
      ask().then(
        () => {
          waiting.delete(ask);
          follow();
        },
        (error: unknown) => {
          // It went away again: they are asked for when it is back.
          if (!messages.isReady) return;
          waiting.delete(ask);
          onError(error);
          follow();
        },
      );
    }
  };
  // Told once a break, not once an attempt.
  let isTold = false;
  for (const client of [commands, messages]) {
    client.on('ready', () => {
      isTold = false;
      if (client === messages) subscribeWaiting();
      follow();
    });
    client.on('end', follow);
    client.on('error', (error: unknown) => {
      follow();
      if (!isTold && state !== 'closed') onError(error);
      isTold = true;
    });
    client.on('reconnecting', follow);
    // Goes on trying by itself; it rejects only when it was closed meanwhile.
    client.connect().catch(() => {});
  }
  const run = async <T>(command: (client: RedisClient) => Promise<T>): Promise<T> => {
    if (!commands.isReady) throw new RedisUnavailable('Redis is away.');
    return withTimeout(command(commands), options.commandTimeoutMs);
  };
  const redis: Redis = {
    get state() {
      return state;
    },
    keyPrefix,
    onStateChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    run,
    subscribe: async (channel, listener) => {
      const name = keyPrefix + channel;
      const told = (message: string) => listener(message);
      // Kept by the client once it stands, which then subscribes again after each reconnect.
      const ask = async () => {
        await messages.subscribe(name, told);
      };
      if (messages.isReady) await withTimeout(ask(), options.commandTimeoutMs);
      else waiting.add(ask);
      return async () => {
        // Asked for just now, it may stand in a moment.
        if (waiting.delete(ask) && !messages.isReady) return;
        await withTimeout(messages.unsubscribe(name, told), options.commandTimeoutMs).catch(() => {});
      };
    },
    ping: async () => {
      await run((client) => client.ping());
    },
    close: async () => {
      become('closed');
      for (const client of [commands, messages]) if (client.isOpen) client.destroy();
    },
  };
  await firstReady(redis, options.startTimeoutMs);
  return redis;
}

function createBareClient(url: string, keyPrefix: string, options: RedisOptions) {
  return createClient({
    url,
    ...(keyPrefix !== '' && { keyPrefix }),
    name: 'parley',
    commandsQueueMaxLength: options.maxCommands,
    disableOfflineQueue: true,
    // Finds out that the far side is gone without a word.
    pingInterval: 5000,
    socket: {
      connectTimeout: options.connectTimeoutMs,
      socketTimeout: 15_000,
      // With chance in it, so that many servers do not come back in step.
      reconnectStrategy: (attempt) =>
        Math.min(options.reconnect.maxDelayMs, options.reconnect.firstDelayMs * 2 ** Math.min(attempt, 10)) *
        (0.5 + Math.random() / 2),
    },
  });
}

function firstReady(redis: Redis, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    if (redis.state === 'ready') return resolve();
    const done = () => {
      clearTimeout(timer);
      forget();
      resolve();
    };
    const timer = setTimeout(done, timeoutMs);
    const forget = redis.onStateChange(done);
  });
}

async function withTimeout<T>(answer: Promise<T>, timeoutMs: number): Promise<T> {
  const tooLate = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => tooLate.reject(new RedisUnavailable(`Redis did not answer within ${timeoutMs} ms.`)),
    timeoutMs,
  );
  try {
    return await Promise.race([answer, tooLate.promise]);
  } catch (error) {
    throw isConnectionError(error) ? new RedisUnavailable('Redis is away.', { cause: error }) : error;
  } finally {
    clearTimeout(timer);
  }
}

const connectionErrors = new Set([
  'ClientClosedError',
  'ClientOfflineError',
  'ConnectionTimeoutError',
  'DisconnectsClientError',
  'SocketClosedUnexpectedlyError',
  'SocketTimeoutError',
  'RootNodesUnavailableError',
  'ReconnectStrategyError',
  'AbortError',
  'TimeoutError',
]);

/** Of the library's errors, those that say nothing of the command: the connection broke, is not there, or its queue is full. */
function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return connectionErrors.has(error.constructor.name) || /queue is full/i.test(error.message) || 'errno' in error;
}
