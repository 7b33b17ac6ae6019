import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import type { Pool } from 'pg';
import { z } from 'zod';

/** Gives an empty database the tables of an older version: those of the migrations up to the one with this number. */
export async function migrateUpTo(pool: Pool, lastIndex: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-migrations-'));
  try {
    await cp(fileURLToPath(new URL('../storage/migrations', import.meta.url)), folder, { recursive: true });
    const journal = join(folder, 'meta', '_journal.json');
    const parsed = journalSchema.parse(JSON.parse(await readFile(journal, 'utf8')));
    const entries = parsed.entries.filter(({ idx }) => idx <= lastIndex);
    await writeFile(journal, JSON.stringify({ ...parsed, entries }));
    await migrate(drizzle(pool), { migrationsFolder: folder });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const journalSchema = z.looseObject({ entries: z.array(z.looseObject({ idx: z.number() })) });
