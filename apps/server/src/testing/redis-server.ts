import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@parley/channels/testing/peers/free-ports.ts';

/** A Redis of a test's own on loopback: nothing is kept when it stops. */
export interface RedisServer {
  /** As `REDIS_URL` would name it. */
  readonly url: string;
  /** Ends it at once, as a crash would; whatever it held is lost. */
  kill(): Promise<void>;
  /** Starts it again, empty, at the same address. */
  restart(): Promise<void>;
  /** Ends it for good. Idempotent. */
  stop(): Promise<void>;
}

const program = process.env.REDIS_SERVER ?? '/usr/bin/redis-server';

/** Whether this machine has the program (Debian's, or the one that `REDIS_SERVER` names). `npm test` says so when it has not. */
export const hasRedis = existsSync(program);

/** Starts one on a free port; undefined when the program is not installed. */
export async function startRedisServer(): Promise<RedisServer | undefined> {
  if (!hasRedis) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'parley-redis-'));
  const port = await freePort();
  let child: ChildProcess | undefined;
  const start = async () => {
    child = spawn(
      program,
      ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    await ready(child);
  };
  const kill = async () => {
    if (child !== undefined) await killed(child);
    child = undefined;
  };
  const stop = async () => {
    await kill();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `redis://127.0.0.1:${port}`, kill, restart: start, stop };
}

const startTimeoutMs = 30_000;

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (why: string) => {
      clearTimeout(timer);
      reject(new Error(`redis-server ${why}: ${output.slice(-500)}`));
    };
    const timer = setTimeout(() => fail('was not ready within 30 s'), startTimeoutMs);
    child.stdout?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4000);
      if (!output.includes('Ready to accept connections')) return;
      clearTimeout(timer);
      resolve();
    });
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`ended with ${code}`));
  });
}

function killed(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}
