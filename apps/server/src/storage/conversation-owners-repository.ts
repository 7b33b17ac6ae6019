import { inArray } from 'drizzle-orm';
import { z } from 'zod';
import type { Transaction } from './database.ts';
import { sessions } from './schema/conversations.ts';

export interface ConversationOwner {
  readonly organizationId: string;
  readonly channelType: string;
}

/** Whose the conversations are, of those that are stored and that the transaction may see. */
export async function findConversationOwners(
  transaction: Transaction,
  conversationIds: readonly string[],
): Promise<ReadonlyMap<string, ConversationOwner>> {
  const ids = [...new Set(conversationIds)].filter((id) => z.uuid().safeParse(id).success);
  if (ids.length === 0) return new Map();
  const rows = await transaction
    .select({
      id: sessions.sessionId,
      organizationId: sessions.organizationId,
      channelType: sessions.channelType,
    })
    .from(sessions)
    .where(inArray(sessions.sessionId, ids));
  return new Map(rows.map(({ id, ...owner }) => [id, owner]));
}
