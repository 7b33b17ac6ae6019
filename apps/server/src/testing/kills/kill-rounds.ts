import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ConversationOpened,
  type ConversationView,
  conversationViewSchema,
} from '@parley/contract/conversations.ts';
import { createTestDatabaseUrl, type DatabaseKind } from '../databases.ts';
import { type ServerProcess, startServerProcess } from '../server-process.ts';
import { type AcknowledgedTurn, type DurableChat, openDurableChat } from './durable-chat.ts';

export interface KillOptions {
  readonly kind: DatabaseKind;
  readonly kills: number;
  /** Chats at once, each saying one thing after another. */
  readonly conversations: number;
  /** Chooses when each kill comes. */
  readonly seed: number;
  /** For the server's process, besides what it needs anyway. */
  readonly env?: Readonly<Record<string, string>>;
  readonly onRound?: (round: { readonly kill: number; readonly acknowledged: number; readonly amiss: number }) => void;
}

export interface KillResult {
  readonly kills: number;
  /** Turns that a client was told are stored, all of which were looked for after every later start. */
  readonly turnsAcknowledged: number;
  readonly turnsMissing: number;
  /** Stored with another text, or another answer, than what the client was told. */
  readonly turnsChanged: number;
  /** Messages with more than one turn, and numbers that two turns of a conversation have. */
  readonly turnsTwice: number;
  /** Messages that were under way at a kill, and were sent again as every client does. */
  readonly messagesSentAgain: number;
  readonly restartMs: readonly number[];
}

/**
 * Kills the server's process (SIGKILL) again and again while chats go on, and looks after each start for every turn that was ever
 * acknowledged. The conversations are the same all along, unless one grows too long.
 */
export async function killUnderLoad(options: KillOptions): Promise<KillResult> {
  const { kind, kills, conversations } = options;
  const random = seeded(options.seed);
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-kill-'));
  const database = kind === 'postgres' ? await createTestDatabaseUrl() : undefined;
  const env = { ...options.env, RATE_LIMITS: 'off', ...(database !== undefined && { DATABASE_URL: database.url }) };
  const start = () => startServerProcess({ dataDir, env });

  const acknowledged = new Map<string, AcknowledgedTurn>();
  const restartMs: number[] = [];
  const faults = { turnsMissing: 0, turnsChanged: 0, turnsTwice: 0 };
  let acknowledgedInRound = 0;
  let wake: (() => void) | undefined;
  const sentAgain = new Set<string>();
  let server: ServerProcess | undefined;
  try {
    server = await start();
    const chats: DurableChat[] = [];
    for (let at = 0; at < conversations; at += 1) {
      chats.push(
        await openDurableChat(server.url, {
          textOf: (said) => texts[(at + said) % texts.length] ?? '',
          pauseMs: () => 20 + random() * 40,
          onAcknowledged: (turn) => {
            acknowledged.set(turn.messageId, turn);
            acknowledgedInRound += 1;
            wake?.();
          },
          onSentAgain: (messageId) => sentAgain.add(messageId),
        }),
      );
    }
    for (let kill = 1; kill <= kills; kill += 1) {
      acknowledgedInRound = 0;
      const { url } = server;
      const over = new AbortController();
      const talking = Promise.allSettled(chats.map((chat) => chat.talk(url, over.signal)));
      const limit = AbortSignal.timeout(roundTimeoutMs);
      // Under load: every chat was answered once or so. Then at any moment, in the middle of whatever happens.
      while (acknowledgedInRound < conversations) {
        limit.throwIfAborted();
        await Promise.race([new Promise<void>((resolve) => (wake = resolve)), sleep(1000, undefined, { ref: false })]);
      }
      await sleep(random() * longestLoadMs);
      await server.kill();
      const outcomes = await talking.finally(() => over.abort());
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      server = await start();
      restartMs.push(server.readyMs);
      const found = await look(server, chats, acknowledged);
      faults.turnsMissing += found.turnsMissing;
      faults.turnsChanged += found.turnsChanged;
      faults.turnsTwice += found.turnsTwice;
      const amiss = faults.turnsMissing + faults.turnsChanged + faults.turnsTwice;
      options.onRound?.({ kill, acknowledged: acknowledged.size, amiss });
    }
    await server.stop();
    server = undefined;
    return { kills, turnsAcknowledged: acknowledged.size, ...faults, messagesSentAgain: sentAgain.size, restartMs };
  } finally {
    await server?.stop();
    await database?.remove();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** What a caller says who settles nothing, so that the conversation goes on for as long as it is wanted. */
const texts = [
  'a haircut please',
  'what are your opening hours?',
  'how much is a haircut?',
  'where are you?',
  'Friday at three pm',
  'do you have parking?',
];

/** From the first answers to the kill, at most: some hundred turns. */
const longestLoadMs = 1500;
const roundTimeoutMs = 60_000;

/** Compares every record with what clients were told. */
async function look(
  server: ServerProcess,
  chats: readonly DurableChat[],
  acknowledged: ReadonlyMap<string, AcknowledgedTurn>,
): Promise<{ turnsMissing: number; turnsChanged: number; turnsTwice: number }> {
  const found = { turnsMissing: 0, turnsChanged: 0, turnsTwice: 0 };
  const stored = new Map<
    string,
    { readonly turnNumber: number; readonly text: string; readonly reply: string | undefined }
  >();
  for (const { opened } of chats) {
    const numbers = new Set<number>();
    for (const turn of (await read(server, opened)).turns) {
      if (numbers.has(turn.turn_number)) found.turnsTwice += 1;
      numbers.add(turn.turn_number);
      const messageId = turn.user?.message_id ?? undefined;
      if (messageId === undefined) continue;
      if (stored.has(messageId)) found.turnsTwice += 1;
      stored.set(messageId, {
        turnNumber: turn.turn_number,
        text: turn.user?.text ?? '',
        reply: turn.reply?.text,
      });
    }
  }
  for (const told of acknowledged.values()) {
    const turn = stored.get(told.messageId);
    if (turn === undefined) found.turnsMissing += 1;
    else if (turn.turnNumber !== told.turnNumber || turn.text !== told.text || turn.reply !== told.reply) {
      found.turnsChanged += 1;
    }
  }
  return found;
}

async function read(server: ServerProcess, opened: ConversationOpened): Promise<ConversationView> {
  const limit = AbortSignal.timeout(roundTimeoutMs);
  for (;;) {
    const response = await fetch(`${server.url}/v1/conversations/${opened.conversation_id}`, {
      headers: { authorization: `Bearer ${opened.token}` },
      signal: limit,
    });
    // A server that has just started may be busy, and says so.
    if (response.status !== 503) return conversationViewSchema.parse(await response.json());
    await response.body?.cancel();
    await sleep(300, undefined, { signal: limit });
  }
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
