import { expect, it } from 'vitest';
import { readConfig } from '../config.ts';

const oidc = {
  OIDC_ISSUER: 'https://login.example.com',
  OIDC_CLIENT_ID: 'parley',
  OIDC_CLIENT_SECRET: 'secret',
};

it('needs no settings: people sign in with passwords, links are handed on, nobody else vouches for anybody', () => {
  expect(readConfig({}).identity).toEqual({
    publicUrl: undefined,
    adminEmail: 'admin@localhost',
    adminPassword: undefined,
    resetsAdmin: false,
    mail: undefined,
    oidc: undefined,
  });
});

it('reads them', () => {
  const { identity } = readConfig({
    PUBLIC_URL: 'https://parley.example.com/',
    PARLEY_ADMIN_EMAIL: ' Ada@Example.com',
    SMTP_URL: 'smtps://user:secret@mail.example.com',
    ...oidc,
    OIDC_ALLOWED_DOMAINS: 'Example.com, example.org',
    OIDC_DEFAULT_ROLE: 'viewer',
  });
  expect(identity).toMatchObject({
    publicUrl: 'https://parley.example.com',
    adminEmail: 'ada@example.com',
    mail: { from: 'Parley <parley@localhost>' },
    oidc: { allowedDomains: ['example.com', 'example.org'], defaultRole: 'viewer' },
  });
});

it.each([
  [{ PUBLIC_URL: 'https://parley.example.com/app' }, 'PUBLIC_URL must be an address without a path.'],
  [{ PUBLIC_URL: 'ftp://parley.example.com' }, 'PUBLIC_URL must be an address that begins with http:// or https://.'],
  [{ PARLEY_ADMIN_EMAIL: 'nobody' }, 'PARLEY_ADMIN_EMAIL must be an e-mail address, such as you@example.com.'],
  [{ PARLEY_ADMIN_PASSWORD: 'short' }, 'PARLEY_ADMIN_PASSWORD must have 12 to 256 characters.'],
  [{ PARLEY_ADMIN_RESET: 'on' }, 'PARLEY_ADMIN_PASSWORD must be set where PARLEY_ADMIN_RESET is on.'],
  [{ SMTP_URL: 'mail.example.com' }, 'SMTP_URL must be an address that begins with smtp:// or smtps://.'],
  [{ MAIL_FROM: 'Parley' }, 'MAIL_FROM must be an e-mail address, or a name with one in angle brackets.'],
  [{ OIDC_ISSUER: 'https://login.example.com' }, 'OIDC_CLIENT_ID must be set where OIDC_ISSUER is.'],
  [
    { ...oidc, OIDC_ISSUER: 'http://login.example.com' },
    'OIDC_ISSUER must begin with https:// unless it is on this machine.',
  ],
  [
    { ...oidc, OIDC_DEFAULT_ROLE: 'viewer' },
    'OIDC_ALLOWED_DOMAINS must be set where OIDC_DEFAULT_ROLE lets in people who are not known here.',
  ],
  [
    { ...oidc, OIDC_DEFAULT_ROLE: 'boss' },
    'OIDC_DEFAULT_ROLE must be one of admin, developer, analyst, viewer, agent.',
  ],
])('says in one sentence what is wrong with %j', (env, sentence) => {
  expect(() => readConfig(env)).toThrow(`${sentence} Correct it and start again.`);
});
