import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataFolder } from './data-folder.ts';
import { openDatabase } from './database.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { processStart } from './process-start.ts';

/** Opens the folder, then records rows for ever and prints the number of each once it is committed. */
const writerSource = `
import { openDataFolder } from './data-folder.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { Client } from 'pg';
const dataFolder = await openDataFolder(process.argv[1]);
const postgres = await startEmbeddedPostgres({ dataFolder, signal: AbortSignal.timeout(60000) });
const client = new Client(postgres.connection);
await client.connect();
await client.query('create table kept (n int primary key)');
console.log('postgres ' + postgres.pid);
for (let n = 1; ; n += 1) {
  await client.query('insert into kept values ($1)', [n]);
  console.log(String(n));
}`;

let path: string;
let writer: ChildProcess | undefined;

beforeEach(async () => {
  path = await mkdtemp(join(homedir(), '.parley-crash-'));
});

afterEach(async () => {
  writer?.kill('SIGKILL');
  writer = undefined;
  await rm(path, { recursive: true, force: true });
});

describe('a server that is killed', () => {
  it('leaves every acknowledged write to the next one, and no second database beside it', async () => {
    const { acknowledged, postgresPid } = await writeUntilKilled(path, 50);
    expect(await processStart(postgresPid)).toBeDefined();

    const dataFolder = await openDataFolder(path);
    const postgres = await startEmbeddedPostgres({ dataFolder, signal: AbortSignal.timeout(30_000) });
    expect(await processStart(postgresPid)).toBeUndefined();
    const database = new Client(postgres.connection);
    await database.connect();
    const { rows } = await database.query('select n from kept order by n');
    expect(rows.map(({ n }) => n).slice(0, acknowledged)).toEqual(
      Array.from({ length: acknowledged }, (_, i) => i + 1),
    );
    await database.end();
    await postgres.stop();
    await dataFolder.close();
  });
});

describe('a database', () => {
  it('that dies while the server runs is reported, and starts again with its data', async () => {
    const dataFolder = await openDataFolder(path);
    const signal = AbortSignal.timeout(30_000);
    const died = Promise.withResolvers<string>();
    const first = await startEmbeddedPostgres({ dataFolder, signal, onDied: died.resolve });
    process.kill(first.pid, 'SIGKILL');
    expect(await died.promise).toContain(first.logFile);
    const second = await startEmbeddedPostgres({ dataFolder, signal });
    const database = openDatabase(second.connection, () => {});
    await database.ping();
    await database.close();
    await second.stop();
    await dataFolder.close();
  });

  it.each([
    ['PG_VERSION is rubbish', (data: string) => writeFile(join(data, 'PG_VERSION'), 'x\u0000')],
    ['the control file is missing', (data: string) => rm(join(data, 'global', 'pg_control'))],
    ['the control file is cut short', (data: string) => truncate(join(data, 'global', 'pg_control'), 10)],
  ])('is refused in one sentence that names its log when %s', async (_what, damage) => {
    const dataFolder = await openDataFolder(path);
    const signal = AbortSignal.timeout(30_000);
    const postgres = await startEmbeddedPostgres({ dataFolder, signal });
    await postgres.stop();
    await damage(join(path, 'postgres'));
    await expect(startEmbeddedPostgres({ dataFolder, signal })).rejects.toMatchObject({
      code: 'data_folder_broken',
      message: expect.stringContaining(postgres.logFile),
    });
    await dataFolder.close();
  });
});

async function writeUntilKilled(folder: string, rows: number): Promise<{ acknowledged: number; postgresPid: number }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', writerSource, folder], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  writer = child;
  let output = '';
  for await (const chunk of child.stdout) {
    output += String(chunk);
    if (acknowledgedIn(output) >= rows) break;
  }
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return { acknowledged: acknowledgedIn(output), postgresPid: Number(/postgres (\d+)/.exec(output)?.[1]) };
}

/** Whole lines only: the last one may have been cut. */
function acknowledgedIn(output: string): number {
  return output
    .split('\n')
    .slice(0, -1)
    .filter((line) => /^\d+$/.test(line)).length;
}
