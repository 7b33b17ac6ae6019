import {
  acceptInvitation,
  changePassword,
  completePasswordReset,
  refreshTokens,
  requestPasswordReset,
  signIn,
  signOut,
} from '@parley/contract/api/identity-api.ts';
import type { Output } from '@parley/contract/api/route.ts';
import { WireError } from '@parley/contract/errors.ts';
import { type HandledRoute, handle } from '../api/handle.ts';
import type { RequestContext } from '../api/request-context.ts';
import { recordAudit } from '../privacy/audit.ts';
import { accessTokenLifeSeconds } from './access-tokens.ts';
import { readCookie } from './cookies.ts';
import type { IdentityParts } from './identity-parts.ts';
import { type LinkPurpose, linkDefaults } from './links.ts';
import { endOneTimeTokens, findOneTimeToken } from './one-time-tokens-repository.ts';
import { checkNewPassword } from './password-policy.ts';
import { hashSecret } from './secrets.ts';
import { accessTokenOf, clearSessionCookies, setSessionCookies } from './session-cookies.ts';
import type { BegunSession } from './sessions.ts';
import { notBefore, signInDefaults } from './sign-in.ts';
import { signedInUser } from './signed-in-user.ts';
import { changeUser, findUser, findUserByEmail, lockUser, type StoredUser } from './users-repository.ts';
import { clientOf, userOnWire } from './wire.ts';

