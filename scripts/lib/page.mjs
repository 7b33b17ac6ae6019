import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runQuietly } from './child.mjs';
import { withLock } from './lock.mjs';
import { requireNode24 } from './node-24.mjs';
import { withProgress } from './progress.mjs';

/** What the page is made of; the lock file stands for React and the bundler. */
const sources = ['apps/console', 'packages/react', 'packages/contract', 'package-lock.json'];
const stampName = '.parley-built';

/**
 * Builds the web page if its sources have changed since it was built.
 * @param {string} root the repository
 */
export async function ensurePageBuilt(root) {
  if (isPageBuilt(root)) return;
  await withLock(join(root, '.parley-setup.lock'), async () => {
    if (isPageBuilt(root)) return;
    await withProgress('Building the web page', () => build(root));
  });
}

/** @param {string} root */
export function isPageBuilt(root) {
  const dist = join(root, 'apps/console/dist');
  if (!existsSync(join(dist, 'index.html')) || !existsSync(join(dist, stampName))) return false;
  return readFileSync(join(dist, stampName), 'utf8') === hashSources(root);
}

/** A hash over names and contents: times of files change with every checkout, contents do not. */
export function hashSources(root) {
  const hash = createHash('sha256');
  for (const source of sources) addToHash(hash, root, source);
  return hash.digest('hex');
}

function addToHash(hash, root, path) {
  const full = join(root, path);
  let entries;
  try {
    entries = readdirSync(full, { withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOENT') return;
    if (error.code !== 'ENOTDIR') throw error;
    hash.update(`${path}\0`).update(readFileSync(full));
    return;
  }
  // The order of a folder's entries is the file system's own.
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name === 'node_modules' || entry.name.startsWith('dist') || entry.name.includes('.test.')) continue;
    const inside = `${path}/${entry.name}`;
    if (entry.isDirectory()) addToHash(hash, root, inside);
    else if (entry.isFile()) hash.update(`${inside}\0`).update(readFileSync(join(root, inside)));
  }
}

/** Into a folder beside, then in one move: a build that fails or is stopped leaves the old page whole. */
async function build(root) {
  const page = join(root, 'apps/console');
  const stamp = hashSources(root);
  const fresh = join(page, 'dist.next');
  const old = join(page, 'dist.old');
  rmSync(fresh, { recursive: true, force: true });
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const args = [vite, 'build', '--outDir', fresh, '--emptyOutDir', '--logLevel', 'warn'];
  const { code, output } = await runQuietly(requireNode24(root), args, {
    cwd: page,
    env: { ...process.env, NODE_ENV: undefined },
  });
  if (code !== 0) throw new Error(`The web page could not be built:\n\n${output.trim()}\n`);
  writeFileSync(join(fresh, stampName), stamp);
  rmSync(old, { recursive: true, force: true });
  if (existsSync(join(page, 'dist'))) renameSync(join(page, 'dist'), old);
  renameSync(fresh, join(page, 'dist'));
  rmSync(old, { recursive: true, force: true });
}
