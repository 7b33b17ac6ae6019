import { emailSchema, newPasswordSchema, roleSchema } from '@parley/contract/people.ts';
import { z } from 'zod';

/** How people sign in to this server. */
export interface IdentitySettings {
  /** Where browsers reach this server, without a slash at the end; undefined: on this machine, at PORT. */
  readonly publicUrl: string | undefined;
  readonly adminEmail: string;
  /** Undefined: one is made up and shown once. */
  readonly adminPassword: string | undefined;
  /** Give that password to the admin also when there is one: for whoever is locked out. */
  readonly resetsAdmin: boolean;
  /** Undefined: this server sends no mail. */
  readonly mail: { readonly smtpUrl: string; readonly from: string } | undefined;
  /** Undefined: people sign in with passwords alone. */
  readonly oidc: OidcSettings | undefined;
}

export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Domains of e-mail addresses, in lower case; empty: any that is known here. */
  readonly allowedDomains: readonly string[];
  /** What those become who are not known here; undefined: they are not let in. */
  readonly defaultRole: z.output<typeof roleSchema> | undefined;
}

export const identitySettingsShape = {
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be an address that begins with http:// or https://' })
    .refine(
      (text) => new URL(text).pathname === '/' && new URL(text).search === '',
      'must be an address without a path',
    )
    .transform((text) => new URL(text).origin)
    .optional()
    .meta({
      description:
        'Where browsers reach this server: links in mails and signing in elsewhere lead there, and with https cookies are sent over nothing else. Without it, this machine at PORT.',
      example: 'https://parley.example.com',
    }),
  PARLEY_ADMIN_EMAIL: z
    .string()
    .transform((text, context) => {
      const email = emailSchema.safeParse(text);
      if (email.success) return email.data;
      context.addIssue('must be an e-mail address, such as you@example.com');
      return z.NEVER;
    })
    // No address that anybody has: it is a name to sign in by.
    .default('admin@localhost')
    .meta({ description: 'Who can sign in first, as an admin, when nobody can yet.', example: 'you@example.com' }),
  PARLEY_ADMIN_PASSWORD: z
    .string()
    .refine((text) => newPasswordSchema.safeParse(text).success, 'must have 12 to 256 characters')
    .optional()
    .meta({
      description:
        'Their password, taken at the first start only. Without it one is made up and shown once, at that start.',
      isSecret: true,
    }),
  PARLEY_ADMIN_RESET: z.enum(['on', 'off'], { error: 'must be on or off' }).default('off').meta({
    description:
      'On gives PARLEY_ADMIN_PASSWORD to PARLEY_ADMIN_EMAIL at every start and makes them an admin who is let in: for when nobody can sign in any more. Turn it off afterwards.',
  }),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: 'must be an address that begins with smtp:// or smtps://' })
    .optional()
    .meta({
      description:
        'The mail server that sends invitations and links to set a password; without it admins hand them on.',
      example: 'smtps://user:secret@mail.example.com',
      isSecret: true,
    }),
  MAIL_FROM: z
    .string()
    .trim()
    .max(320)
    .regex(/^[^\r\n]*[^\s@<>]+@[^\s@<>]+>?$/, 'must be an e-mail address, or a name with one in angle brackets')
    .default('Parley <parley@localhost>')
    .meta({ description: 'Whom mails are from.', example: 'Parley <parley@example.com>' }),
  OIDC_ISSUER: z
    .url({ protocol: /^https?$/, error: 'must be an address that begins with https://' })
    .refine(
      (text) => text.startsWith('https:') || ['localhost', '127.0.0.1', '[::1]'].includes(new URL(text).hostname),
      'must begin with https:// unless it is on this machine',
    )
    .optional()
    .meta({
      description: 'An OpenID Connect provider to sign in with; its redirect address is PUBLIC_URL/auth/oidc/callback.',
      example: 'https://login.example.com',
    }),
  OIDC_CLIENT_ID: z.string().trim().optional().meta({ description: 'What that provider knows this server as.' }),
  OIDC_CLIENT_SECRET: z.string().trim().optional().meta({ description: 'The secret for it.', isSecret: true }),
  OIDC_ALLOWED_DOMAINS: z
    .string()
    .transform((text) => text.split(',').map((domain) => domain.trim().toLowerCase()))
    .refine((domains) => domains.every((domain) => /^[^\s@]+$/.test(domain)), 'must be domains separated by commas')
    .default([])
    .meta({
      description: 'Domains of e-mail addresses that may sign in through the provider. Empty: any that is known here.',
      example: 'example.com,example.org',
    }),
  OIDC_DEFAULT_ROLE: z
    .enum(roleSchema.options, { error: `must be one of ${roleSchema.options.join(', ')}` })
    .optional()
    .meta({
      description:
        'The role of people of the allowed domains who sign in for the first time. Without it only those who were invited are let in.',
      example: 'viewer',
    }),
};

const settingsSchema = z.object(identitySettingsShape).transform((settings, context): IdentitySettings => {
  const need = (name: keyof typeof settings, why: string) => {
    context.addIssue({ code: 'custom', path: [name], message: why });
  };
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = settings;
  const { OIDC_ALLOWED_DOMAINS: allowedDomains, OIDC_DEFAULT_ROLE: defaultRole } = settings;
  let oidc: OidcSettings | undefined;
  if (issuer !== undefined) {
    if (clientId === undefined) need('OIDC_CLIENT_ID', 'must be set where OIDC_ISSUER is');
    else if (clientSecret === undefined) need('OIDC_CLIENT_SECRET', 'must be set where OIDC_ISSUER is');
    // Else whoever has an account at a public provider would be let in.
    else if (defaultRole !== undefined && allowedDomains.length === 0) {
      need('OIDC_ALLOWED_DOMAINS', 'must be set where OIDC_DEFAULT_ROLE lets in people who are not known here');
    } else oidc = { issuer, clientId, clientSecret, allowedDomains, defaultRole };
  }
  const resetsAdmin = settings.PARLEY_ADMIN_RESET === 'on';
  if (resetsAdmin && settings.PARLEY_ADMIN_PASSWORD === undefined) {
    need('PARLEY_ADMIN_PASSWORD', 'must be set where PARLEY_ADMIN_RESET is on');
  }
  return {
    resetsAdmin,
    publicUrl: settings.PUBLIC_URL,
    adminEmail: settings.PARLEY_ADMIN_EMAIL,
    adminPassword: settings.PARLEY_ADMIN_PASSWORD,
    mail: settings.SMTP_URL === undefined ? undefined : { smtpUrl: settings.SMTP_URL, from: settings.MAIL_FROM },
    oidc,
  };
});

/** @param env what was set, unparsed: an issue's path begins with the name of the wrong setting */
export function identitySettingsOf(
  env: Readonly<Record<string, string | undefined>>,
): z.ZodSafeParseResult<IdentitySettings> {
  return settingsSchema.safeParse(env);
}
