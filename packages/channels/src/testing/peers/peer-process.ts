import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A program of the system that a test talks to: it has a folder of its own and is gone when the test is over. */
export interface PeerProcess {
  readonly pid: number;
  readonly folder: string;
  /** What it wrote last, for the message of a test that fails; the beginning of a long output is let go. */
  output(): string;
  /** Resolves when the output holds this. @throws when the process ends before, or nothing came in time */
  wrote(pattern: RegExp, timeoutMs?: number): Promise<void>;
  /** The exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>;
  isRunning(): boolean;
  signal(signal: NodeJS.Signals): void;
  /** Ends it (SIGTERM, then SIGKILL) and removes its folder. Idempotent. */
  stop(): Promise<void>;
}

/** Where a program is on this machine; undefined when it is not installed. Debian keeps servers in /usr/sbin, which is not on every PATH. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Enough to see what went wrong. */
const keptOutputCharacters = 64 * 1024;
/** A program that was asked to end has this long before it is killed. */
const politeMs = 3_000;
const defaultTimeoutMs = 20_000;

export async function peerFolder(name: string): Promise<string> {
  return await mkdtemp(join(tmpdir(), `parley-${name}-`));
}

export function startPeer(
  program: string,
  parameters: readonly string[],
  options: { readonly folder: string; readonly env?: Readonly<Record<string, string>>; readonly ownGroup?: boolean },
): PeerProcess {
  const { folder } = options;
  const child = spawn(program, parameters, {
    cwd: folder,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that children which it forks end with it.
    detached: options.ownGroup === true,
  });
  const { pid } = child;
  let text = '';
  const watchers = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString('latin1')).slice(-keptOutputCharacters);
      for (const watcher of watchers) watcher();
    });
  }
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  // Whoever waits for it hears of it; nobody has to.
  exited.catch(() => undefined);
  const send = (signal: NodeJS.Signals) => {
    if (pid === undefined || hasEnded(child)) return;
    if (options.ownGroup === true) process.kill(-pid, signal);
    else child.kill(signal);
  };

  return {
    pid: pid ?? 0,
    folder,
    output: () => text,
    exited,
    isRunning: () => !hasEnded(child),
    signal: send,
    wrote(pattern, timeoutMs = defaultTimeoutMs) {
      return new Promise((resolve, reject) => {
        const check = () => {
          if (!pattern.test(text)) return;
          finish();
          resolve();
        };
        const fail = (why: string) => {
          finish();
          reject(new Error(`${program} ${why} it wrote ${pattern}. It wrote:\n${text.slice(-4_000)}`));
        };
        const timer = setTimeout(() => fail(`took more than ${timeoutMs / 1000} s before`), timeoutMs);
        const ended = () => fail('ended before');
        const finish = () => {
          clearTimeout(timer);
          watchers.delete(check);
          child.off('exit', ended);
        };
        watchers.add(check);
        child.once('exit', ended);
        check();
      });
    },
    async stop() {
      if (!hasEnded(child)) {
        send('SIGTERM');
        const timer = setTimeout(() => send('SIGKILL'), politeMs);
        await exited.catch(() => undefined);
        clearTimeout(timer);
      }
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

/** Looks again and again until something is true. @throws when it is not in time, in the words of `what` */
export async function until(
  what: string,
  isTrue: () => boolean | Promise<boolean>,
  options: { readonly timeoutMs?: number; readonly everyMs?: number } = {},
): Promise<void> {
  const { timeoutMs = defaultTimeoutMs, everyMs = 20 } = options;
  const endMs = performance.now() + timeoutMs;
  while (!(await isTrue())) {
    if (performance.now() > endMs) throw new Error(`${what}: not within ${timeoutMs / 1000} s.`);
    await delay(everyMs);
  }
}

/** Whether a process of this machine has an IPv4 port open, as Linux tells. */
export async function isBound(protocol: 'udp' | 'tcp', address: string, port: number): Promise<boolean> {
  const table = await readFile(`/proc/net/${protocol}`, 'latin1');
  const reversed = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  const entry = `${reversed.reverse().join('')}:${port.toString(16).padStart(4, '0')}`.toUpperCase();
  // The second column is the local address.
  return table.split('\n').some((line) => line.trim().split(/\s+/)[1] === entry);
}
