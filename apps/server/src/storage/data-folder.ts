import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { StartError, systemCode } from '../start-errors.ts';
import { processStart } from './process-start.ts';

/** The server's files, held by this process alone until `close`. */
export interface DataFolder {
  /** Absolute. */
  readonly path: string;
  /**
   * A random secret (43 characters, base64url) that stays the same for this folder; made at the first call, mode 0600.
   * @param name lower-case words joined by hyphens, such as `operator-key`
   */
  secret(name: string): Promise<string>;
  /** Whether the secret was made before: by `secret`, perhaps of an earlier process. */
  hasSecret(name: string): Promise<boolean>;
  /** Let another process have the folder. Idempotent. */
  close(): Promise<void>;
}

/** Raised when the layout of the folder changes so that an older server must not touch it. */
const formatVersion = 1;

/** Each attempt removes at most one stale lock; more than this many in a row means that something else is wrong. */
const lockAttempts = 20;

/**
 * Open the data folder: make it if it is missing, hold it against other processes, check its format.
 * @throws StartError `data_folder_unusable`, `data_folder_in_use`, `data_folder_too_new`, `data_folder_broken`
 */
export async function openDataFolder(folder: string): Promise<DataFolder> {
  const path = resolve(folder);
  try {
    await makeFolder(path);
    const unlock = await lock(path);
    try {
      await checkFormat(path);
      await mkdir(join(path, 'secrets'), { recursive: true, mode: 0o700 });
    } catch (error) {
      await unlock();
      throw error;
    }
    const secrets = join(path, 'secrets');
    return {
      path,
      secret: (name) => secret(secrets, name),
      hasSecret: (name) => exists(join(secrets, name)),
      close: unlock,
    };
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(
      'data_folder_unusable',
      `The data folder ${path} cannot be written (${reasons[systemCode(error)] ?? systemCode(error)}). Set DATA_DIR to a folder that this user may write.`,
      { cause: error },
    );
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'there is a file of that name',
  ENOSPC: 'the disk is full',
  ENOENT: 'the path cannot be created',
};

const ownerSchema = z.object({ pid: z.int().positive(), started: z.string(), nonce: z.string() });
type Owner = z.infer<typeof ownerSchema>;

/**
 * Make the folder and those above it. Not Node's recursive mkdir: where a folder exists that nothing can be made in
 * (as in /proc) that one tries for ever.
 */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (systemCode(error) === 'EEXIST' && (await stat(path)).isDirectory()) return;
    const parent = dirname(path);
    if (systemCode(error) !== 'ENOENT' || parent === path || (await exists(parent))) throw error;
    await makeFolder(parent);
    await mkdir(path, { mode: 0o700 });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

/**
 * The lock is a file that names its process. It is written aside and hard-linked into place, so that it appears whole or
 * not at all and exactly one of two starters wins. A lock whose process is gone (or whose number was given to another
 * process since) is renamed away under a name made of its own nonce, and only if it still is that lock.
 */
async function lock(path: string): Promise<() => Promise<void>> {
  const lockPath = join(path, 'server.lock');
  const mine: Owner = { pid: process.pid, started: (await processStart(process.pid)) ?? '', nonce: randomUUID() };
  const draft = join(path, `server.lock.${mine.nonce}`);
  await writeFile(draft, JSON.stringify(mine), { mode: 0o600, flag: 'wx' });
  try {
    for (let attempt = 0; attempt < lockAttempts; attempt += 1) {
      if (await linked(draft, lockPath)) {
        return async () => {
          if ((await readOwner(lockPath))?.nonce === mine.nonce) await rm(lockPath, { force: true });
        };
      }
      const other = await readOwner(lockPath);
      if (other !== undefined && (await isAlive(other))) {
        throw new StartError(
          'data_folder_in_use',
          `The data folder ${path} is in use by process ${other.pid}. Stop that one first, or set DATA_DIR to another folder.`,
        );
      }
      await removeStale(lockPath, other);
    }
  } finally {
    await rm(draft, { force: true });
  }
  throw new StartError(
    'data_folder_in_use',
    `The data folder ${path} is being opened by several processes at once. Try again.`,
  );
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Move a stale lock away. Between reading and renaming another starter may have replaced it by its own fresh lock: what
 * was moved is looked at, and put back if it is not the stale one.
 */
async function removeStale(lockPath: string, stale: Owner | undefined): Promise<void> {
  const aside = `${lockPath}.stale.${randomUUID()}`;
  try {
    await rename(lockPath, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  const moved = await readOwner(aside);
  if (moved !== undefined && moved.nonce !== stale?.nonce) await linked(aside, lockPath);
  await unlink(aside);
}

/** Undefined when there is none, or it is not a lock (a disk that filled up). */
async function readOwner(lockPath: string): Promise<Owner | undefined> {
  try {
    return ownerSchema.safeParse(JSON.parse(await readFile(lockPath, 'utf8'))).data;
  } catch (error) {
    if (error instanceof SyntaxError || systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function isAlive(owner: Owner): Promise<boolean> {
  return (await processStart(owner.pid)) === owner.started;
}

async function checkFormat(path: string): Promise<void> {
  const file = join(path, 'format.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    await writeWhole(file, `${JSON.stringify({ format: formatVersion })}\n`);
    return;
  }
  const found = parseFormat(text);
  if (found === undefined || found < 1) {
    throw new StartError(
      'data_folder_broken',
      `The data folder ${path} is damaged (format.json cannot be read). Restore it from a backup or set DATA_DIR to another folder.`,
    );
  }
  if (found > formatVersion) {
    throw new StartError(
      'data_folder_too_new',
      `The data folder ${path} was written by a newer version (format ${found}, this one knows ${formatVersion}). Update the server or set DATA_DIR to another folder.`,
    );
  }
}

function parseFormat(text: string): number | undefined {
  try {
    return z.object({ format: z.int() }).safeParse(JSON.parse(text)).data?.format;
  } catch {
    return undefined;
  }
}

async function secret(folder: string, name: string): Promise<string> {
  if (!/^[a-z0-9-]{1,64}$/.test(name))
    throw new RangeError(`A secret's name is lower-case words and hyphens, not ${name}`);
  const file = join(folder, name);
  try {
    const kept = (await readFile(file, 'utf8')).trim();
    if (kept !== '') return kept;
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
  const made = randomBytes(32).toString('base64url');
  await writeWhole(file, `${made}\n`);
  return made;
}

/** Appears whole or not at all, also when the power fails. */
async function writeWhole(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, text, { mode: 0o600, flush: true });
  await rename(draft, file);
}
