import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { createdAt, emptyTextArray, id, inet, instant, organization, updatedAt } from './columns.ts';

/** People who sign in. An address of e-mail is one person's in the whole server, so that signing in needs nothing else. */
export const users = pgTable(
  'users',
  {
    userId: id('user_id'),
    organizationId: organization(),
    /** In lower case. */
    email: text('email').notNull(),
    name: text('name').notNull(),
    role: text('role', { enum: ['admin', 'developer', 'analyst', 'viewer', 'agent'] }).notNull(),
    /** Argon2id in PHC form; null for those who were invited and those who sign in elsewhere. */
    passwordHash: text('password_hash'),
    oidcIssuer: text('oidc_issuer'),
    oidcSubject: text('oidc_subject'),
    status: text('status', { enum: ['invited', 'active', 'disabled'] }).notNull(),
    failedSignIns: integer('failed_sign_ins').notNull().default(0),
    lockedUntil: instant('locked_until'),
    lastSignedInAt: instant('last_signed_in_at'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    uniqueIndex('users_email').on(table.email),
    uniqueIndex('users_oidc').on(table.oidcIssuer, table.oidcSubject),
    index('users_organization').on(table.organizationId, table.createdAt),
  ],
);

/** Users who answer conversations that an agent hands over. */
export const humanAgents = pgTable('human_agents', {
  userId: uuid('user_id')
    .primaryKey()
    .references(() => users.userId, { onDelete: 'cascade' }),
  organizationId: organization(),
  skillTags: text('skill_tags').array().notNull().default(emptyTextArray),
  maxConcurrentSessions: integer('max_concurrent_sessions').notNull().default(5),
  isOnline: boolean('is_online').notNull().default(false),
});

/** Keys of programs. The key itself is shown once and never stored. */
export const apiKeys = pgTable(
  'api_keys',
  {
    apiKeyId: id('api_key_id'),
    organizationId: organization(),
    kind: text('kind', { enum: ['api_key', 'service'] })
      .notNull()
      .default('api_key'),
    name: text('name').notNull(),
    /** The beginning of the key, by which people tell it from others. */
    prefix: text('prefix').notNull(),
    /** SHA-256: keys are random and long. */
    keyHash: text('key_hash').notNull(),
    permissions: text('permissions').array().notNull(),
    createdBy: uuid('created_by').references(() => users.userId, { onDelete: 'set null' }),
    createdAt: createdAt(),
    expiresAt: instant('expires_at'),
    lastUsedAt: instant('last_used_at'),
    revokedAt: instant('revoked_at'),
  },
  (table) => [
    uniqueIndex('api_keys_hash').on(table.keyHash),
    index('api_keys_organization').on(table.organizationId, table.createdAt),
  ],
);

/** One row a refresh token; those that came of one sign-in are a family, which ends when a used one comes again. */
export const refreshTokens = pgTable(
  'refresh_tokens',
  {
    refreshTokenId: id('refresh_token_id'),
    organizationId: organization(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.userId, { onDelete: 'cascade' }),
    familyId: uuid('family_id').notNull(),
    tokenHash: text('token_hash').notNull(),
    createdAt: createdAt(),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
    revokedAt: instant('revoked_at'),
    ip: inet('ip'),
    userAgent: text('user_agent'),
  },
  (table) => [
    uniqueIndex('refresh_tokens_hash').on(table.tokenHash),
    index('refresh_tokens_family').on(table.familyId),
    index('refresh_tokens_user').on(table.userId),
    index('refresh_tokens_expiry').on(table.expiresAt),
  ],
);

/** Links that work once: invitations and password resets. */
export const oneTimeTokens = pgTable(
  'one_time_tokens',
  {
    tokenHash: text('token_hash').primaryKey(),
    organizationId: organization(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.userId, { onDelete: 'cascade' }),
    purpose: text('purpose', { enum: ['invitation', 'password_reset'] }).notNull(),
    createdAt: createdAt(),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
  },
  (table) => [index('one_time_tokens_user').on(table.userId)],
);

/** Keys that sign access tokens: the server's, not an organization's. The private part is sealed. */
export const signingKeys = pgTable('signing_keys', {
  keyId: text('key_id').primaryKey(),
  publicJwk: jsonb('public_jwk').$type<Record<string, unknown>>().notNull(),
  sealedPrivateJwk: text('sealed_private_jwk').notNull(),
  createdAt: createdAt(),
  /** Signs until then; verifies for the life of a token longer. */
  retiresAt: instant('retires_at').notNull(),
});

/** Answers given under an idempotency key: the same request again is answered with the same. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    organizationId: organization(),
    /** Who sent it: keys of two callers are two keys. */
    actor: text('actor').notNull(),
    key: text('key').notNull(),
    routeId: text('route_id').notNull(),
    /** SHA-256 of path and body: the same key for another request is a mistake. */
    requestHash: text('request_hash').notNull(),
    /** Null while the first is under way. */
    responseStatus: integer('response_status'),
    /** Sealed: some answers hold secrets that are shown once. */
    sealedResponse: text('sealed_response'),
    createdAt: createdAt(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.actor, table.key] }),
    index('idempotency_keys_expiry').on(table.expiresAt),
    check('idempotency_keys_answer', sql`(response_status is null) = (sealed_response is null)`),
  ],
);
