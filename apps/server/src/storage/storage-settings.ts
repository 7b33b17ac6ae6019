import { z } from 'zod';
import { type DatabaseOptions, databaseDefaults } from './database-options.ts';

export interface DatabaseSettings {
  /** A PostgreSQL of one's own; the embedded one when undefined. */
  readonly url: string | undefined;
  /** A copy that only reports read; the database itself when undefined. */
  readonly replicaUrl: string | undefined;
  readonly options: DatabaseOptions;
}

/** More would be more than a PostgreSQL takes by default, for a single server. */
const maxPool = 90;
const maxTimeoutMs = 600_000;

const address = z.string().regex(/^postgres(ql)?:\/\/./, 'must start with postgres:// or postgresql://');

export const databaseSettingsShape = {
  DATABASE_URL: address.optional().meta({
    description: 'A PostgreSQL (15 or newer) of your own; without it the server brings one and keeps it in DATA_DIR.',
    example: 'postgresql://parley:secret@localhost:5432/parley',
    isSecret: true,
  }),
  DATABASE_POOLER: z
    .enum(['on', 'off'], { error: 'must be on or off' })
    .default(databaseDefaults.isBehindPooler ? 'on' : 'off')
    .meta({
      description:
        'on when DATABASE_URL is that of a pooler, such as PgBouncer, which may pool by session or by transaction.',
      example: 'on',
    }),
  DATABASE_REPLICA_URL: address.optional().meta({
    description:
      'A streaming replica of that database, from which reports and searches read; the database itself stands in for it.',
    example: 'postgresql://parley:secret@replica:5432/parley',
    isSecret: true,
  }),
  DATABASE_POOL_SIZE: number(1, maxPool).default(databaseDefaults.poolSize).meta({
    description: 'Connections to the database at most, for each server; reports have a few of their own beside them.',
    example: '20',
  }),
  DATABASE_REPORT_POOL_SIZE: number(1, maxPool)
    .default(databaseDefaults.reportPoolSize)
    .meta({ description: 'Connections for reports and searches at most.', example: '4' }),
  DATABASE_CONNECT_TIMEOUT_MS: number(100, maxTimeoutMs).default(databaseDefaults.connectTimeoutMs).meta({
    description: 'How long to wait for a connection before saying that the database cannot be reached.',
    example: '5000',
  }),
  DATABASE_STATEMENT_TIMEOUT_MS: number(100, maxTimeoutMs)
    .default(databaseDefaults.statementTimeoutMs)
    .meta({ description: 'After how long the database gives up a query.', example: '10000' }),
  DATABASE_REPORT_TIMEOUT_MS: number(100, maxTimeoutMs)
    .default(databaseDefaults.reportTimeoutMs)
    .meta({ description: 'After how long the database gives up a query of a report or a search.', example: '60000' }),
};

const settingsSchema = z.object(databaseSettingsShape);

export function databaseSettingsOf(settings: z.output<typeof settingsSchema>): DatabaseSettings {
  return {
    url: settings.DATABASE_URL,
    replicaUrl: settings.DATABASE_REPLICA_URL,
    options: {
      poolSize: settings.DATABASE_POOL_SIZE,
      reportPoolSize: settings.DATABASE_REPORT_POOL_SIZE,
      connectTimeoutMs: settings.DATABASE_CONNECT_TIMEOUT_MS,
      statementTimeoutMs: settings.DATABASE_STATEMENT_TIMEOUT_MS,
      reportTimeoutMs: settings.DATABASE_REPORT_TIMEOUT_MS,
      isBehindPooler: settings.DATABASE_POOLER === 'on',
    },
  };
}

function number(least: number, most: number) {
  const message = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .trim()
    .regex(/^\d+$/, message)
    .transform(Number)
    .refine((value) => value >= least && value <= most, message);
}
