import { randomUUID } from 'node:crypto';
import { createLightVoiceDetector } from '@parley/engine/audio/light-voice-detector.ts';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { AgentOutput } from '@parley/engine/ports/agent.ts';
import { createScriptedRecognizer, createScriptedSynthesizer } from '@parley/engine/simulation/scripted-parts.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAgentDirectory } from '../conversations/agent-directory.ts';
import { ConversationHost } from '../conversations/conversation-host.ts';
import { type Exchange, exchange } from '../conversations/exchange.ts';
import type { HostedAgent } from '../conversations/hosted-agent.ts';
import { openRedis, type Redis } from '../redis/redis.ts';
import { defaultOrganizationId } from '../storage/schema/organizations.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { hasRedis, type RedisServer, startRedisServer } from '../testing/redis-server.ts';
import { createTestSessions, type TestSessions } from '../testing/sessions.ts';
import { expireSessions } from './expire-sessions.ts';
import type { Ownership } from './ownership.ts';
import { createRedisOwnership } from './redis-ownership.ts';
import { createRedisSessionStore } from './redis-session-store.ts';
import type { SessionStore } from './session-store.ts';

interface Replica {
  readonly host: ConversationHost;
  readonly redis: Redis;
  readonly ownership: Ownership;
  readonly store: SessionStore;
  stop(): Promise<void>;
}

const organizationId = defaultOrganizationId;
const pass = { kind: 'organization', organizationId } as const;
const audioLine = { kind: 'test', playoutDelayMs: 0, echo: 'cancelled', write() {}, clear() {}, close() {} } as const;

