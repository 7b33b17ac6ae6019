import { setTimeout } from 'node:timers/promises';
import { WireError } from '@parley/contract/errors.ts';
import { recordAudit } from '../privacy/audit.ts';
import type { Database } from '../storage/database.ts';
import { type AttemptLimit, growingDelayMs } from './attempt-limit.ts';
import type { Passwords } from './passwords.ts';
import type { BegunSession, Client, Sessions } from './sessions.ts';
import { changeUser, findUser, findUserByEmail, lockUser, type StoredUser } from './users-repository.ts';

export interface SignInOptions {
  /** Wrong passwords before an account locks. */
  readonly freeFailures: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** No refusal is answered sooner, so that its time tells nothing of what was found. */
  readonly refusalAfterMs: number;
}

export const signInDefaults: SignInOptions = {
  // The fifth wrong password locks.
  freeFailures: 5,
  firstDelayMs: 30_000,
  // Long enough to make guessing hopeless (a hundred a day), short enough that locking somebody out on purpose is no great harm.
  maxDelayMs: 900_000,
  // Ten times a hash: well above what the database takes for either outcome.
  refusalAfterMs: 300,
};

export interface PasswordSignIn {
  /** @throws WireError `sign_in_failed`, `too_many_attempts` */
  signIn(credentials: { readonly email: string; readonly password: string }, client: Client): Promise<BegunSession>;
  /**
   * Whether it is the password of a user who is signed in; wrong ones count as they do at the door.
   * @throws WireError `sign_in_failed`, `too_many_attempts`
   */
  confirm(userId: string, password: string, client: Client): Promise<void>;
}

/** The same work and the same answer whether there is such an address, whether it is locked, and whether the password is wrong. */
export function createPasswordSignIn(parts: {
  readonly database: Database;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly attempts: AttemptLimit;
  readonly options?: SignInOptions;
  readonly nowMs?: () => number;
}): PasswordSignIn {
  const { database, passwords, sessions, attempts, options = signInDefaults, nowMs = Date.now } = parts;

  const attempt = async <T>(
    found: StoredUser | undefined,
    password: string,
    client: Client,
    succeed: (
      user: StoredUser,
      transaction: Parameters<typeof lockUser>[0],
      rehashed: string | undefined,
    ) => Promise<T>,
  ): Promise<T | undefined> => {
    const hash = found?.status === 'active' ? (found.passwordHash ?? undefined) : undefined;
    const isRight = await passwords.verify(hash, password);
    const rehashed =
      isRight && hash !== undefined && passwords.needsRehash(hash) ? await passwords.hash(password) : undefined;
    if (found === undefined) return undefined;
    return database.acrossOrganizations(async (transaction) => {
      // Read anew and held: of a hundred guesses at once, each counts.
      const user = await lockUser(transaction, found.userId);
      if (user === undefined || user.passwordHash !== found.passwordHash || user.status !== 'active') return undefined;
      if (user.lockedUntil !== null && user.lockedUntil.getTime() > nowMs()) return undefined;
      if (isRight) return succeed(user, transaction, rehashed);
      const failedSignIns = user.failedSignIns + 1;
      const delayMs = growingDelayMs(failedSignIns - options.freeFailures, options);
      const lockedUntil = delayMs === 0 ? null : new Date(nowMs() + delayMs);
      await changeUser(transaction, user.userId, { failedSignIns, lockedUntil });
      await recordAudit(
        transaction,
        { ...client, organizationId: user.organizationId, actor: { kind: 'anonymous' } },
        {
          action: lockedUntil === null ? 'auth:sign_in_failed' : 'auth:account_locked',
          resourceType: 'user',
          resourceId: user.userId,
          after: { failed_sign_ins: failedSignIns, locked_until: lockedUntil?.toISOString() ?? null },
        },
      );
      return undefined;
    });
  };

  const orRefuse = async <T>(client: Client, work: () => Promise<T | undefined>): Promise<T> => {
    attempts.check(client.clientAddress);
    const began = performance.now();
    const outcome = await work();
    if (outcome !== undefined) return outcome;
    attempts.failed(client.clientAddress);
    await notBefore(began + options.refusalAfterMs);
    throw new WireError('sign_in_failed');
  };

  return {
    signIn: ({ email, password }, client) =>
      orRefuse(client, async () => {
        const found = await database.acrossOrganizations((transaction) => findUserByEmail(transaction, email));
        return attempt(found, password, client, async (user, transaction, rehashed) => {
          const changed = await changeUser(transaction, user.userId, {
            failedSignIns: 0,
            lockedUntil: null,
            lastSignedInAt: new Date(nowMs()),
            ...(rehashed !== undefined && { passwordHash: rehashed }),
          });
          const begun = await sessions.begin(transaction, changed, client);
          await recordAudit(
            transaction,
            { ...client, organizationId: user.organizationId, actor: { kind: 'user', userId: user.userId } },
            { action: 'auth:sign_in', resourceType: 'session', resourceId: begun.sessionId },
          );
          return begun;
        });
      }),

    confirm: async (userId, password, client) => {
      await orRefuse(client, async () => {
        const found = await database.acrossOrganizations((transaction) => findUser(transaction, userId));
        return attempt(found, password, client, async () => true);
      });
    },
  };
}

/** So that how long it took tells nothing. @param atMs monotonic */
export async function notBefore(atMs: number): Promise<void> {
  await setTimeout(Math.max(0, atMs - performance.now()));
}
