import { randomUUID } from 'node:crypto';
import { WireError } from '@parley/contract/errors.ts';
import { recordAudit } from '../privacy/audit.ts';
import type { Database, Transaction } from '../storage/database.ts';
import type { AccessClaims } from './access-tokens.ts';
import {
  addRefreshToken,
  lockRefreshToken,
  markRefreshTokenUsed,
  revokeFamiliesOf,
  revokeFamily,
  sessionState,
} from './refresh-tokens-repository.ts';
import { hashSecret, makeSecret } from './secrets.ts';
import { createTimedCache } from './timed-cache.ts';
import { findUser, lockUser, type StoredUser } from './users-repository.ts';

/** Where a request comes from. */
export interface Client {
  readonly clientAddress: string;
  readonly traceId: string;
  readonly userAgent: string | undefined;
}

/** Somebody signed in: what their next tokens are made of. */
export interface BegunSession {
  readonly user: StoredUser;
  readonly sessionId: string;
  readonly refreshToken: string;
  readonly expiresAt: Date;
}

export interface SessionOptions {
  /** How long after signing in one has to sign in again, whatever was done meanwhile. */
  readonly lifeMs: number;
  /** How long after its use a refresh token that comes again is taken for the other tab's, and only refused. */
  readonly supersededForMs: number;
  /** How long a replica goes by what it knows of a session: so long does one that was ended elsewhere live on here. */
  readonly stateFreshForMs: number;
}

export const sessionDefaults: SessionOptions = {
  lifeMs: 30 * 24 * 3_600_000,
  supersededForMs: 10_000,
  stateFreshForMs: 10_000,
};

/**
 * Sessions of signed-in users: families of refresh tokens, each of which works once.
 *
 * A used token that comes again ends the family, since two have it. In the first ten seconds it is refused and no more: two tabs that
 * share cookies refresh at once, and the one that loses finds the winner's cookies. Nothing is given to whoever brings a used token,
 * at any time, so that this costs no more than that a thief who is that quick is not noticed by that request.
 */
export interface Sessions {
  /** In the transaction in which the user was found good. */
  begin(transaction: Transaction, user: StoredUser, client: Client): Promise<BegunSession>;
  /** @throws WireError `session_ended`, `refresh_superseded` */
  refresh(refreshToken: string, client: Client): Promise<BegunSession>;
  /** End the session of the token, if it is one. Audited. */
  endByToken(refreshToken: string, client: Client): Promise<void>;
  end(
    claims: { readonly sessionId: string; readonly userId: string; readonly organizationId: string },
    client: Client,
  ): Promise<void>;
  /** End all sessions of a user, but for the one that is named. Audited by whoever has the reason; `forget` after the commit. */
  endAllOf(transaction: Transaction, userId: string, exceptId?: string): Promise<void>;
  /** What the user of an access token may be now; undefined when the session is over or the user disabled. */
  check(claims: AccessClaims): Promise<Pick<AccessClaims, 'role'> | undefined>;
  /** The user changed: ask the database anew. Other replicas do so within `stateFreshForMs`. */
  forget(userId: string): void;
}

/** Sessions that a replica remembers the state of; beyond, the database is asked more often. */
const maxRemembered = 10_000;
const maxUserAgentLength = 400;

export function createSessions(
  database: Database,
  options: SessionOptions = sessionDefaults,
  nowMs: () => number = Date.now,
): Sessions {
  const states = createTimedCache<{ readonly userId: string; readonly role: AccessClaims['role'] | undefined }>({
    maxEntries: maxRemembered,
    freshForMs: options.stateFreshForMs,
    nowMs,
  });
  const forget = (userId: string) => states.deleteWhere((state) => state.userId === userId);

  const giveToken = async (
    transaction: Transaction,
    user: StoredUser,
    session: { readonly sessionId: string; readonly expiresAt: Date },
    client: Client,
  ): Promise<BegunSession> => {
    const refreshToken = makeSecret('refresh');
    await addRefreshToken(transaction, {
      organizationId: user.organizationId,
      userId: user.userId,
      familyId: session.sessionId,
      tokenHash: hashSecret(refreshToken),
      expiresAt: session.expiresAt,
      ip: client.clientAddress,
      userAgent: client.userAgent?.slice(0, maxUserAgentLength) ?? null,
    });
    return { user, refreshToken, ...session };
  };

  const end: Sessions['end'] = async ({ sessionId, userId, organizationId }, client) => {
    await database.inOrganization(organizationId, async (transaction) => {
      await lockUser(transaction, userId);
      await revokeFamily(transaction, sessionId);
      await recordAudit(
        transaction,
        { ...client, organizationId, actor: { kind: 'user', userId } },
        { action: 'auth:sign_out', resourceType: 'session', resourceId: sessionId },
      );
    });
    forget(userId);
  };

  return {
    begin: (transaction, user, client) =>
      giveToken(transaction, user, { sessionId: randomUUID(), expiresAt: new Date(nowMs() + options.lifeMs) }, client),

    refresh: async (refreshToken, client) => {
      // What it comes to is returned and not thrown: that a family ended must be committed.
      const outcome = await database.acrossOrganizations(async (transaction) => {
        const token = await lockRefreshToken(transaction, hashSecret(refreshToken));
        if (token === undefined || token.revokedAt !== null || token.expiresAt.getTime() <= nowMs()) return 'ended';
        if (token.usedAt !== null) {
          if (nowMs() - token.usedAt.getTime() < options.supersededForMs) return 'superseded';
          await revokeFamily(transaction, token.familyId);
          await recordAudit(
            transaction,
            { ...client, organizationId: token.organizationId, actor: { kind: 'anonymous' } },
            {
              action: 'auth:refresh_token_reused',
              resourceType: 'session',
              resourceId: token.familyId,
              after: { user_id: token.userId },
            },
          );
          return { endedOf: token.userId };
        }
        const user = await findUser(transaction, token.userId);
        if (user?.status !== 'active') return 'ended';
        await markRefreshTokenUsed(transaction, token.refreshTokenId, new Date(nowMs()));
        return giveToken(transaction, user, { sessionId: token.familyId, expiresAt: token.expiresAt }, client);
      });
      if (outcome === 'ended') throw new WireError('session_ended');
      if (outcome === 'superseded') throw new WireError('refresh_superseded');
      if ('endedOf' in outcome) {
        forget(outcome.endedOf);
        throw new WireError('session_ended');
      }
      return outcome;
    },

    endByToken: async (refreshToken, client) => {
      const token = await database.acrossOrganizations((transaction) =>
        lockRefreshToken(transaction, hashSecret(refreshToken)),
      );
      if (token !== undefined) await end({ ...token, sessionId: token.familyId }, client);
    },

    end,

    endAllOf: revokeFamiliesOf,

    check: async ({ sessionId, userId, organizationId, role }) => {
      let state = states.get(sessionId);
      if (state === undefined) {
        try {
          const found = await database.acrossOrganizations((transaction) =>
            sessionState(transaction, sessionId, userId, new Date(nowMs())),
          );
          const isGood = found?.status === 'active' && found.organizationId === organizationId;
          state = { userId, role: isGood ? found.role : undefined };
          states.set(sessionId, state);
        } catch (error) {
          // While the database is away, a token is taken at its word: it is good for a quarter of an hour at most.
          if (!(error instanceof WireError) || error.code !== 'storage_unavailable') throw error;
          return { role };
        }
      }
      return state.role === undefined ? undefined : { role: state.role };
    },

    forget,
  };
}
