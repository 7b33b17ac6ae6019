import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemCode } from '../start-errors.ts';
import { openDataFolder } from '../storage/data-folder.ts';
import { startEmbeddedPostgres } from '../storage/embedded-postgres.ts';
import { migrateDatabase } from '../storage/migrate.ts';

/** Tells a hang from a busy machine. */
const timeoutMs = 120_000;

/**
 * Puts a database with this version's tables, in which no server has been yet, into an empty or missing data folder. To make one
 * takes most of a second of a processor, and the tests want over a hundred: `npm test` names a folder in TEST_TEMPLATES_DIR in which
 * the first is kept, and the others are copies. Without it, and in a folder that holds anything, nothing is done: whoever starts
 * there makes its own.
 */
export async function fillDataFolder(folder: string, templates = process.env.TEST_TEMPLATES_DIR): Promise<void> {
  if (templates === undefined || process.platform === 'win32' || !(await isEmpty(folder))) return;
  const template = join(templates, 'data');
  if (!(await exists(template))) await makeTemplate(templates, template);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // With its owner: as root, PostgreSQL runs as somebody else. Node's own copying gives everything to this process.
  await promisify(execFile)('cp', ['-a', join(template, 'postgres'), join(template, 'secrets'), folder], {
    timeout: timeoutMs,
  });
}

/** Several processes may make it at once: each aside, and the first that is done puts it into place. */
async function makeTemplate(templates: string, template: string): Promise<void> {
  await mkdir(templates, { recursive: true });
  const draft = await mkdtemp(join(templates, 'draft-'));
  try {
    const dataFolder = await openDataFolder(draft);
    const postgres = await startEmbeddedPostgres({ dataFolder, signal: AbortSignal.timeout(timeoutMs) });
    try {
      await migrateDatabase(postgres.connection);
    } finally {
      await postgres.stop();
      await dataFolder.close();
    }
    await rename(draft, template);
  } catch (error) {
    const isThere = systemCode(error) === 'ENOTEMPTY' || systemCode(error) === 'EEXIST';
    if (!isThere) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function isEmpty(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length === 0;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return true;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
