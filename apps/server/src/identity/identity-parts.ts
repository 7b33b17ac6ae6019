import type { OrganizationSettings } from '@parley/contract/organization-settings.ts';
import type { Database } from '../storage/database.ts';
import type { AccessTokens } from './access-tokens.ts';
import type { AttemptLimit } from './attempt-limit.ts';
import type { CookieNames } from './cookies.ts';
import type { Links } from './links.ts';
import type { Passwords } from './passwords.ts';
import type { ApiKeyCache } from './schemes.ts';
import type { Sessions } from './sessions.ts';
import type { PasswordSignIn } from './sign-in.ts';

/** What stands behind settings beyond their form. Throws WireError to refuse a change. */
export interface SettingsCheck {
  /** @param change what is to be set anew */
  check(organizationId: string, change: Partial<OrganizationSettings>): Promise<void>;
  /** They were changed. */
  changed(organizationId: string): void;
}

/** What the routes of this room share. */
export interface IdentityParts {
  readonly database: Database;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly tokens: AccessTokens;
  readonly signIn: PasswordSignIn;
  readonly attempts: AttemptLimit;
  readonly links: Links;
  readonly keyCache: ApiKeyCache;
  /** Whether browsers reach the server over https. */
  readonly isSecure: boolean;
  readonly cookies: CookieNames;
  readonly settingsCheck?: SettingsCheck | undefined;
}