/** Signing in and out, and everything about passwords. */
export function authRoutes(parts: IdentityParts): HandledRoute[] {
  const { database, passwords, sessions, attempts, links, cookies } = parts;

  /** The refresh token of the body, or of the cookie. */
  const broughtToken = (context: RequestContext, sent: string | undefined) => {
    if (sent !== undefined) return { token: sent, transport: 'bearer' } as const;
    const token = readCookie(context.http.request.headers.cookie, cookies.refresh);
    return token === undefined ? undefined : ({ token, transport: 'cookie' } as const);
  };

  /** Whose link it is, without using it up. @throws WireError `link_invalid`, `too_many_attempts` */
  const ownerOfLink = async (token: string, purpose: LinkPurpose, context: RequestContext): Promise<StoredUser> => {
    attempts.check(context.clientAddress);
    const user = await database.acrossOrganizations(async (transaction) => {
      const found = await findOneTimeToken(transaction, hashSecret(token), purpose);
      const isGood = found !== undefined && found.usedAt === null && found.expiresAt.getTime() > Date.now();
      return isGood ? findUser(transaction, found.userId) : undefined;
    });
    if (user?.status === statusFor[purpose]) return user;
    attempts.failed(context.clientAddress);
    throw new WireError('link_invalid');
  };

  /** Use the link up and give its owner the password. */
  const setByLink = async (
    token: string,
    purpose: LinkPurpose,
    password: string,
    context: RequestContext,
    name?: string,
  ): Promise<StoredUser> => {
    const owner = await ownerOfLink(token, purpose, context);
    checkNewPassword(password, name === undefined ? owner : { ...owner, name });
    // Outside of a transaction: whoever waits for a hash holds no connection.
    const passwordHash = await passwords.hash(password);
    const changed = await database.acrossOrganizations(async (transaction) => {
      const { userId, organizationId } = await links.use(transaction, token, purpose);
      const user = await lockUser(transaction, userId);
      if (user?.status !== statusFor[purpose]) throw new WireError('link_invalid');
      const after = await changeUser(transaction, userId, {
        passwordHash,
        status: 'active',
        failedSignIns: 0,
        lockedUntil: null,
        ...(name !== undefined && { name }),
      });
      await sessions.endAllOf(transaction, userId);
      await recordAudit(
        transaction,
        { ...context, organizationId, actor: { kind: 'user', userId } },
        { action: `auth:${purpose}_used`, resourceType: 'user', resourceId: userId },
      );
      return after;
    });
    sessions.forget(changed.userId);
    return changed;
  };

  return [
    handle(signIn, async ({ body }, context) =>
      answer(parts, await parts.signIn.signIn(body, clientOf(context)), body.transport, context),
    ),

    handle(refreshTokens, async ({ body }, context) => {
      const brought = broughtToken(context, body.refresh_token);
      if (brought === undefined) throw new WireError('session_ended');
      const begun = await sessions.refresh(brought.token, clientOf(context));
      return answer(parts, begun, brought.transport, context);
    }),

    handle(signOut, async ({ body }, context) => {
      const { actor, organizationId, sessionId } = context;
      const brought = broughtToken(context, body.refresh_token);
      if (brought !== undefined) await sessions.endByToken(brought.token, clientOf(context));
      else if (actor.kind === 'user' && sessionId !== undefined) {
        await sessions.end({ sessionId, userId: actor.userId, organizationId }, clientOf(context));
      }
      clearSessionCookies(parts, context.http.reply);
      return undefined;
    }),

    handle(requestPasswordReset, async ({ body }, context) => {
      attempts.check(context.clientAddress);
      // Each counts as a try: nobody asks twenty times, and mail to others is no toy.
      attempts.failed(context.clientAddress);
      if (!links.sendsMail) return { delivery: 'admin' as const };
      const began = performance.now();
      const made = await database.acrossOrganizations(async (transaction) => {
        const user = await findUserByEmail(transaction, body.email);
        if (user?.status !== 'active') return undefined;
        const link = await links.create(transaction, user, 'password_reset', linkDefaults.resetLifeMs);
        await recordAudit(
          transaction,
          { ...context, organizationId: user.organizationId },
          { action: 'auth:password_reset_requested', resourceType: 'user', resourceId: user.userId },
        );
        return { user, link };
      });
      if (made !== undefined) links.send(made.link, made.user, 'password_reset');
      await notBefore(began + signInDefaults.refusalAfterMs);
      return { delivery: 'email' as const };
    }),

    handle(completePasswordReset, async ({ body }, context) => {
      await setByLink(body.token, 'password_reset', body.new_password, context);
      return undefined;
    }),

    handle(acceptInvitation, async ({ body }, context) =>
      userOnWire(await setByLink(body.token, 'invitation', body.password, context, body.name)),
    ),

    handle(changePassword, async ({ body }, context) => {
      const userId = signedInUser(context);
      await parts.signIn.confirm(userId, body.current_password, clientOf(context));
      const user = await database.inOrganization(context.organizationId, (transaction) =>
        findUser(transaction, userId),
      );
      if (user === undefined) throw new WireError('unauthorized');
      checkNewPassword(body.new_password, user);
      const passwordHash = await passwords.hash(body.new_password);
      await database.inOrganization(context.organizationId, async (transaction) => {
        await changeUser(transaction, userId, { passwordHash, failedSignIns: 0, lockedUntil: null });
        await sessions.endAllOf(transaction, userId, context.sessionId);
        await endOneTimeTokens(transaction, userId, 'password_reset');
        await recordAudit(transaction, context, {
          action: 'auth:password_changed',
          resourceType: 'user',
          resourceId: userId,
        });
      });
      sessions.forget(userId);
      return undefined;
    }),
  ];
}

/** How the owner of a link must stand. */
const statusFor: Readonly<Record<LinkPurpose, StoredUser['status']>> = {
  invitation: 'invited',
  password_reset: 'active',
};

async function answer(
  parts: IdentityParts,
  begun: BegunSession,
  transport: 'bearer' | 'cookie',
  { http }: RequestContext,
): Promise<Output<(typeof signIn)['reply']>> {
  // Neither browsers nor those between may keep it.
  void http.reply.header('cache-control', 'no-store');
  const common = { expires_in_seconds: accessTokenLifeSeconds, user: userOnWire(begun.user) };
  if (transport === 'cookie') {
    return { transport, csrf_token: await setSessionCookies(parts, http.reply, begun), ...common };
  }
  const accessToken = await accessTokenOf(parts.tokens, begun);
  return {
    transport,
    access_token: accessToken,
    token_type: 'Bearer',
    refresh_token: begun.refreshToken,
    ...common,
  };
}
