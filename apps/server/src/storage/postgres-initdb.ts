import { chown, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartError } from '../start-errors.ts';
import type { RunAs } from './postgres-binaries.ts';
import { spawnIn } from './postgres-spawn.ts';

const initdbTimeoutMs = 120_000;

/**
 * Make `postgres` in the data folder: aside and then renamed, so that a start which was interrupted leaves nothing half made.
 * @throws StartError `database_failed`
 */
export async function makeDatabase(
  initdb: string,
  folder: string,
  password: string,
  runAs: RunAs | undefined,
  log: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const draft = join(folder, 'postgres.new');
  await rm(draft, { recursive: true, force: true });
  const passwordFolder = await mkdtemp(join(tmpdir(), 'parley-'));
  const passwordFile = join(passwordFolder, 'password');
  try {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (runAs !== undefined) {
      for (const path of [draft, passwordFolder, passwordFile]) await chown(path, runAs.uid, runAs.gid);
    }
    const child = await spawnIn(initdb, runAs, [draft], ([dataPath = draft]) => [
      ...['-D', dataPath, '-U', 'parley', '--auth=scram-sha-256', `--pwfile=${passwordFile}`],
      ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    ]);
    let output = '';
    const keep = (chunk: Buffer) => {
      log(chunk.toString());
      output = (output + chunk.toString()).slice(-4000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(initdbTimeoutMs)]);
    const kill = () => child.kill('SIGKILL');
    limit.addEventListener('abort', kill, { once: true });
    const code = await new Promise<number | null>((resolve) => {
      child.once('error', (error) => {
        output += error.message;
        resolve(null);
      });
      child.once('close', resolve);
    });
    limit.removeEventListener('abort', kill);
    signal.throwIfAborted();
    if (code !== 0) {
      throw new StartError('database_failed', `The database could not be made in ${folder}: ${lastTrouble(output)}`);
    }
    await rename(draft, join(folder, 'postgres'));
  } finally {
    await rm(passwordFolder, { recursive: true, force: true });
    await rm(draft, { recursive: true, force: true });
  }
}

/** The line of PostgreSQL's output that says what went wrong. */
export function lastTrouble(output: string): string {
  const lines = output.trim().split('\n');
  const telling = lines.findLast((line) => /FATAL|PANIC|error/i.test(line)) ?? lines.at(-1) ?? '';
  return telling.replace(/^.*?(FATAL|PANIC):\s*/, '').trim();
}
