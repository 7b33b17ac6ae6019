import { randomUUID } from 'node:crypto';
import { WireError } from '@parley/contract/errors.ts';
import type { AgentMemory } from '@parley/engine/ports/agent.ts';
import { type Recorder, RecordingRefused, type TurnRecord } from '@parley/engine/ports/recorder.ts';
import { eq, or } from 'drizzle-orm';
import { outboxAppended } from '../events/outbox.ts';
import type { Redactor } from '../privacy/redact.ts';
import { redactTurn } from '../privacy/redact-turn.ts';
import type { Redaction } from '../privacy/redaction.ts';
import type { Sealer } from '../privacy/sealer.ts';
import type { Database } from './database.ts';
import { sessions } from './schema/conversations.ts';
import { endSession } from './session-end.ts';
import { sealMemory } from './session-memory.ts';
import { eventsOf } from './turn-events.ts';
import { toColumns } from './turn-rows.ts';
import type { TurnWriter } from './turn-writer-repository.ts';

/** Whose writes they are: one stay of a conversation in one process. */
export interface RecordedStay {
  readonly organizationId: string;
  readonly channelType: 'voice' | 'chat' | 'api';
  /**
   * `sessions.version` as the conversation was loaded. From then on nobody else may write it: a write that finds that somebody did is
   * refused. Undefined: whatever it is, for turns that are brought in afterwards.
   */
  readonly version: number | undefined;
  /** Another process goes on with the conversation. Told once. */
  readonly onMoved?: () => void;
  /** The turn is durable, and makes the session this version. */
  readonly onRecorded?: (turn: TurnRecord, version: number) => void;
  /** What somebody ended it for, instead of the reason that the engine gives. */
  readonly endedFor?: () => { readonly reason: string; readonly satisfactionScore: number | undefined } | undefined;
}

/**
 * The engine's recorder over PostgreSQL, for one conversation's stay in this process.
 *
 * Of two writes of one conversation the later one stands, even when the earlier one was given up and is still on its way: each try
 * names a version larger than those before it. Whoever does not know what became of a write may write on, since the row says who
 * wrote last; whoever finds somebody else's write there may not.
 *
 * Its methods see one organization, and throw WireError `storage_unavailable`, and RecordingRefused caused by WireError
 * `conversation_not_found` or `conversation_moved`.
 */
export function createRecorder(
  parts: {
    readonly database: Database;
    readonly turns: TurnWriter;
    readonly sealer: Sealer;
    readonly redaction: Redaction;
  },
  stay: RecordedStay,
): Recorder {
  const { database, turns, sealer, redaction } = parts;
  const writer = randomUUID();
  /** The version that is known to stand, and the largest that was named. */
  let known = stay.version;
  let named = stay.version ?? 0;
  let hasMoved = false;
  /** A turn is stored again once it is known what was heard of it; its memory, which nobody changes, is still the same. */
  let lastSealed: { readonly memory: AgentMemory; readonly json: string } | undefined;

  const sealedOf = async (conversationId: string, memory: AgentMemory): Promise<string> => {
    if (lastSealed?.memory === memory) return lastSealed.json;
    const json = JSON.stringify(await sealMemory(sealer, conversationId, memory));
    lastSealed = { memory, json };
    return json;
  };
  const remembering = rememberTexts();

  const moved = (): RecordingRefused => {
    if (!hasMoved) stay.onMoved?.();
    hasMoved = true;
    return refused('conversation_moved');
  };

  return {
    recordTurn: async (turn, signal) => {
      if (hasMoved) throw moved();
      const { conversationId } = turn;
      // Before anything of it is stored or told: what the organization does not want there never was.
      const { transcripts, events } = await redaction.of(stay.organizationId);
      const memory = turn.memory === undefined ? null : await sealedOf(conversationId, turn.memory);
      signal?.throwIfAborted();
      const stored = redactTurn(turn, remembering(transcripts));
      const told = events === transcripts ? stored : redactTurn(turn, remembering(events));
      named += 1;
      const next = named;
      const outcome = await turns.write({
        organizationId: stay.organizationId,
        sessionId: conversationId,
        writer,
        known: known ?? null,
        next,
        turn: JSON.stringify(toColumns(stored)),
        memory,
        expects: turn.expects ?? null,
        events: JSON.stringify(eventsOf(told, stay.channelType)),
        signal,
        // Of what is spoken nobody is told that it is stored.
        isPatient: stay.channelType === 'voice' && turn.caller?.messageId === undefined,
      });
      switch (outcome) {
        case 'written':
          outboxAppended.publish('committed');
          if (known !== undefined) known = Math.max(known, next);
          return stay.onRecorded?.(turn, next);
        case 'answered':
          return;
        case 'overtaken':
          throw new RecordingRefused('A later write of the same conversation stands.');
        case 'unknown':
          throw refused('conversation_not_found');
        case 'moved':
          throw moved();
      }
    },
    recordEnd: async (conversationId, reason, endedAtEpochMs, signal) => {
      if (hasMoved) throw moved();
      const endedFor = stay.endedFor?.();
      named += 1;
      const next = named;
      const standing = await database.inOrganization(stay.organizationId, async (tx) => {
        signal?.throwIfAborted();
        const ended = await endSession(tx, {
          sessionId: conversationId,
          reason: endedFor?.reason ?? reason,
          satisfactionScore: endedFor?.satisfactionScore,
          endedAt: new Date(endedAtEpochMs),
          ...(known !== undefined && {
            only: or(eq(sessions.version, known), eq(sessions.lastWriter, writer)),
            writer: { id: writer, version: next },
          }),
        });
        if (ended !== undefined) return 'ended';
        const [row] = await tx
          .select({ endedAt: sessions.endedAt })
          .from(sessions)
          .where(eq(sessions.sessionId, conversationId));
        // The first end stands, whichever of its tries lands.
        return row === undefined || row.endedAt !== null ? 'ended' : 'moved';
      });
      if (standing === 'moved') throw moved();
    },
  };
}

/** The same texts come with the same turn again: they are looked through once. */
function rememberTexts(): (redactor: Redactor) => Redactor {
  const remembered = new Map<Redactor, Redactor>();
  return (redactor) => {
    const known = remembered.get(redactor);
    if (known !== undefined) return known;
    // Organizations change their policies, and have a redactor for each destination.
    if (remembered.size >= 2) remembered.clear();
    const texts = new Map<string, string>();
    const made: Redactor = {
      ...redactor,
      text(plain, names = []) {
        const key = [plain, ...names].join('\0');
        const redacted = texts.get(key) ?? redactor.text(plain, names);
        // What both said in the turn before, and in this one, of which the one may be stored again after the other.
        if (texts.size >= 6) texts.clear();
        texts.set(key, redacted);
        return redacted;
      },
    };
    remembered.set(redactor, made);
    return made;
  };
}

function refused(code: 'conversation_moved' | 'conversation_not_found'): RecordingRefused {
  const cause = new WireError(code);
  return new RecordingRefused(cause.message, { cause });
}
