import type { Role } from '@parley/contract/api/permissions.ts';
import { and, count, desc, eq, sql } from 'drizzle-orm';
import type { Transaction } from '../storage/database.ts';
import { users } from '../storage/schema/identity.ts';
import { after, type Position } from './page-position.ts';

/** A user as stored. */
export type StoredUser = typeof users.$inferSelect;

/** Whose address it is, anywhere on this server: for `acrossOrganizations`. */
export async function findUserByEmail(transaction: Transaction, email: string): Promise<StoredUser | undefined> {
  const [user] = await transaction.select().from(users).where(eq(users.email, email));
  return user;
}

export async function findUserByOidc(
  transaction: Transaction,
  issuer: string,
  subject: string,
): Promise<StoredUser | undefined> {
  const [user] = await transaction
    .select()
    .from(users)
    .where(and(eq(users.oidcIssuer, issuer), eq(users.oidcSubject, subject)));
  return user;
}

export async function findUser(transaction: Transaction, userId: string): Promise<StoredUser | undefined> {
  const [user] = await transaction.select().from(users).where(eq(users.userId, userId));
  return user;
}

/** The user, held until the transaction ends, so that what was read of it is still so when it is changed. */
export async function lockUser(transaction: Transaction, userId: string): Promise<StoredUser | undefined> {
  const [user] = await transaction.select().from(users).where(eq(users.userId, userId)).for('update');
  return user;
}

/**
 * Users who may manage the organization: active admins. Held, in one order, so that two admins who each remove the other wait for
 * one another and the second finds itself the last.
 */
export async function lockActiveAdmins(transaction: Transaction, organizationId: string): Promise<string[]> {
  const rows = await transaction
    .select({ userId: users.userId })
    .from(users)
    .where(and(eq(users.organizationId, organizationId), eq(users.role, 'admin'), eq(users.status, 'active')))
    .orderBy(users.userId)
    .for('update');
  return rows.map(({ userId }) => userId);
}

export async function listUsers(
  transaction: Transaction,
  position: Position | undefined,
  limit: number,
): Promise<StoredUser[]> {
  return transaction
    .select()
    .from(users)
    .where(after(position, users.createdAt, users.userId))
    .orderBy(desc(users.createdAt), desc(users.userId))
    .limit(limit);
}

export interface NewUser {
  readonly organizationId: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly status: StoredUser['status'];
  readonly passwordHash?: string;
  readonly oidcIssuer?: string;
  readonly oidcSubject?: string;
}

/** Undefined when somebody has that address already, here or in another organization. */
export async function addUser(transaction: Transaction, user: NewUser): Promise<StoredUser | undefined> {
  const [added] = await transaction.insert(users).values(user).onConflictDoNothing().returning();
  return added;
}

export type UserChange = Partial<
  Pick<
    StoredUser,
    | 'name'
    | 'role'
    | 'status'
    | 'passwordHash'
    | 'failedSignIns'
    | 'lockedUntil'
    | 'lastSignedInAt'
    | 'oidcIssuer'
    | 'oidcSubject'
  >
>;

/** @throws Error when there is no such user in the organization */
export async function changeUser(transaction: Transaction, userId: string, change: UserChange): Promise<StoredUser> {
  const [changed] = await transaction
    .update(users)
    .set({ ...change, updatedAt: sql`now()` })
    .where(eq(users.userId, userId))
    .returning();
  if (changed === undefined) throw new Error(`There is no user ${userId} to change.`);
  return changed;
}

export async function deleteUser(transaction: Transaction, userId: string): Promise<void> {
  await transaction.delete(users).where(eq(users.userId, userId));
}

/** How many people could ever sign in to this server: for `acrossOrganizations`. */
export async function countUsers(transaction: Transaction): Promise<number> {
  const [row] = await transaction.select({ count: count() }).from(users);
  return row?.count ?? 0;
}

/** Until the transaction ends, no other replica looks whether there is anybody. */
export async function lockFirstStart(transaction: Transaction): Promise<void> {
  await transaction.execute(sql`select pg_advisory_xact_lock(hashtext('parley first admin'))`);
}
