import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@parley/channels/testing/peers/free-ports.ts';
import { fillDataFolder } from './data-template.ts';

/** A server of one's own for a test or a measurement: free ports, a folder of its own, gone afterwards. */
export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  readonly dataDir: string;
  /** From the start of the process to its line that says that it is ready. */
  readonly readyMs: number;
  /** Opens every record; empty when a test has it not printed. */
  readonly operatorKey: string;
  /** Where telephones call, by UDP and TCP: in `env`, set SIP_PORT to 0 for a port of its own. Undefined: there is no SIP. */
  readonly sipPort: number | undefined;
  /** Resident memory of the server's own process, in MB. */
  rssMb(): Promise<number>;
  /** Open files and sockets of that process. */
  openFiles(): Promise<number>;
  /** SIGTERM; resolves to the exit code. The folder is removed unless it was given. */
  stop(): Promise<number | null>;
  /** SIGKILL, as a crash would; the folder stays. */
  kill(): Promise<void>;
}

/** Tells a hang from a busy machine: a start takes seconds of a processor that others want too. */
const startTimeoutMs = 150_000;
const stopTimeoutMs = 40_000;
const mainFile = fileURLToPath(new URL('../main.ts', import.meta.url));

/**
 * For `env` of a server to which nobody speaks: over a third of a start's work is to make recognition and voices ready, which the
 * scripted parts need not.
 */
export const typedOnly = { SPEECH: 'scripted' } as const;

/** For `env` of a server that is called by telephone: it takes calls also when other tests leave it late, as it would not in service. */
export const takesCallsLate = { MAX_EVENT_LOOP_DELAY_MS: '10000' } as const;

export async function startServerProcess(
  options: {
    readonly dataDir?: string;
    readonly env?: Readonly<Record<string, string>>;
    /** It makes its database itself, as where Parley starts for the first time; otherwise the tests may have one made before. */
    readonly isFirstStart?: boolean;
    /** Given all that it writes, its log too, which otherwise goes to the terminal. */
    readonly onOutput?: (text: string) => void;
  } = {},
): Promise<ServerProcess> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'parley-server-')));
  if (options.env?.DATABASE_URL === undefined && options.isFirstStart !== true) await fillDataFolder(dataDir);
  // Pages by TCP and sound by UDP, the latter at every address.
  const port = await freePort('0.0.0.0');
  const startedAtMs = performance.now();
  const child = spawn(process.execPath, [mainFile], {
    // Tests send more in a minute than people do; those of the limits turn them on.
    env: {
      ...process.env,
      PORT: String(port),
      DATA_DIR: dataDir,
      LOG_LEVEL: 'error',
      RATE_LIMITS: 'off',
      // Telephones call where a test asks for them: SIP_PORT 0 for a port of its own.
      SIP_PORT: 'off',
      PRINT_OPERATOR_KEY: 'on',
      ...options.env,
    },
    // Away from the settings file of whoever runs the tests.
    cwd: dataDir,
    stdio: ['ignore', 'pipe', options.onOutput === undefined ? 'inherit' : 'pipe'],
  });
  const { onOutput } = options;
  for (const output of onOutput === undefined ? [] : [child.stdout, child.stderr]) {
    output?.on('data', (chunk: Buffer) => onOutput?.(chunk.toString()));
  }
  const { operatorKey, sipPort } = await readyLine(child).catch(async (error: unknown) => {
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    throw error;
  });
  const readyMs = performance.now() - startedAtMs;
  const pid = child.pid ?? 0;
  return {
    url: `http://localhost:${port}`,
    pid,
    dataDir,
    readyMs,
    operatorKey,
    sipPort,
    rssMb: () => residentMb(pid),
    openFiles: async () => (await readdir(`/proc/${pid}/fd`)).length,
    async stop() {
      const code = await end(child, 'SIGTERM');
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
      return code;
    },
    async kill() {
      await end(child, 'SIGKILL');
    },
  };
}

/** Resolves to what the lines tell that say that the server is ready; no key when a test has it not printed. */
function readyLine(
  child: ChildProcess,
): Promise<{ readonly operatorKey: string; readonly sipPort: number | undefined }> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      // Nobody else knows of it.
      child.kill('SIGKILL');
      reject(new Error(`The server was not ready within ${startTimeoutMs / 1000} s.`));
    }, startTimeoutMs);
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const [ready] = /^Parley is ready.*\n/m.exec(output) ?? [];
      if (ready === undefined) return;
      clearTimeout(timer);
      const [, isThere, port = '5060'] = /^(Telephones call) sip:[^@\s]+@\S+?(?::(\d+))?$/m.exec(output) ?? [];
      resolve({
        operatorKey: /#key=(\S+)/.exec(ready)?.[1] ?? '',
        sipPort: isThere === undefined ? undefined : Number(port),
      });
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`The server stopped with exit code ${code} before it was ready.`));
    });
  });
}

function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
  return new Promise((resolve, reject) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve(child.exitCode);
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`The server did not stop within 40 s of ${signal}.`));
    }, stopTimeoutMs);
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve(code);
    });
    child.kill(signal);
  });
}

async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kilobytes = /VmRSS:\s+(\d+)/.exec(status)?.[1];
  if (kilobytes === undefined) throw new Error('This measurement reads /proc and needs Linux.');
  return Number(kilobytes) / 1024;
}
