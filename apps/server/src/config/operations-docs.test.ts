import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { settingGroups } from '../config.ts';
import { providerTables, withProviderTables } from './provider-tables.ts';

const read = (path: string) => readFile(new URL(`../../../../${path}`, import.meta.url), 'utf8');

/** Names in capitals that are not the server's own: of tests, of other programs, permissions of databases. */
const others = new Set([
  'REDIS_SERVER',
  'TEST_DATABASE_URL',
  'CHROMIUM',
  'AZURITE_BLOB',
  'PGOPTIONS',
  'CREATEROLE',
  'BYPASSRLS',
]);

it.each(['README.md', 'CONTRIBUTING.md', 'docs/operations.md', 'docs/security.md', 'docs/api.md', 'docs/providers.md'])(
  '%s names no setting that the server does not know',
  async (path) => {
    const known = new Set(settingGroups.flatMap(({ shape }) => Object.keys(shape)));
    // `RATE_LIMIT_…` stands for several.
    const named = [...(await read(path)).matchAll(/`([A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9])(?:=[^`]*)?`/g)].map(
      ([, name = '']) => name,
    );
    expect(named.filter((name) => !known.has(name) && !others.has(name))).toEqual([]);
  },
);

it('docs/operations.md says of every alert what to do, and whether it wakes somebody', async () => {
  const rules = (await read('deploy/prometheus/alerts.yml')).split(/- alert: /).slice(1);
  const expected = rules.map((rule) => [rule.split('\n', 1)[0], rule.includes('severity: page') ? 'yes' : 'no']);
  const page = await read('docs/operations.md');
  const told = [...page.matchAll(/^\| `(Parley\w+)` \| (yes|no) \|/gm)].map(([, name, wakes]) => [name, wakes]);
  expect(expected.length).toBeGreaterThan(10);
  expect(told.toSorted()).toEqual(expected.toSorted());
});

it('docs/providers.md tells of every engine what it can do (else: npm run config -- example)', async () => {
  const page = await read('docs/providers.md');
  expect(page).toBe(withProviderTables(page));
  for (const name of Object.keys(providerTables())) expect(page).toContain(`<!-- table ${name} -->`);
});
