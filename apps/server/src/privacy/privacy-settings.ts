import { resolve } from 'node:path';
import { z } from 'zod';
import { parseMasterKey } from './master-key.ts';
import type { RetentionDefaults } from './retention-repository.ts';
import type { VaultSettings } from './vault-master-key.ts';

/** What wraps the keys of what is sealed, and where this server stands. */
export interface PrivacySettings {
  readonly masterKey:
    | { readonly kind: 'data_folder' }
    | { readonly kind: 'given'; readonly key: Buffer }
    | { readonly kind: 'vault'; readonly vault: VaultSettings };
  /** Unwraps what was wrapped before the key was changed. */
  readonly previousMasterKey: Buffer | undefined;
  /** Undefined: organizations of any region are served. */
  readonly region: string | undefined;
  readonly redactsLogs: boolean;
  /** Days, where an organization says nothing; undefined keeps it. */
  readonly retention: RetentionDefaults;
}

const masterKey = z
  .string()
  .transform((text, context) => {
    const key = parseMasterKey(text);
    if (key !== undefined) return key;
    context.addIssue('must be 32 bytes as base64 or 64 hexadecimal digits, such as: openssl rand -base64 32');
    return z.NEVER;
  })
  .optional();

const days = z
  .string()
  .trim()
  .regex(/^[1-9]\d{0,3}$/, 'must be a whole number of days from 1 to 9999')
  .transform(Number);

export const privacySettingsShape = {
  PARLEY_MASTER_KEY: masterKey.meta({
    description:
      'Wraps the keys of all that is stored sealed: 32 bytes as base64 or hexadecimal digits, as `openssl rand -base64 32` prints them. Without it a secret of the data folder does; several servers on one database need the same one.',
    isSecret: true,
  }),
  PARLEY_MASTER_KEY_PREVIOUS: masterKey.meta({
    description: 'The master key before, until `npm run keys -- rewrap` has run.',
    isSecret: true,
  }),
  VAULT_ADDR: z
    .url({ protocol: /^https?$/, error: 'must be an address that begins with http:// or https://' })
    .optional()
    .meta({
      description: 'A HashiCorp Vault whose transit engine keeps the master key.',
      example: 'https://vault.example.com:8200',
    }),
  VAULT_TOKEN: z.string().trim().optional().meta({
    description: 'A token that may encrypt and decrypt with VAULT_TRANSIT_KEY.',
    isSecret: true,
  }),
  VAULT_TOKEN_FILE: z.string().optional().meta({
    description: 'A file with the token, read for each request: a Vault agent may renew it.',
    example: '/vault/secrets/token',
  }),
  VAULT_NAMESPACE: z.string().trim().optional().meta({ description: 'The namespace in Vault Enterprise.' }),
  // What Vault's own documentation mounts it at.
  VAULT_TRANSIT_MOUNT: z
    .string()
    .trim()
    .regex(/^[\w/-]+$/, 'must be a path such as transit')
    .default('transit')
    .meta({
      description: 'Where the transit engine is mounted.',
    }),
  VAULT_TRANSIT_KEY: z.string().trim().default('parley').meta({ description: 'The key in the transit engine.' }),
  // What nobody wrote down cannot leak. Off only to find out, on a machine without callers, what a line would have said.
  LOG_REDACTION: z.enum(['on', 'off'], { error: 'must be on or off' }).default('on').meta({
    description: 'Takes personal data and secrets out of every line of the log.',
  }),
  // Nothing is lost that nobody decided to lose.
  RETENTION_TRANSCRIPTS_DAYS: days.optional().meta({
    description:
      'Days after which what was said is forgotten, where an organization does not say; kept for good when left out.',
    example: '365',
  }),
  // Longer than any receiver is down; what happened is in the record anyway.
  RETENTION_EVENTS_DAYS: days.default(30).meta({
    description: 'Days for which events that were handed on, and their deliveries, are kept.',
  }),
  // Nobody comes back to a conversation that ended a month ago.
  RETENTION_CONTEXTS_DAYS: days.default(30).meta({
    description: "Days for which the agent's memory of an ended conversation is kept.",
  }),
  REGION: z
    .string()
    .trim()
    .regex(/^[a-z0-9-]{1,40}$/, 'must be lower-case letters, digits and hyphens, such as eu-west')
    .optional()
    .meta({
      description:
        'Where this server stands: it refuses conversations of organizations that are pinned to another region.',
      example: 'eu-west',
    }),
};

const shape = z.object(privacySettingsShape);

/** This part of the configuration; an issue names the first of two settings that contradict one another. */
export function privacySettingsOf(settings: z.output<typeof shape>): z.ZodSafeParseResult<PrivacySettings> {
  return contradictionsSchema
    .transform(
      (set): PrivacySettings => ({
        masterKey: masterKeyOf(set),
        previousMasterKey: set.PARLEY_MASTER_KEY_PREVIOUS,
        region: set.REGION,
        redactsLogs: set.LOG_REDACTION === 'on',
        retention: {
          transcripts: set.RETENTION_TRANSCRIPTS_DAYS,
          events: set.RETENTION_EVENTS_DAYS,
          contexts: set.RETENTION_CONTEXTS_DAYS,
        },
      }),
    )
    .safeParse(settings);
}

const contradictionsSchema = z.custom<z.output<typeof shape>>().superRefine((set, context) => {
  const wrong = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  if (set.VAULT_ADDR === undefined) return;
  if (set.PARLEY_MASTER_KEY !== undefined) {
    wrong(
      'PARLEY_MASTER_KEY',
      'is set beside VAULT_ADDR, and only one can wrap; the one before is PARLEY_MASTER_KEY_PREVIOUS',
    );
  }
  if ((set.VAULT_TOKEN === undefined) === (set.VAULT_TOKEN_FILE === undefined)) {
    wrong('VAULT_TOKEN', 'or VAULT_TOKEN_FILE, and only one of them, must be set with VAULT_ADDR');
  }
});

function masterKeyOf(set: z.output<typeof shape>): PrivacySettings['masterKey'] {
  if (set.VAULT_ADDR !== undefined) {
    return {
      kind: 'vault',
      vault: {
        address: set.VAULT_ADDR,
        transitKey: set.VAULT_TRANSIT_KEY,
        mount: set.VAULT_TRANSIT_MOUNT,
        namespace: set.VAULT_NAMESPACE,
        token:
          set.VAULT_TOKEN_FILE === undefined
            ? { kind: 'text', text: set.VAULT_TOKEN ?? '' }
            : { kind: 'file', path: resolve(set.VAULT_TOKEN_FILE) },
      },
    };
  }
  return set.PARLEY_MASTER_KEY === undefined ? { kind: 'data_folder' } : { kind: 'given', key: set.PARLEY_MASTER_KEY };
}
