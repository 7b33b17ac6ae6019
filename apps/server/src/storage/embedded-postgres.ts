import type { ChildProcess } from 'node:child_process';
import { chown, lstat, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError, systemCode } from '../start-errors.ts';
import { createBoundedLog } from './bounded-log.ts';
import type { DataFolder } from './data-folder.ts';
import type { ConnectionSettings } from './database.ts';
import { stopOrphan } from './orphan-postgres.ts';
import { findPostgres, type RunAs, unprivilegedUser } from './postgres-binaries.ts';
import { lastTrouble, makeDatabase } from './postgres-initdb.ts';
import { spawnIn } from './postgres-spawn.ts';

export interface EmbeddedPostgresOptions {
  readonly dataFolder: DataFolder;
  /** Aborts the start; has no effect once started. */
  readonly signal: AbortSignal;
  /** How many connections the server's own pools open at most. */
  readonly connections?: number;
  /** Told what takes time, in words for a person. */
  readonly onProgress?: (what: string) => void;
  /** PostgreSQL ended although nobody called `stop`. `detail` ends with where its log is. */
  readonly onDied?: (detail: string) => void;
}

export interface EmbeddedPostgres {
  readonly connection: ConnectionSettings;
  readonly pid: number;
  readonly logFile: string;
  /** Close connections, write everything, end. Idempotent. */
  stop(): Promise<void>;
}

/** The major version of the programs and so of the data. */
const majorVersion = '18';
/** Recovery after a crash replays at most `max_wal_size`: seconds. A slow disk gets a minute. */
const readyTimeoutMs = 60_000;
/** Processes of a killed server notice within a second that it is gone; a busy machine takes its time. */
const orphansTimeoutMs = 5000;
const orphansRetryMs = 100;
const heldByOrphans = 'processes of a killed server';
/** A fast shutdown writes dirty buffers (32 MB at most); after this it is killed and recovers at the next start. */
const stopTimeoutMs = 20_000;
/** The system's limit is 104 (macOS) to 108 bytes with the closing zero. */
const maxSocketPathBytes = 100;
/** As the pools have it that nobody set. */
const defaultConnections = 14;
/** For tools, backups and pools that are being replaced. */
const otherConnections = 28;
const socketName = '.s.PGSQL.5432';

/** Small: one server's conversations, not a warehouse. Durability is left as PostgreSQL has it: fsync on, commit waits. */
const serverSettings: Readonly<Record<string, string>> = {
  shared_buffers: '32MB',
  // No worker processes for reads that fit in memory.
  io_method: 'sync',
  // Bounds both the disk taken and the time of crash recovery.
  max_wal_size: '256MB',
  min_wal_size: '32MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  jit: 'off',
  huge_pages: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  log_checkpoints: 'off',
  logging_collector: 'off',
  log_destination: 'stderr',
};

/**
 * Start the embedded PostgreSQL on the data folder, made at the first start. One that a killed server left running is
 * stopped first. As root it runs as an unprivileged user, also where that user cannot reach the folder by its path.
 * @throws StartError `database_missing`, `data_folder_broken`, `data_folder_in_use`, `database_failed`
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataFolder, signal } = options;
  const data = join(dataFolder.path, 'postgres');
  const logFile = join(dataFolder.path, 'postgres.log');
  const owner = await lstat(data).catch(() => undefined);
  // Data made by another start belongs to whom it ran as then.
  const runAs = await userFor(owner?.uid);
  const postgres = await findPostgres(runAs);
  const password = await dataFolder.secret('postgres');
  const log = createBoundedLog(logFile);
  const socketFolder = await openSocketFolder(dataFolder.path, runAs);
  try {
    if (owner === undefined) {
      options.onProgress?.('Preparing the database (first start)');
      await makeDatabase(postgres.initdb, dataFolder.path, password, runAs, log.write, signal);
    } else {
      await checkData(data, logFile);
      await stopOrphan(data, options.onProgress);
    }
    signal.throwIfAborted();
    const tcpPort = socketFolder === undefined ? await freePort() : undefined;
    const settings = {
      ...serverSettings,
      max_connections: String((options.connections ?? defaultConnections) + otherConnections),
      ...(tcpPort === undefined
        ? { listen_addresses: '', unix_socket_permissions: '0700' }
        : { listen_addresses: '127.0.0.1', unix_socket_directories: '', port: String(tcpPort) }),
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const folders = socketFolder === undefined ? [data] : [data, socketFolder.path];
    const launch = () =>
      spawnIn(postgres.postgres, runAs, folders, ([dataPath = data, socketPath]) => [
        '-D',
        dataPath,
        ...args,
        ...(socketPath === undefined ? [] : ['-c', `unix_socket_directories=${socketPath}`]),
      ]);
    const { child, ended } = await untilReady(launch, log.write, logFile, data, signal);
    let stopping: Promise<void> | undefined;
    void ended.then((how) => {
      if (stopping === undefined) options.onDied?.(`PostgreSQL ended by itself (${how}). Its log is ${logFile}`);
    });
    return {
      connection: {
        host: socketFolder?.path ?? '127.0.0.1',
        port: tcpPort ?? 5432,
        user: 'parley',
        password,
        database: 'postgres',
      },
      pid: child.pid ?? 0,
      logFile,
      stop: () => {
        stopping ??= stop(child, ended).finally(() => socketFolder?.remove());
        return stopping;
      },
    };
  } catch (error) {
    await socketFolder?.remove();
    throw error;
  }
}

async function userFor(dataOwner: number | undefined): Promise<RunAs | undefined> {
  const unprivileged = await unprivilegedUser();
  if (unprivileged === undefined || dataOwner === undefined || dataOwner === 0) return unprivileged;
  return dataOwner === unprivileged.uid ? unprivileged : { uid: dataOwner, gid: unprivileged.gid };
}

/** A private folder for the socket: in the data folder, or under the temp folder when that path is too long for a socket. */
async function openSocketFolder(
  folder: string,
  runAs: RunAs | undefined,
): Promise<{ path: string; remove(): Promise<void> } | undefined> {
  if (process.platform === 'win32') return undefined;
  const near = join(folder, 'run');
  const isShort = Buffer.byteLength(join(near, socketName)) <= maxSocketPathBytes;
  const path = isShort ? near : await mkdtemp(join(tmpdir(), 'parley-'));
  if (isShort) await mkdir(path, { recursive: true, mode: 0o700 });
  if (runAs !== undefined) await chown(path, runAs.uid, runAs.gid);
  return { path, remove: async () => (isShort ? undefined : rm(path, { recursive: true, force: true })) };
}