describe.runIf(hasRedis).each(databaseKinds)('replicas that share a database (%s) and a Redis', (kind) => {
  let opened: TestDatabase;
  let server: RedisServer;
  let test: TestSessions;
  const replicas: Replica[] = [];

  beforeAll(async () => {
    opened = await openTestDatabase(kind);
    test = createTestSessions(opened.database);
    const started = await startRedisServer();
    if (started === undefined) throw new Error('There is no Redis.');
    server = started;
  }, 60_000);

  afterEach(async () => {
    for (const replica of replicas.splice(0)) await replica.stop();
  });

  afterAll(async () => {
    await server?.stop();
    await opened?.close();
  });

  it('answer every message of one conversation once and in a row, whichever of them it comes to', async () => {
    const [one, other] = [await replica(), await replica()];
    const id = await test.open();
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) => say(n % 2 === 0 ? one : other, id, `message ${n}`, `m${n}`)),
    );
    const numbers = answers.map(({ turn }) => turn.turnNumber).sort((a, b) => a - b);
    // The first is the greeting.
    expect(numbers).toEqual(Array.from({ length: 40 }, (_, n) => n + 2));
    // The agent counts in its memory: none of its answers forgot another.
    expect(answers.map(({ turn }) => turn.reply?.text.split(' ')[0]).sort(byNumber)).toEqual(
      Array.from({ length: 40 }, (_, n) => String(n + 1)),
    );
    const stored = (await test.sessions.load(id, undefined))?.state;
    expect(stored?.memory).toEqual({ count: 40 });
    expect(await turnNumbers(id)).toEqual(Array.from({ length: 41 }, (_, n) => n + 1));
  }, 60_000);

  it('answer a message that is sent again to another of them with what was stored', async () => {
    const [one, other] = [await replica(), await replica()];
    const id = await test.open();
    const first = await say(one, id, 'hello', 'once');
    const again = await say(other, id, 'hello', 'once');
    expect(again.turn.turnNumber).toBe(first.turn.turnNumber);
    expect(await turnNumbers(id)).toEqual([1, 2]);
  }, 30_000);

  it('let a call where it is, and say so', async () => {
    const [one, other] = [await replica(), await replica()];
    const id = await test.open({ channelType: 'voice' });
    const { conversation } = await one.host.enter(id, pass, 'call');
    const line = conversation.attachAudio(audioLine);
    await expect(other.host.enter(id, pass)).rejects.toMatchObject({ code: 'conversation_busy' });
    line.lost('hung up');
    await expect(other.host.enter(id, pass)).resolves.toBeDefined();
  }, 30_000);

  it('go on when Redis dies in the middle, and when it comes back without anything', async () => {
    const [one, other] = [await replica(), await replica()];
    const id = await test.open();
    await say(one, id, 'before', 'a1');
    const away = Promise.all([until(one.redis, 'away'), until(other.redis, 'away')]);
    await server.kill();
    await away;
    expect((await say(one, id, 'without', 'a2')).turn.turnNumber).toBe(3);
    // Nobody can ask who has it. The one that wrote last has it from now on, and nothing is lost.
    expect((await say(other, id, 'elsewhere', 'a3')).turn.reply?.text).toBe('3 elsewhere');
    expect((await say(one, id, 'back', 'a4')).turn.reply?.text).toBe('4 back');
    const ready = Promise.all([until(one.redis, 'ready'), until(other.redis, 'ready')]);
    await server.restart();
    await ready;
    expect((await say(other, id, 'again', 'a5')).turn.reply?.text).toBe('5 again');
    expect((await say(one, id, 'and again', 'a6')).turn.reply?.text).toBe('6 and again');
    expect(await turnNumbers(id)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  }, 60_000);

  it('keep what is needed to go on in Redis, sealed, and build it anew from the database when it is lost or old', async () => {
    const one = await replica();
    const id = await test.open();
    await say(one, id, 'my number is 0171 5550123', 'b1');
    await leave(one, id);
    const text = await one.redis.run((client) => client.get(`session:${id}`));
    expect(text).toEqual(expect.any(String));
    expect(text).not.toContain('5550123');
    const kept = await one.store.load(id);
    expect(kept).toMatchObject({ version: 2, memory: { count: 1 } });
    expect(kept?.recentTurns.map(({ turnNumber }) => turnNumber)).toEqual([1, 2]);
    // What is kept is taken while its version is the row's…
    const taken = await test.sessions.load(id, kept);
    expect(taken?.state).toBe(kept);
    // …and not a moment longer.
    await opened.pool.query('update sessions set version = version + 1 where session_id = $1', [id]);
    expect((await test.sessions.load(id, kept))?.state).toMatchObject({ version: 3, memory: { count: 1 } });
    await one.redis.run((client) => client.del(`session:${id}`));
    expect((await say(one, id, 'still there?', 'b2')).turn.reply?.text).toBe('2 still there?');
  }, 30_000);

  it('refuse what a replica writes that does not know that another one has written', async () => {
    const id = await test.open();
    const [mine, theirs] = [test.recorder({ version: 0 }), test.recorder({ version: 0 })];
    const turn = { ...(await sample(id)), turnNumber: 1 };
    await mine.recordTurn(turn);
    await expect(theirs.recordTurn({ ...turn, turnNumber: 1 })).rejects.toMatchObject({
      name: 'RecordingRefused',
      cause: { code: 'conversation_moved' },
    });
    await expect(theirs.recordEnd(id, 'completed', Date.now())).rejects.toMatchObject({ name: 'RecordingRefused' });
    // Whoever has it goes on.
    await mine.recordTurn({ ...turn, turnNumber: 2 });
    await mine.recordEnd(id, 'completed', Date.now());
    expect((await test.sessions.find(id))?.endReason).toBe('completed');
  }, 30_000);

  it('close what nobody came back to for half an hour, once, with its figures, but nothing that is open somewhere', async () => {
    const [one, other] = [await replica(), await replica()];
    const [idle, live] = [await test.open(), await test.open()];
    await say(one, idle, 'hello', 'c1');
    await leave(one, idle);
    await say(one, live, 'hello', 'c2');
    const { conversation } = await one.host.enter(live, pass);
    conversation.attachClient({ tell() {} });
    await opened.pool.query(`update sessions set last_activity_at = now() - interval '31 minutes'`);
    const sweep = ({ store, ownership }: Replica) =>
      expireSessions({ repository: test.sessions, store, ownership }, 1800_000, AbortSignal.timeout(10_000));
    const counts = await Promise.all([sweep(one), sweep(other)]);
    expect(await test.sessions.find(idle)).toMatchObject({ endReason: 'abandoned' });
    expect(await test.sessions.find(live)).toMatchObject({ endReason: undefined });
    expect(counts[0] + counts[1]).toBeGreaterThan(0);
    const { rows } = await opened.pool.query(
      `select type, payload->>'reason' as reason, payload->'turn_count' as turns from outbox
       where conversation_id = $1 and type = 'conversation_ended'`,
      [idle],
    );
    expect(rows).toEqual([{ type: 'conversation_ended', reason: 'abandoned', turns: 2 }]);
    expect(await one.store.load(idle)).toBeUndefined();
    await expect(one.host.enter(idle, pass)).rejects.toMatchObject({ code: 'conversation_ended' });
  }, 30_000);

  it('tell of a conversation what happened in it, in order, each thing once', async () => {
    const one = await replica();
    const id = await test.open();
    await say(one, id, 'hello', 'd1');
    await say(one, id, 'hello', 'd1');
    const { resident } = await one.host.hold(id, pass);
    await resident.end('transferred', 4);
    const { rows } = await opened.pool.query(
      'select type, payload from outbox where conversation_id = $1 order by position',
      [id],
    );
    expect(rows.map(({ type }) => type)).toEqual([
      'conversation_started',
      'turn_completed',
      'intent_detected',
      'turn_completed',
      'conversation_ended',
    ]);
    expect(rows[4].payload).toMatchObject({ reason: 'transferred', turn_count: 2, containment_achieved: true });
    const session = await opened.pool.query(
      `select end_reason, user_satisfaction_score, containment_achieved, nlu_avg_confidence, context->>'sealed' is not null as sealed
       from sessions where session_id = $1`,
      [id],
    );
    expect(session.rows).toEqual([
      {
        end_reason: 'transferred',
        user_satisfaction_score: 4,
        containment_achieved: true,
        nlu_avg_confidence: 0.75,
        sealed: true,
      },
    ]);
  }, 30_000);

  async function replica(): Promise<Replica> {
    const failures: unknown[] = [];
    const redis = await openRedis({ url: server.url, keyPrefix: '' }, () => {});
    const onError = (error: unknown) => failures.push(error);
    const ownership = await createRedisOwnership(redis, onError);
    const store = createRedisSessionStore({ redis, sealer: test.sealer, idleMs: 1800_000 }, onError);
    const clock = createSystemClock();
    const host = new ConversationHost(
      {
        store: test.sessions,
        directory: createAgentDirectory(new Map([['receptionist', counting()]]), 'receptionist'),
        ownership,
        sessions: store,
        speechFor: async () => ({
          isSpoken: true,
          recognizer: createScriptedRecognizer(clock, () => ({ kind: 'nothing' })),
          synthesizer: createScriptedSynthesizer(clock),
        }),
        voiceDetector: createLightVoiceDetector(),
        recorderFor: (stay) => test.recorder(stay),
        clock,
        onError,
      },
      { maxCalls: 10, maxChats: 100, unloadAfterMs: 60_000 },
    );
    const made: Replica = {
      host,
      redis,
      ownership,
      store,
      stop: async () => {
        await host.suspendAll();
        await ownership.close();
        await store.close();
        await redis.close();
      },
    };
    replicas.push(made);
    return made;
  }

  function say({ host }: Replica, conversationId: string, text: string, messageId: string): Promise<Exchange> {
    return exchange(host, {
      conversationId,
      organizationId,
      text,
      messageId,
      signal: AbortSignal.timeout(20_000),
    });
  }

  /** As when nobody has come for a minute. */
  async function leave({ host, store }: Replica, id: string): Promise<void> {
    const resident = host.peek(id, organizationId);
    resident?.letGo();
    await resident?.conversation.closed;
    await expect.poll(() => store.load(id)).toBeDefined();
  }

  async function turnNumbers(id: string): Promise<number[]> {
    const { rows } = await opened.pool.query(
      'select turn_number from conversation_turns where session_id = $1 order by turn_number',
      [id],
    );
    return rows.map((row) => row.turn_number);
  }

  async function sample(id: string) {
    const one = await replica();
    const other = await test.open();
    const { turn } = await say(one, other, 'hello', randomUUID());
    return { ...turn, conversationId: id };
  }
});

