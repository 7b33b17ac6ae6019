import { getSignInMethods } from '@parley/contract/api/identity-api.ts';
import type { FastifyInstance } from 'fastify';
import type { AuthenticationScheme } from '../api/authenticate.ts';
import { type HandledRoute, handle } from '../api/handle.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { Sealer } from '../privacy/sealer.ts';
import type { Database } from '../storage/database.ts';
import { createAccessTokens } from './access-tokens.ts';
import { apiKeyRoutes } from './api-key-routes.ts';
import { createAttemptLimit } from './attempt-limit.ts';
import { authRoutes } from './auth-routes.ts';
import { cookieNames } from './cookies.ts';
import { ensureFirstAdmin, resetAdmin } from './first-admin.ts';
import { humanAgentRoutes } from './human-agent-routes.ts';
import type { IdentityParts, SettingsCheck } from './identity-parts.ts';
import type { IdentitySettings } from './identity-settings.ts';
import { createLinks } from './links.ts';
import { meRoutes } from './me-routes.ts';
import type { OidcClient } from './oidc-client.ts';
import { installOidc, oidcStartPath } from './oidc-routes.ts';
import { deleteExpiredOneTimeTokens } from './one-time-tokens-repository.ts';
import { organizationRoutes } from './organization-routes.ts';
import { createPasswords } from './passwords.ts';
import { deleteExpiredRefreshTokens } from './refresh-tokens-repository.ts';
import { createApiKeyCache, createApiKeyScheme, createBearerScheme, createCookieScheme } from './schemes.ts';
import { createSessions } from './sessions.ts';
import { createPasswordSignIn } from './sign-in.ts';
import { openSigningKeys } from './signing-keys.ts';
import { createSmtpMailer } from './smtp-mailer.ts';
import { userRoutes } from './user-routes.ts';

/** Who people and programs are, and what they may. */
export interface Identities {
  /** Ways to say who one is: access tokens, API keys and service tokens, cookies. */
  readonly schemes: readonly AuthenticationScheme[];
  readonly routes: readonly HandledRoute[];
  /** What others' protocols want outside of `/v1`. */
  installProtocols(app: FastifyInstance): void;
  close(): void;
}

/** Expired tokens are kept for a while, to be looked at when something was odd. */
const expiredKeptMs = 7 * 24 * 3_600_000;
const sweepEveryMs = 6 * 3_600_000;

/**
 * Makes the first admin if nobody can sign in yet.
 * @throws StartError `config_invalid`
 */
export async function createIdentity(parts: {
  readonly settings: IdentitySettings;
  /** Where the server listens when `PUBLIC_URL` is not set. */
  readonly port: number;
  readonly database: Database;
  readonly sealer: Sealer;
  readonly jobs: Jobs;
  /** A line for the person who started the server. */
  readonly report: (line: string) => void;
  readonly onError: (error: unknown, what: string) => void;
  readonly nowMs?: () => number;
  /** Goes between the OpenID provider and all who sign in there. */
  readonly guardOidc?: (client: OidcClient) => OidcClient;
  readonly settingsCheck?: SettingsCheck;
}): Promise<Identities> {
  const { settings, database, sealer, jobs, report, onError, nowMs = Date.now } = parts;
  const publicUrl = settings.publicUrl ?? `http://localhost:${parts.port}`;
  const isSecure = publicUrl.startsWith('https:');
  const passwords = createPasswords();
  const { adminEmail: email, adminPassword: password } = settings;
  await ensureFirstAdmin({ database, passwords, email, password, report });
  if (settings.resetsAdmin && password !== undefined) {
    await resetAdmin({ database, passwords, email, password, report });
  }
  const keys = await openSigningKeys({ database, sealer, onError, nowMs });
  const mailer = settings.mail === undefined ? undefined : createSmtpMailer(settings.mail);
  const sessions = createSessions(database, undefined, nowMs);
  const attempts = createAttemptLimit(undefined, nowMs);
  const shared: IdentityParts = {
    database,
    passwords,
    sessions,
    tokens: createAccessTokens(keys, nowMs),
    signIn: createPasswordSignIn({ database, passwords, sessions, attempts, nowMs }),
    attempts,
    links: createLinks({ publicUrl, mailer, onError, nowMs }),
    keyCache: createApiKeyCache(),
    isSecure,
    cookies: cookieNames(isSecure),
    settingsCheck: parts.settingsCheck,
  };
  jobs.every('delete_expired_tokens', sweepEveryMs, async () => {
    const before = new Date(Date.now() - expiredKeptMs);
    await database.acrossOrganizations(async (transaction) => {
      await deleteExpiredRefreshTokens(transaction, before);
      await deleteExpiredOneTimeTokens(transaction, before);
    });
  });
  return {
    schemes: [
      createBearerScheme(shared.tokens, sessions),
      createApiKeyScheme(database, shared.keyCache, onError),
      createCookieScheme(shared.tokens, sessions, shared.cookies),
    ],
    routes: [
      ...authRoutes(shared),
      handle(getSignInMethods, async () => ({
        oidc_start_url: settings.oidc === undefined ? null : publicUrl + oidcStartPath,
        sends_mail: mailer !== undefined,
      })),
      ...meRoutes(shared),
      ...userRoutes(shared),
      ...humanAgentRoutes(shared),
      ...apiKeyRoutes(shared),
      ...organizationRoutes(shared),
    ],
    installProtocols: (app) => {
      // What others need to verify our tokens. It changes once a month, a day ahead.
      app.get('/.well-known/jwks.json', async (_request, reply) => {
        void reply.header('cache-control', 'public, max-age=300');
        return keys.publicKeys();
      });
      if (settings.oidc !== undefined) {
        installOidc(app, {
          ...shared,
          settings: settings.oidc,
          publicUrl,
          sealer,
          onError,
          guardOidc: parts.guardOidc,
        });
      }
    },
    close: () => {
      keys.close();
      mailer?.close();
    },
  };
}
