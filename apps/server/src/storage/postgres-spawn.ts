import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { othersMayPass, type RunAs } from './postgres-binaries.ts';

/**
 * Spawn with the folders handed over as open directories when the unprivileged user cannot reach them by path: an open
 * directory needs no permission on the folders above it.
 */
export async function spawnIn(
  command: string,
  runAs: RunAs | undefined,
  folders: readonly string[],
  args: (paths: readonly string[]) => string[],
): Promise<ChildProcess> {
  const passes = await Promise.all(folders.map(othersMayReach));
  const byDescriptor = runAs !== undefined && process.platform === 'linux' && passes.includes(false);
  const descriptors = byDescriptor ? folders.map((f) => openSync(f, constants.O_RDONLY | constants.O_DIRECTORY)) : [];
  try {
    const paths = byDescriptor ? descriptors.map((_, index) => `/proc/self/fd/${index + 3}`) : folders;
    return spawn(command, args(paths), {
      // Its own group: Ctrl+C in the terminal is for this process, which stops PostgreSQL last.
      detached: process.platform !== 'win32',
      cwd: folders[0],
      env: { ...(process.env.TZ === undefined ? {} : { TZ: process.env.TZ }), PATH: process.env.PATH, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe', ...descriptors],
      ...(runAs ?? {}),
    });
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}

function othersMayReach(folder: string): Promise<boolean> {
  return othersMayPass(join(folder, '..'));
}
