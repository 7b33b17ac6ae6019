import { desc, eq } from 'drizzle-orm';
import type { Transaction } from '../storage/database.ts';
import { humanAgents, users } from '../storage/schema/identity.ts';
import { after, type Position } from './page-position.ts';

/** Somebody who answers conversations, with the name people know them by. */
export type StoredHumanAgent = typeof humanAgents.$inferSelect & { readonly name: string; readonly createdAt: Date };

const columns = {
  userId: humanAgents.userId,
  organizationId: humanAgents.organizationId,
  skillTags: humanAgents.skillTags,
  maxConcurrentSessions: humanAgents.maxConcurrentSessions,
  isOnline: humanAgents.isOnline,
  name: users.name,
  createdAt: users.createdAt,
};

export async function findHumanAgent(transaction: Transaction, userId: string): Promise<StoredHumanAgent | undefined> {
  const [agent] = await transaction
    .select(columns)
    .from(humanAgents)
    .innerJoin(users, eq(users.userId, humanAgents.userId))
    .where(eq(humanAgents.userId, userId));
  return agent;
}

export async function listHumanAgents(
  transaction: Transaction,
  position: Position | undefined,
  limit: number,
): Promise<StoredHumanAgent[]> {
  return transaction
    .select(columns)
    .from(humanAgents)
    .innerJoin(users, eq(users.userId, humanAgents.userId))
    .where(after(position, users.createdAt, users.userId))
    .orderBy(desc(users.createdAt), desc(users.userId))
    .limit(limit);
}

export async function putHumanAgent(
  transaction: Transaction,
  agent: {
    readonly userId: string;
    readonly organizationId: string;
    readonly skillTags: string[];
    readonly maxConcurrentSessions: number;
  },
): Promise<void> {
  const { skillTags, maxConcurrentSessions } = agent;
  await transaction
    .insert(humanAgents)
    .values(agent)
    .onConflictDoUpdate({ target: humanAgents.userId, set: { skillTags, maxConcurrentSessions } });
}

/** False when the user is no human agent. */
export async function setOnline(transaction: Transaction, userId: string, isOnline: boolean): Promise<boolean> {
  const rows = await transaction
    .update(humanAgents)
    .set({ isOnline })
    .where(eq(humanAgents.userId, userId))
    .returning({ userId: humanAgents.userId });
  return rows.length > 0;
}

export async function deleteHumanAgent(transaction: Transaction, userId: string): Promise<void> {
  await transaction.delete(humanAgents).where(eq(humanAgents.userId, userId));
}
