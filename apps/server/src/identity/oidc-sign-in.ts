import { emailSchema, personNameSchema } from '@parley/contract/people.ts';
import { recordAudit } from '../privacy/audit.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { defaultOrganizationId } from '../storage/schema/organizations.ts';
import type { OidcSettings } from './identity-settings.ts';
import type { OidcPerson } from './oidc-client.ts';
import { endOneTimeTokens } from './one-time-tokens-repository.ts';
import type { BegunSession, Client, Sessions } from './sessions.ts';
import { addUser, changeUser, findUserByEmail, findUserByOidc, lockUser, type StoredUser } from './users-repository.ts';

/** Why somebody whom the provider knows is not let in. */
export type OidcRefusal =
  | 'email_not_verified'
  | 'domain_not_allowed'
  | 'not_invited'
  | 'account_disabled'
  | 'linked_to_another';

/**
 * Sign in whom the provider vouches for. An account is found by what the provider calls the person, and the first time by an address
 * that the provider has verified. Only accounts of the organization that the server was started with are found by address: else an
 * admin of another one could make an account for an address and wait for its owner to walk into it.
 */
export async function signInByOidc(
  parts: { readonly database: Database; readonly sessions: Sessions; readonly settings: OidcSettings },
  person: OidcPerson,
  client: Client,
): Promise<BegunSession | OidcRefusal> {
  const { database, sessions, settings } = parts;
  const email = emailSchema.safeParse(person.verifiedEmail).data;
  if (email === undefined) return 'email_not_verified';
  const domain = email.slice(email.lastIndexOf('@') + 1);
  if (settings.allowedDomains.length > 0 && !settings.allowedDomains.includes(domain)) return 'domain_not_allowed';
  return database.acrossOrganizations(async (transaction) => {
    const user = await findOrMake(transaction, settings, person, email, client);
    if (typeof user === 'string') return user;
    const changed = await changeUser(transaction, user.userId, { lastSignedInAt: new Date() });
    const begun = await sessions.begin(transaction, changed, client);
    await recordAudit(transaction, asUser(user, client), {
      action: 'auth:sign_in',
      resourceType: 'session',
      resourceId: begun.sessionId,
      after: { by: 'oidc' },
    });
    return begun;
  });
}

async function findOrMake(
  transaction: Transaction,
  settings: OidcSettings,
  person: OidcPerson,
  email: string,
  client: Client,
): Promise<StoredUser | OidcRefusal> {
  const { issuer: oidcIssuer, subject: oidcSubject } = person;
  const linked = await findUserByOidc(transaction, oidcIssuer, oidcSubject);
  if (linked !== undefined) return linked.status === 'active' ? linked : 'account_disabled';

  const known = await findUserByEmail(transaction, email);
  if (known !== undefined) {
    const user = await lockUser(transaction, known.userId);
    if (user === undefined || user.organizationId !== defaultOrganizationId) return 'not_invited';
    if (user.status === 'disabled') return 'account_disabled';
    if (user.oidcSubject !== null) return 'linked_to_another';
    await endOneTimeTokens(transaction, user.userId, 'invitation');
    await recordAudit(transaction, asUser(user, client), {
      action: 'auth:oidc_linked',
      resourceType: 'user',
      resourceId: user.userId,
      before: { status: user.status },
      after: { status: 'active', issuer: oidcIssuer },
    });
    return changeUser(transaction, user.userId, { oidcIssuer, oidcSubject, status: 'active' });
  }

  if (settings.defaultRole === undefined) return 'not_invited';
  const name = personNameSchema.safeParse(person.name).data ?? email;
  const added = await addUser(transaction, {
    organizationId: defaultOrganizationId,
    email,
    name,
    role: settings.defaultRole,
    status: 'active',
    oidcIssuer,
    oidcSubject,
  });
  // Somebody made the account this very moment.
  if (added === undefined) return 'linked_to_another';
  await recordAudit(transaction, asUser(added, client), {
    action: 'auth:oidc_user_made',
    resourceType: 'user',
    resourceId: added.userId,
    after: { role: added.role, issuer: oidcIssuer },
  });
  return added;
}

function asUser({ userId, organizationId }: StoredUser, client: Client) {
  return { ...client, organizationId, actor: { kind: 'user', userId } } as const;
}
