import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The pool of a server opens connections while calls come up, each with a process of its own. */
const everyMs = 250;

/**
 * Linux shares the processors out among sessions, and each process of PostgreSQL makes one of its own: beside a benchmark that was given
 * more than others they would be left without, as the database of a server in service is not. Gives them what this process was given.
 *
 * @param dataDir of the server whose database it is
 * @returns ends it
 */
export function keepDatabaseAsUrgent(dataDir: string): () => void {
  const timer = setInterval(() => {
    void share(dataDir).catch(() => {
      // It is not there yet or not any more, or nothing may be given: then others get in the way of it.
    });
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

async function share(dataDir: string): Promise<void> {
  const ours = /nice (-?\d+)/.exec(await readFile('/proc/self/autogroup', 'utf8'))?.[1];
  if (ours === undefined || ours === '0') return;
  const [postmaster = ''] = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n', 1);
  const children = await readFile(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8');
  for (const pid of [postmaster, ...children.split(' ').filter((one) => one !== '')]) {
    const now = /nice (-?\d+)/.exec(await readFile(`/proc/${pid}/autogroup`, 'utf8'))?.[1];
    if (now !== ours) await writeFile(`/proc/${pid}/autogroup`, ours);
  }
}
