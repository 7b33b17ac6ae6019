import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const source = fileURLToPath(new URL('..', import.meta.url));

describe('SQL', () => {
  it('is written in repositories, stores and the storage room, and nowhere else', async () => {
    const files = (await readdir(source, { recursive: true })).filter(
      (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
    );
    expect(files.length).toBeGreaterThan(50);
    const elsewhere: string[] = [];
    for (const file of files) {
      // Fixtures are of tests.
      const isItsPlace = /-(repository|store|fixtures)\.ts$/.test(file) || /^(storage|testing)\//.test(file);
      if (isItsPlace) continue;
      if (asksDatabase(await readFile(join(source, file), 'utf8'))) elsewhere.push(file);
    }
    expect(elsewhere).toEqual([]);
  });

  it('is known when it is seen', () => {
    // Put together, so that this file holds none itself.
    expect(asksDatabase(['await tx.execute(', 'sql', '`select 1`)'].join(''))).toBe(true);
    expect(
      asksDatabase("import { eq } from 'drizzle-orm';\nimport { users } from '../storage/schema/identity.ts';"),
    ).toBe(true);
    expect(asksDatabase("await pool.query('select 1')")).toBe(true);
    expect(asksDatabase("import { Pool } from 'pg';")).toBe(true);
    expect(asksDatabase("import type { Transaction } from '../storage/database.ts';")).toBe(false);
  });
});

/** Drivers and query builders over tables count too: what they build is SQL. Types alone, and conditions handed in, ask nothing. */
function asksDatabase(text: string): boolean {
  const imports = (from: string) => new RegExp(`^import (?!type)[^;]*from '${from}';`, 'm').test(text);
  return (
    /\bsql(<[^>]*>)?`/.test(text) ||
    /\b(pool|client)\.query\(/.test(text) ||
    imports('pg') ||
    (imports('drizzle-orm') && imports("[^']*/schema/[^']*"))
  );
}
