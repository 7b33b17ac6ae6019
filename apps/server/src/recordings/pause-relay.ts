import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Redis } from '../redis/redis.ts';

/** What another replica is asked to do with the recording that it makes. */
export interface PauseRequest {
  readonly organizationId: string;
  readonly conversationId: string;
  readonly paused: boolean;
}

export interface PauseState {
  readonly recordingId: string;
  readonly isPaused: boolean;
}

/** Asks the replica that records a conversation, whichever that is. */
export interface PauseRelay {
  /** Undefined: none answered in time; nobody records it, as far as anybody can tell. */
  ask(request: PauseRequest): Promise<PauseState | undefined>;
  close(): Promise<void>;
}

const channel = 'recordings:pause';
/** A replica answers from memory: this is a busy machine and two ways over a network. */
const answerTimeoutMs = 1500;

const requestSchema = z.object({
  id: z.uuid(),
  from: z.uuid(),
  organizationId: z.string(),
  conversationId: z.string(),
  paused: z.boolean(),
});
const answerSchema = z.object({ id: z.uuid(), recordingId: z.string(), isPaused: z.boolean() });

/** @param setPaused does it, if the recording is made here */
export async function createPauseRelay(
  redis: Redis,
  setPaused: (request: PauseRequest) => PauseState | undefined,
  onError: (error: unknown) => void,
): Promise<PauseRelay> {
  const self = randomUUID();
  const waiting = new Map<string, (state: PauseState | undefined) => void>();
  const publish = (name: string, message: object) =>
    redis.run((client) => client.publish(redis.keyPrefix + name, JSON.stringify(message)));

  const forgetRequests = await subscribed(redis, channel, onError, (message) => {
    const request = parsed(requestSchema, message);
    // Whoever asks has looked at its own before.
    if (request === undefined || request.from === self) return;
    const state = setPaused(request);
    if (state !== undefined) publish(`${channel}:${request.from}`, { id: request.id, ...state }).catch(onError);
  });
  const forgetAnswers = await subscribed(redis, `${channel}:${self}`, onError, (message) => {
    const answer = parsed(answerSchema, message);
    if (answer !== undefined) waiting.get(answer.id)?.(answer);
  });

  return {
    async ask(request) {
      const id = randomUUID();
      const { promise, resolve } = Promise.withResolvers<PauseState | undefined>();
      const timer = setTimeout(() => resolve(undefined), answerTimeoutMs);
      waiting.set(id, resolve);
      try {
        await publish(channel, { ...request, id, from: self });
        return await promise;
      } catch (error) {
        onError(error);
        return undefined;
      } finally {
        clearTimeout(timer);
        waiting.delete(id);
      }
    },
    async close() {
      for (const resolve of waiting.values()) resolve(undefined);
      await Promise.all([forgetRequests(), forgetAnswers()]);
    },
  };
}

/** One that is away now is subscribed to when it is back; the server does not wait for it. */
async function subscribed(
  redis: Redis,
  name: string,
  onError: (error: unknown) => void,
  listener: (message: string) => void,
): Promise<() => Promise<void>> {
  try {
    return await redis.subscribe(name, listener);
  } catch (error) {
    onError(error);
    return async () => {};
  }
}

function parsed<T>(schema: z.ZodType<T>, message: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(message)).data;
  } catch {
    return undefined;
  }
}
