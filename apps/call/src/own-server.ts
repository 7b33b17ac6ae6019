import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A first start makes a database; a slow disk takes its time. */
const startTimeoutMs = 60_000;
/** The server gives calls 25 s to end; ours has ended, so this is generous. */
const stopTimeoutMs = 30_000;
const serverMain = fileURLToPath(new URL('../../server/src/main.ts', import.meta.url));

export interface OwnServer {
  readonly url: string;
  /** The end of what it wrote to its standard error: why a call failed may stand there. */
  errors(): string;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** Starts a server on free ports with a temporary data folder; rejects with what it said if it does not come up. */
export async function startOwnServer(signal: AbortSignal): Promise<OwnServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-call-'));
  const child = spawn(process.execPath, [serverMain], {
    env: {
      ...process.env,
      PORT: '0',
      WEBRTC_PORT: '0',
      HOST: '127.0.0.1',
      SIP_PORT: 'off',
      DATA_DIR: dataDir,
      LOG_LEVEL: 'error',
    },
    // Away from the settings file of whoever calls.
    cwd: dataDir,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-8_000);
  });
  const killWithUs = () => child.kill('SIGTERM');
  process.once('exit', killWithUs);
  const stop = async () => {
    await end(child);
    process.off('exit', killWithUs);
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    return { url: await readyUrl(child, signal), errors: () => errors.trim(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function readyUrl(child: ChildProcess, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (reason: string) => {
      signal.removeEventListener('abort', onAbort);
      clearTimeout(timer);
      reject(new Error(`The server did not start: ${reason}${output.trim() === '' ? '' : `\n${output.trim()}`}`));
    };
    const onAbort = () => fail('it was stopped.');
    const timer = setTimeout(() => fail(`it was not ready within ${startTimeoutMs / 1000} s.`), startTimeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    const read = (chunk: Buffer) => {
      // Later output is nobody's, but must be read or the server would stall; its beginning says what went wrong.
      if (output.length < 16_000) output += chunk.toString();
      const url = /^Parley is ready\b.*?(https?:\/\/[^\s/]+)/m.exec(output)?.[1];
      if (url === undefined) return;
      signal.removeEventListener('abort', onAbort);
      clearTimeout(timer);
      resolve(url);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`it stopped with exit code ${code}.`));
  });
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return resolve();
    const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    child.once('exit', () => {
      clearTimeout(timer);
      // What the server started may hold the pipes open; nobody waits for that.
      child.stdout?.destroy();
      child.stderr?.destroy();
      resolve();
    });
    child.kill('SIGTERM');
  });
}
