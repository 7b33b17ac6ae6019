import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runQuietly } from './child.mjs';
import { withLock } from './lock.mjs';
import { findNode24 } from './node-24.mjs';
import { withProgress } from './progress.mjs';

const stampName = '.parley-installed';
/** What npm says when the network and not the project is at fault. */
const networkTrouble =
  /ECONNRESET|ECONNREFUSED|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EPIPE|ERR_SOCKET|socket hang up|network|E50\d|E429|fetch failed/i;
/** Long enough for a resolver or a proxy to come back, short enough to be sat through. */
const retryAfterMs = 3_000;

/**
 * Installs the packages if they are missing or are not those of package-lock.json.
 * @param {string} root the repository
 */
export async function ensureInstalled(root) {
  if (isInstalled(root)) return;
  await withLock(
    join(root, '.parley-setup.lock'),
    async () => {
      // Whoever held the lock before may have done it.
      if (isInstalled(root)) return;
      const isFirst = readText(join(root, 'node_modules', '.package-lock.json')) === undefined;
      const title = isFirst ? 'Installing packages (first time only)' : 'Installing packages (they have changed)';
      await withProgress(title, () => install(root));
      writeStamp(root);
    },
    { onWait: () => process.stderr.write('Another setup is running here; waiting for it…\n') },
  );
}

/**
 * Whether node_modules is what package-lock.json says. The stamp makes that one hash of one file; without it (someone ran
 * `npm install` themselves) npm's own record of what it installed is compared, and stamped if it is right.
 * @param {string} root
 */
export function isInstalled(root) {
  const lock = readText(join(root, 'package-lock.json'));
  if (lock === undefined) throw new Error(`${join(root, 'package-lock.json')} is missing: clone the repository again.`);
  const installed = readText(join(root, 'node_modules', '.package-lock.json'));
  if (installed === undefined) return false;
  if (findNode24(root) === undefined) return false;
  if (readText(join(root, 'node_modules', stampName)) === stampOf(lock)) return true;
  if (!holdsAll(JSON.parse(installed), JSON.parse(lock))) return false;
  writeStamp(root);
  return true;
}

/**
 * Whether all that the lock wants is installed at the locked version. Optional packages (of other platforms) may be absent.
 * @param {{ packages?: Record<string, { version?: string, integrity?: string, link?: boolean }> }} installed
 * @param {{ packages?: Record<string, { version?: string, integrity?: string, optional?: boolean, devOptional?: boolean, peer?: boolean }> }} lock
 */
export function holdsAll(installed, lock) {
  const have = installed.packages ?? {};
  const want = lock.packages ?? {};
  const isPackage = (path) => path.includes('node_modules/');
  return (
    Object.entries(want).every(([path, entry]) => {
      if (!isPackage(path)) return true;
      const found = have[path];
      if (found === undefined) return entry.optional === true || entry.devOptional === true || entry.peer === true;
      return found.version === entry.version && found.integrity === entry.integrity;
    }) && Object.keys(have).every((path) => !isPackage(path) || want[path] !== undefined)
  );
}

async function install(root) {
  const first = await npmInstall(root);
  if (first.code === 0) return;
  if (!networkTrouble.test(first.output)) throw new InstallError(first.output);
  await sleep(retryAfterMs);
  const second = await npmInstall(root);
  if (second.code !== 0) throw new InstallError(second.output);
}

function npmInstall(root) {
  // Windows cannot remove a program that runs, and it may be ours: `install` replaces only what differs.
  const runsFromPackages = process.execPath.startsWith(join(root, 'node_modules') + sep);
  const command = process.platform === 'win32' && runsFromPackages ? ['install', '--no-save'] : ['ci'];
  const args = [
    ...command,
    // The compiler and the tests are development packages, Node 24 is optional: a NODE_ENV of production must not drop them.
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
    '--progress=false',
    '--loglevel=error',
  ];
  const npm = process.env.npm_execpath;
  const env = { ...process.env, NODE_ENV: undefined, npm_config_loglevel: undefined };
  // npm run by Node needs no shell; `npm_node_execpath` is the user's own Node, which stays while ours is replaced.
  if (npm !== undefined && /npm-cli\.c?js$/.test(npm)) {
    return runQuietly(process.env.npm_node_execpath ?? process.execPath, [npm, ...args], { cwd: root, env });
  }
  return runQuietly('npm', args, { cwd: root, env });
}

/** What npm said is the only explanation there is. */
class InstallError extends Error {
  constructor(output) {
    super(`npm could not install the packages. It said:\n\n${output.trim() || '(nothing)'}\n`);
  }
}

function writeStamp(root) {
  const lock = readText(join(root, 'package-lock.json'));
  if (lock !== undefined) writeFileSync(join(root, 'node_modules', stampName), stampOf(lock));
}

/** Native packages differ by platform: a folder shared between a laptop and a container is stale for one of them. */
function stampOf(lock) {
  return `${process.platform}-${process.arch} ${createHash('sha256').update(lock).digest('hex')}\n`;
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
