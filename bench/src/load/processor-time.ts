import { readdir, readFile } from 'node:fs/promises';

/** The kernel counts in hundredths of a second. */
const tickMs = 10;

/**
 * Milliseconds of processor that a process has used, and that those it started have: figures that a busy machine does not change.
 * Linux only.
 */
export async function processorMs(pid: number): Promise<{ readonly own: number; readonly children: number }> {
  const processes = await Promise.all(
    (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map((name) => statOf(Number(name))),
  );
  const all = new Map(processes.flatMap((found) => (found === undefined ? [] : [[found.pid, found]])));
  const isBelow = (parent: number): boolean =>
    parent === pid || (all.has(parent) && isBelow(all.get(parent)?.parent ?? 0));
  const below = [...all.values()].filter((one) => one.pid !== pid && isBelow(one.parent));
  return {
    own: all.get(pid)?.usedMs ?? 0,
    children: below.reduce((sum, { usedMs }) => sum + usedMs, 0),
  };
}

/** Milliseconds of processor that the first thread of a process has used: the one on which its JavaScript runs. Linux only. */
export async function mainThreadMs(pid: number): Promise<number> {
  return (await statOf(pid, `task/${pid}/`))?.usedMs ?? 0;
}

/** Milliseconds in which the machine's processors did anything, all together, since it started. Linux only. */
export async function machineBusyMs(): Promise<number> {
  const [all = ''] = (await readFile('/proc/stat', 'utf8')).split('\n', 1);
  // user, nice, system, idle, iowait, irq, softirq, steal; what guests use is counted among the first two already.
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = all
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) * tickMs;
}

async function statOf(pid: number, thread = '') {
  try {
    const stat = await readFile(`/proc/${pid}/${thread}stat`, 'utf8');
    // The name in brackets may hold anything, so fields are counted after the last bracket: parent 4th, user 14th, system 15th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { pid, parent: Number(fields[1]), usedMs: (Number(fields[11]) + Number(fields[12])) * tickMs };
  } catch {
    // It ended meanwhile.
    return undefined;
  }
}
