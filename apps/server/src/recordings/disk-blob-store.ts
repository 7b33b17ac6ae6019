import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCode } from '../start-errors.ts';
import { type BlobEntry, type BlobStore, BlobStoreError, blobNamePattern } from './blob-store.ts';

/** Drafts that a crash left behind begin so; they are never read. */
const draftPrefix = '.draft-';

/**
 * Blobs as files below a folder. Each appears whole or not at all, also when the power fails: it is written aside, forced to the
 * disk, renamed into place, and the folder is forced as well.
 */
export function createDiskBlobStore(folder: string): BlobStore {
  const pathOf = (name: string) => {
    if (!blobNamePattern.test(name)) throw new BlobStoreError('blob_refused', `No blob can be named ${name}.`);
    return join(folder, name);
  };
  return {
    kind: 'disk',
    put: (name, bytes, signal) =>
      guarded(name, async () => {
        signal.throwIfAborted();
        const path = pathOf(name);
        const parent = dirname(path);
        await mkdir(parent, { recursive: true, mode: 0o700 });
        const draft = join(parent, `${draftPrefix}${randomUUID()}`);
        try {
          await withFile(draft, 'wx', async (file) => {
            await file.writeFile(bytes);
            await file.datasync();
          });
          await rename(draft, path);
        } catch (error) {
          await rm(draft, { force: true });
          throw error;
        }
        await withFile(parent, 'r', (file) => file.sync());
      }),
    read: (name, start, end, signal) =>
      guarded(name, async () => {
        signal.throwIfAborted();
        return withFile(pathOf(name), 'r', async (file) => {
          const length = Math.max(0, Math.min(end, (await file.stat()).size) - start);
          const bytes = Buffer.alloc(length);
          let filled = 0;
          while (filled < length) {
            const { bytesRead } = await file.read(bytes, filled, length - filled, start + filled);
            if (bytesRead === 0) break;
            filled += bytesRead;
          }
          return bytes.subarray(0, filled);
        });
      }),
    list: (prefix, signal) =>
      guarded(prefix, async () => {
        signal.throwIfAborted();
        const names = await filesBelow(pathOf(prefix), prefix);
        const entries = await Promise.all(names.toSorted().map((name) => entryOf(name, pathOf(name))));
        return entries.filter((entry) => entry !== undefined);
      }),
    remove: (names, signal) =>
      guarded(names[0] ?? '', async () => {
        const parents = new Set<string>();
        for (const name of names) {
          signal.throwIfAborted();
          await rm(pathOf(name), { force: true });
          parents.add(dirname(pathOf(name)));
        }
        for (const parent of parents) await removeEmpty(parent);
      }),
  };
}

async function withFile<T>(path: string, flags: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, flags, 0o600);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

/** Undefined when it was removed meanwhile. */
async function entryOf(name: string, path: string): Promise<BlobEntry | undefined> {
  try {
    return { name, bytes: (await stat(path)).size };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function filesBelow(path: string, prefix: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.flatMap((entry) =>
      entry.isFile() && !entry.name.startsWith(draftPrefix) ? [`${prefix}${entry.name}`] : [],
    );
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** With the last file goes the folder, and what a crash left in it. */
async function removeEmpty(folder: string): Promise<void> {
  try {
    const names = await readdir(folder);
    if (names.some((name) => !name.startsWith(draftPrefix))) return;
    for (const name of names) await rm(join(folder, name), { force: true });
    await rmdir(folder);
  } catch (error) {
    // Another one did it, or something was just written.
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(systemCode(error))) throw error;
  }
}

async function guarded<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = systemCode(error);
    if (!/^E[A-Z]/.test(code)) throw error;
    if (code === 'ENOENT') throw new BlobStoreError('blob_missing', `There is no ${name}.`, { cause: error });
    throw new BlobStoreError('blob_unavailable', `The disk refused ${name} (${code}).`, { cause: error });
  }
}