async function checkData(data: string, logFile: string): Promise<void> {
  const version = await readFile(join(data, 'PG_VERSION'), 'utf8').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return '';
    throw new StartError(
      'data_folder_unusable',
      `The database in ${data} cannot be read (${systemCode(error)}). Run the server as the user that made it, or set DATA_DIR to another folder.`,
    );
  });
  if (version.trim() === majorVersion) return;
  if (/^\d{1,3}$/.test(version.trim())) {
    throw new StartError(
      'data_folder_broken',
      `The database in ${data} is of PostgreSQL ${version.trim()} and this server brings ${majorVersion}. Set DATA_DIR to another folder, or move the data with pg_dump.`,
    );
  }
  throw broken(data, logFile, 'PG_VERSION cannot be read');
}

function broken(data: string, logFile: string, why: string): StartError {
  return new StartError(
    'data_folder_broken',
    `The database in ${data} is damaged (${why}). Restore the folder from a backup or set DATA_DIR to another one; the log is ${logFile}`,
  );
}

/**
 * Starts it until it is ready. The processes of one that was killed hold its memory until they notice, a moment later; so long it
 * is tried again.
 */
async function untilReady(
  launch: () => Promise<ChildProcess>,
  log: (text: string) => void,
  logFile: string,
  data: string,
  signal: AbortSignal,
): Promise<{ readonly child: ChildProcess; readonly ended: Promise<string> }> {
  const giveUpAtMs = performance.now() + orphansTimeoutMs;
  for (;;) {
    const child = await launch();
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, killedBy) =>
        resolve(killedBy === null ? `exit code ${code}` : `killed by ${killedBy}`),
      );
    });
    try {
      await ready(child, ended, log, logFile, data, signal);
      return { child, ended };
    } catch (error) {
      child.kill('SIGQUIT');
      await ended;
      const isHeld = error instanceof StartError && error.cause === heldByOrphans;
      if (!isHeld || performance.now() > giveUpAtMs) throw error;
      await sleep(orphansRetryMs, undefined, { signal });
    }
  }
}

/** Wait for the line that says so; the socket answers from then on. */
function ready(
  child: ChildProcess,
  ended: Promise<string>,
  log: (text: string) => void,
  logFile: string,
  data: string,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    let settled = false;
    const finish = (error?: unknown) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      if (error === undefined) resolve();
      else reject(error);
    };
    const abort = () => finish(signal.reason);
    const timer = setTimeout(
      () => finish(new StartError('database_failed', `PostgreSQL did not get ready in time. Its log is ${logFile}`)),
      readyTimeoutMs,
    );
    signal.addEventListener('abort', abort, { once: true });
    const read = (chunk: Buffer) => {
      const text = chunk.toString();
      log(text);
      if (settled) return;
      output = (output + text).slice(-16_000);
      if (output.includes('database system is ready to accept connections')) finish();
    };
    child.stderr?.on('data', read);
    child.stdout?.on('data', read);
    void ended.then((how) => {
      if (/lock file .* already exists|pre-existing shared memory/.test(output)) {
        finish(
          new StartError('data_folder_in_use', `Another PostgreSQL is running on ${data}. Stop it and start again.`, {
            cause: output.includes('pre-existing shared memory') ? heldByOrphans : undefined,
          }),
        );
      } else finish(broken(data, logFile, lastTrouble(output) || how));
    });
  });
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  // Fast shutdown: connections are closed, everything is written.
  child.kill('SIGINT');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await ended;
  clearTimeout(timer);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
