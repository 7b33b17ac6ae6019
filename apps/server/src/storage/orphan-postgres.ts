import { execFile } from 'node:child_process';
import { readFile, readlink, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { StartError, systemCode } from '../start-errors.ts';
import { processStart } from './process-start.ts';

/** A fast shutdown writes what is dirty; after this it is told to quit at once, which the next start recovers from. */
const fastTimeoutMs = 15_000;
const quitTimeoutMs = 10_000;
const pollMs = 20;

/**
 * A server that was killed leaves its PostgreSQL running. The caller holds the data folder's lock, so whatever runs on it
 * is nobody's: stop it, and wait until it is gone.
 * @throws StartError `data_folder_in_use` when it does not end
 */
export async function stopOrphan(data: string, onProgress?: (what: string) => void): Promise<void> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return '';
    throw error;
  });
  const pid = Number.parseInt(text, 10);
  if (!(pid > 1) || !(await runsOn(pid, data))) return;
  onProgress?.(`Stopping a database that an earlier server left running (process ${pid})`);
  const started = await processStart(pid);
  for (const [signal, timeoutMs] of [
    ['SIGINT', fastTimeoutMs],
    ['SIGQUIT', quitTimeoutMs],
  ] as const) {
    if (await endsBy(pid, started, signal, timeoutMs)) return;
  }
  throw new StartError(
    'data_folder_in_use',
    `A PostgreSQL (process ${pid}) runs on ${data} and does not end. Stop it and start again.`,
  );
}

/** The number in the file may be another process's by now: it must be a postgres that works in this very folder. */
async function runsOn(pid: number, data: string): Promise<boolean> {
  try {
    if (process.platform === 'linux') {
      const program = basename(await readlink(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, '');
      const [there, here] = await Promise.all([stat(`/proc/${pid}/cwd`), stat(data)]);
      return program === 'postgres' && there.dev === here.dev && there.ino === here.ino;
    }
    if (process.platform === 'win32') {
      const { stdout } = await run('tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'], { timeout: 5000 });
      return stdout.toLowerCase().includes('postgres.exe');
    }
    const { stdout } = await run('ps', ['-o', 'command=', '-p', String(pid)], { timeout: 5000 });
    return stdout.includes('postgres') && stdout.includes(data);
  } catch {
    return false;
  }
}

const run = promisify(execFile);

async function endsBy(
  pid: number,
  started: string | undefined,
  signal: NodeJS.Signals,
  timeoutMs: number,
): Promise<boolean> {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (systemCode(error) === 'ESRCH') return true;
    throw error;
  }
  const deadlineMs = performance.now() + timeoutMs;
  while (performance.now() < deadlineMs) {
    if ((await processStart(pid)) !== started) return true;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  return false;
}
