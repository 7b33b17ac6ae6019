import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isInstalled } from './packages.mjs';
import { hashSources } from './page.mjs';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'parley-scripts-'));
  mkdirSync(join(root, 'node_modules'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const write = (path: string, content: unknown) =>
  writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
const lock = (version: string) => ({
  packages: {
    '': { name: 'parley' },
    'packages/engine': { version: '0.1.0' },
    'node_modules/zod': { version },
    'node_modules/only-on-windows': { version: '1.0.0', optional: true },
  },
});
const installed = (version: string) => ({ packages: { 'node_modules/zod': { version } } });

test('a clone without packages is stale', () => {
  write('package-lock.json', lock('4.0.0'));
  expect(isInstalled(root)).toBe(false);
});

test('packages that someone installed themselves are taken as they are, without those of other platforms', () => {
  write('package-lock.json', lock('4.0.0'));
  write('node_modules/.package-lock.json', installed('4.0.0'));
  expect(isInstalled(root)).toBe(true);
});

test('a lock file that asks for another version makes them stale', () => {
  write('package-lock.json', lock('4.0.0'));
  write('node_modules/.package-lock.json', installed('4.0.0'));
  expect(isInstalled(root)).toBe(true);
  write('package-lock.json', lock('4.0.1'));
  expect(isInstalled(root)).toBe(false);
});

test('the page is stale when a source changes or is renamed, not when a test of it does', () => {
  mkdirSync(join(root, 'apps/console/src'), { recursive: true });
  write('apps/console/src/app.tsx', 'one');
  const before = hashSources(root);
  write('apps/console/src/app.test.tsx', 'a test');
  expect(hashSources(root)).toBe(before);
  write('apps/console/src/app.tsx', 'two');
  expect(hashSources(root)).not.toBe(before);
});
