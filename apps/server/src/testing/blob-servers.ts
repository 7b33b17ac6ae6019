import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { AzureSettings, S3Settings } from '../recordings/recordings-settings.ts';

/** A store of blobs of a test's own, on a free port of loopback; gone when it is stopped. */
export interface BlobServer<Settings> {
  readonly settings: Settings;
  stop(): Promise<void>;
}

/** A server that speaks S3, with an empty bucket. It knows who may, and does not check how they signed. */
export async function startS3Server(): Promise<BlobServer<S3Settings>> {
  const program = join(dirname(createRequire(import.meta.url).resolve('s3rver/package.json')), 'bin', 's3rver.js');
  const folder = await mkdtemp(join(tmpdir(), 'parley-s3-'));
  const bucket = 'recordings';
  const server = await startProgram(
    folder,
    [program, '--directory', folder, '--address', '127.0.0.1', '--port', '0', '--configure-bucket', bucket],
    /S3rver listening on \S*?:(\d+)/,
  );
  return {
    settings: {
      endpoint: `http://127.0.0.1:${server.port}`,
      bucket,
      region: 'us-east-1',
      // The ones that it comes with.
      accessKeyId: 'S3RVER',
      secretAccessKey: 'S3RVER',
      isPathStyle: true,
    },
    stop: server.stop,
  };
}

/**
 * The program of `AZURITE_BLOB` (Microsoft's emulator, `azurite-blob`), which is too large to be installed with this one. The
 * container is still to be made.
 */
const azurite = process.env.AZURITE_BLOB ?? '';
/** Whether there is one. `npm test` says so when there is not. */
export const hasAzurite = azurite !== '' && existsSync(azurite);

export async function startAzureServer(): Promise<BlobServer<AzureSettings>> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-azure-'));
  const account = 'parleytest';
  const accountKey = Buffer.from('a key of this test and of nothing else').toString('base64');
  const server = await startProgram(
    folder,
    [azurite, '--location', folder, '--blobHost', '127.0.0.1', '--blobPort', '0', '--silent', '--disableTelemetry'],
    /successfully listen(?:ing|s) (?:at|on) http:\/\/[^:]+:(\d+)/i,
    { AZURITE_ACCOUNTS: `${account}:${accountKey}` },
  );
  return {
    settings: { account, accountKey, container: 'recordings', endpoint: `http://127.0.0.1:${server.port}/${account}` },
    stop: server.stop,
  };
}

const startTimeoutMs = 30_000;

async function startProgram(
  folder: string,
  programAndArguments: readonly string[],
  ready: RegExp,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const child = spawn(process.execPath, programAndArguments, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = async () => {
    await killed(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return { port: await listening(child, ready), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function listening(child: ChildProcess, ready: RegExp): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (why: string) => {
      clearTimeout(timer);
      reject(new Error(`The server of blobs ${why}: ${output.slice(-500)}`));
    };
    const timer = setTimeout(() => fail('was not ready within 30 s'), startTimeoutMs);
    const read = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4000);
      const port = ready.exec(output)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
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
