import { randomInt } from 'node:crypto';
import { WireError } from '@parley/contract/errors.ts';
import { recordAudit } from '../privacy/audit.ts';
import { StartError } from '../start-errors.ts';
import type { Database } from '../storage/database.ts';
import { defaultOrganizationId } from '../storage/schema/organizations.ts';
import { checkNewPassword } from './password-policy.ts';
import type { Passwords } from './passwords.ts';
import { revokeFamiliesOf } from './refresh-tokens-repository.ts';
import { addUser, changeUser, countUsers, findUserByEmail, lockFirstStart } from './users-repository.ts';

/**
 * When nobody can sign in to this server yet: an admin of the default organization. A password that was made up is reported once and
 * stored nowhere. Of several replicas that start at once, one makes the admin and tells.
 * @throws StartError `config_invalid` for a password that is too easy to guess
 */
export async function ensureFirstAdmin(parts: {
  readonly database: Database;
  readonly passwords: Passwords;
  readonly email: string;
  readonly password: string | undefined;
  readonly report: (line: string) => void;
}): Promise<void> {
  const { database, passwords, email, password: given, report } = parts;
  if ((await database.acrossOrganizations(countUsers)) > 0) return;
  if (given !== undefined) checkGiven(given, { email, name });
  const password = given ?? makePassword();
  const passwordHash = await passwords.hash(password);
  const isMade = await database.acrossOrganizations(async (transaction) => {
    await lockFirstStart(transaction);
    if ((await countUsers(transaction)) > 0) return false;
    const admin = await addUser(transaction, {
      organizationId: defaultOrganizationId,
      email,
      name,
      role: 'admin',
      status: 'active',
      passwordHash,
    });
    await recordAudit(transaction, atStart, {
      action: 'auth:first_admin_made',
      resourceType: 'user',
      resourceId: admin?.userId,
      after: { role: 'admin' },
    });
    return true;
  });
  if (!isMade) return;
  report(
    given === undefined
      ? `To manage this server, sign in as ${email} with the password ${password} (shown only this once).`
      : `To manage this server, sign in as ${email} with the password in PARLEY_ADMIN_PASSWORD.`,
  );
}

/**
 * Let an admin in again who is locked out for good: whoever can set this server's settings may.
 * @throws StartError `config_invalid` for a password that is too easy to guess, or an address of another organization
 */
export async function resetAdmin(parts: {
  readonly database: Database;
  readonly passwords: Passwords;
  readonly email: string;
  readonly password: string;
  readonly report: (line: string) => void;
}): Promise<void> {
  const { database, passwords, email, password, report } = parts;
  checkGiven(password, { email, name });
  const passwordHash = await passwords.hash(password);
  const isReset = await database.acrossOrganizations(async (transaction) => {
    await lockFirstStart(transaction);
    const organizationId = defaultOrganizationId;
    const state = { role: 'admin', status: 'active', passwordHash } as const;
    const user =
      (await findUserByEmail(transaction, email)) ??
      (await addUser(transaction, { organizationId, email, name, ...state }));
    if (user?.organizationId !== organizationId) return false;
    await changeUser(transaction, user.userId, { ...state, failedSignIns: 0, lockedUntil: null });
    await revokeFamiliesOf(transaction, user.userId);
    await recordAudit(transaction, atStart, {
      action: 'auth:admin_reset',
      resourceType: 'user',
      resourceId: user.userId,
      before: { role: user.role, status: user.status },
      after: { role: 'admin', status: 'active' },
    });
    return true;
  });
  if (!isReset) {
    throw new StartError(
      'config_invalid',
      'PARLEY_ADMIN_EMAIL belongs to another organization than the one this server was started with. Choose another.',
    );
  }
  report(`${email} can sign in with the password in PARLEY_ADMIN_PASSWORD. Turn PARLEY_ADMIN_RESET off now.`);
}

const name = 'Admin';

const atStart = {
  actor: { kind: 'operator' },
  organizationId: defaultOrganizationId,
  clientAddress: '127.0.0.1',
  traceId: 'start',
} as const;

function checkGiven(password: string, owner: { readonly email: string; readonly name: string }): void {
  try {
    checkNewPassword(password, owner);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new StartError(
      'config_invalid',
      'PARLEY_ADMIN_PASSWORD is too easy to guess. Choose another and start again.',
    );
  }
}

/** 24 of 31 letters and digits that are not mistaken for one another: 118 bits, in groups that a person can type. */
function makePassword(): string {
  const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
  const group = () => Array.from({ length: 6 }, () => alphabet[randomInt(alphabet.length)]).join('');
  return Array.from({ length: 4 }, group).join('-');
}