function counting(): HostedAgent {
  return {
    agent: {
      id: 'receptionist',
      language: 'en-US',
      voice: undefined,
      thinksAhead: false,
      async *respond({ cue, memory }): AsyncGenerator<AgentOutput> {
        const before = typeof memory?.count === 'number' ? memory.count : 0;
        const count = cue.type === 'turn' ? before + 1 : before;
        if (cue.type === 'turn') {
          yield { type: 'understood', understanding: { intent: 'count', confidence: 0.75, entities: [] } };
        }
        yield { type: 'say', text: cue.type === 'turn' ? `${count} ${cue.turn.text}` : 'Hello.' };
        yield { type: 'finished', memory: { count }, expects: undefined, end: false };
      },
    },
    name: 'Counting',
    description: '',
    vocabulary: { id: 'counting', phrases: [], contexts: {} },
    suggestions: [],
  };
}

function until(redis: Redis, state: Redis['state']): Promise<void> {
  return new Promise((resolve, reject) => {
    if (redis.state === state) return resolve();
    const timer = setTimeout(() => reject(new Error(`Redis is ${redis.state}.`)), 10_000);
    const forget = redis.onStateChange((next) => {
      if (next !== state) return;
      clearTimeout(timer);
      forget();
      resolve();
    });
  });
}

function byNumber(a: string | undefined, b: string | undefined): number {
  return Number(a) - Number(b);
}
