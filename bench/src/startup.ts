import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServerProcess } from '@parley/server/testing/server-process.ts';
import { median, print } from './statistics.ts';

/** Warm starts on a data folder that exists; the first start on a new one is reported beside them. */
const warmStarts = 7;

export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-startup-'));
  try {
    const readyMs: number[] = [];
    for (let i = 0; i <= warmStarts; i += 1) {
      const server = await startServerProcess({ dataDir });
      readyMs.push(server.readyMs);
      await server.stop();
    }
    const [firstMs, ...warmMs] = readyMs;
    print(json, {
      'first start, new folder (ms)': firstMs,
      'warm start, median (ms)': median(warmMs),
      'warm start, slowest (ms)': Math.max(...warmMs),
      starts: warmMs.length,
    });
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}
