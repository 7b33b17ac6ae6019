import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { systemCode } from '../start-errors.ts';

/** `ps` answers in milliseconds; a machine that takes longer is not one to wait for. */
const psTimeoutMs = 5000;

/**
 * What tells a process from a later one with the same number: its start time, in words of the system's own. Undefined when
 * there is no such process (a zombie counts as none).
 */
export async function processStart(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') return linuxStart(pid);
  if (!exists(pid)) return undefined;
  // Windows has no cheap way to ask; a process that exists is taken to be the same one.
  return process.platform === 'win32' ? 'unknown' : psStart(pid);
}

async function linuxStart(pid: number): Promise<string | undefined> {
  let stat: string;
  try {
    stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ESRCH') return undefined;
    throw error;
  }
  // The name in brackets may hold anything, so fields are counted after the last bracket: state is the 3rd, start the 22nd.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  // Ticks since boot repeat after a reboot; the boot's own id does not.
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return `${boot.trim()}/${fields[19] ?? ''}`;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

function psStart(pid: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile('ps', ['-o', 'lstart=', '-p', String(pid)], { timeout: psTimeoutMs }, (error, stdout) =>
      resolve(error === null && stdout.trim() !== '' ? stdout.trim() : undefined),
    );
  });
}
