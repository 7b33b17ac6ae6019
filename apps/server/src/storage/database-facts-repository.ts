import { Client } from 'pg';
import { z } from 'zod';
import type { ConnectionSettings } from './database.ts';

const factsSchema = z.array(z.object({ version: z.string(), migrations: z.string().nullable() }));

/**
 * Which PostgreSQL answers, and whether the tables are there. Changes nothing.
 * @throws what the driver throws when it cannot be reached or refuses the login
 */
export async function readDatabaseFacts(
  connection: ConnectionSettings,
): Promise<{ readonly version: string; readonly hasTables: boolean }> {
  const client = new Client({ ...connection, connectionTimeoutMillis: 10_000, application_name: 'parley verify' });
  // A connection that breaks makes the query in progress fail; the event itself tells nothing more.
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query(
      "select current_setting('server_version') as version, to_regclass('drizzle.__drizzle_migrations')::text as migrations",
    );
    const [facts = { version: '', migrations: null }] = factsSchema.parse(rows);
    return { version: facts.version, hasTables: facts.migrations !== null };
  } finally {
    await client.end().catch(() => {});
  }
}
