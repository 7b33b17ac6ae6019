import { randomBytes, randomUUID } from 'node:crypto';
import type { Recorder } from '@parley/engine/ports/recorder.ts';
import { createConversationToken } from '../conversations/conversation-token.ts';
import type { NewConversation } from '../conversations/stored-conversation.ts';
import { openBytes, sealBytes } from '../privacy/aes-gcm.ts';
import { createRedaction } from '../privacy/redaction.ts';
import type { Sealer } from '../privacy/sealer.ts';
import { createSessionsRepository, type SessionsRepository } from '../sessions/sessions-repository.ts';
import type { Database } from '../storage/database.ts';
import { createRecorder, type RecordedStay } from '../storage/recorder.ts';
import { defaultOrganizationId } from '../storage/schema/organizations.ts';
import { createTurnWriter } from '../storage/turn-writer-repository.ts';

/** Seals with a key of its own: the same purposes, without the table of keys. */
export function createTestSealer(): Sealer {
  const key = randomBytes(32);
  return {
    seal: async (plain, purpose) => sealBytes(key, Buffer.from(plain), purpose).toString('base64url'),
    open: async (sealed, purpose) => openBytes(key, Buffer.from(sealed, 'base64url'), purpose).toString(),
  };
}

export interface TestSessions {
  readonly sessions: SessionsRepository;
  readonly sealer: Sealer;
  recorder(stay?: Partial<RecordedStay>): Recorder;
  /** A conversation that was opened just now; resolves to its id. */
  open(conversation?: Partial<NewConversation>): Promise<string>;
}

/** Sessions in a test's database, as the server stores them. */
export function createTestSessions(database: Database): TestSessions {
  const sealer = createTestSealer();
  const sessions = createSessionsRepository(database, sealer);
  const parts = { database, sealer, redaction: createRedaction(database), turns: createTurnWriter(database) };
  return {
    sessions,
    sealer,
    recorder: (stay) =>
      createRecorder(parts, {
        organizationId: defaultOrganizationId,
        channelType: 'chat',
        version: undefined,
        ...stay,
      }),
    open: async (conversation) => {
      const id = conversation?.id ?? randomUUID();
      await sessions.create({
        id,
        organizationId: defaultOrganizationId,
        agentId: 'receptionist',
        flowId: undefined,
        flowVersion: undefined,
        channelType: 'chat',
        callerId: undefined,
        userId: undefined,
        timeZone: 'UTC',
        language: 'en-US',
        initialContext: {},
        ...createConversationToken().stored,
        ...conversation,
      });
      return id;
    },
  };
}
