import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { StartError, systemCode } from '../start-errors.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { type ConnectionSettings, type Database, openDatabase } from './database.ts';
import { type DatabaseOptions, databaseDefaults } from './database-options.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { migrateDatabase } from './migrate.ts';

/** What a command beside the server works with. */
export interface ToolStorage {
  readonly database: Database;
  readonly folder: Pick<DataFolder, 'secret'>;
  close(): Promise<void>;
}

/**
 * The database for a command: one's own by `DATABASE_URL`; that of the server that runs on the data folder, beside it; or the data
 * folder's, started for as long as the command takes.
 * @throws StartError
 */
export async function openToolStorage(
  config: Pick<Config, 'dataDir' | 'database'>,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<ToolStorage> {
  const { url, options } = config.database;
  const beside = { secret: (name: string) => readSecret(config.dataDir, name) };
  if (url !== undefined) {
    return open({ connectionString: url }, await folderOf(config.dataDir, beside), {
      ...databaseDefaults,
      isBehindPooler: options.isBehindPooler,
    });
  }
  let folder: DataFolder;
  try {
    folder = await openDataFolder(config.dataDir);
  } catch (error) {
    if (!(error instanceof StartError) || error.code !== 'data_folder_in_use') throw error;
    return open(await runningConnection(config.dataDir), { folder: beside, close: async () => {} });
  }
  try {
    const postgres = await startEmbeddedPostgres({ dataFolder: folder, signal, onProgress: report });
    const close = async () => {
      await postgres.stop();
      await folder.close();
    };
    return await open(postgres.connection, { folder, close }).catch(async (error: unknown) => {
      await postgres.stop();
      throw error;
    });
  } catch (error) {
    await folder.close();
    throw error;
  }
}

interface Opened {
  readonly folder: Pick<DataFolder, 'secret'>;
  close(): Promise<void>;
}

async function open(
  connection: ConnectionSettings,
  { folder, close }: Opened,
  options: DatabaseOptions = databaseDefaults,
): Promise<ToolStorage> {
  await migrateDatabase(connection, options);
  // A query that fails tells so itself.
  const database = openDatabase(connection, () => {}, options);
  return {
    database,
    folder,
    close: async () => {
      await database.close();
      await close();
    },
  };
}

/** The folder's own secrets are needed beside a database of one's own, too; a server may hold the folder. */
async function folderOf(dataDir: string, beside: Pick<DataFolder, 'secret'>): Promise<Opened> {
  try {
    const folder = await openDataFolder(dataDir);
    return { folder, close: () => folder.close() };
  } catch (error) {
    if (error instanceof StartError && error.code === 'data_folder_in_use')
      return { folder: beside, close: async () => {} };
    throw error;
  }
}

/** @throws StartError `data_folder_unusable` */
async function readSecret(dataDir: string, name: string): Promise<string> {
  try {
    return (await readFile(join(dataDir, 'secrets', name), 'utf8')).trim();
  } catch (cause) {
    throw new StartError(
      'data_folder_unusable',
      `secrets/${name} in ${dataDir} cannot be read (${systemCode(cause)}). Run this as the user that the server runs as.`,
      { cause },
    );
  }
}

/** Where the PostgreSQL of the server that runs on this folder listens. */
async function runningConnection(dataDir: string): Promise<ConnectionSettings> {
  const user = { user: 'parley', password: await readSecret(dataDir, 'postgres'), database: 'postgres' };
  const near = join(dataDir, 'run');
  if (await exists(join(near, '.s.PGSQL.5432'))) return { host: near, port: 5432, ...user };
  const text = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '');
  const [, , , port = '', socketFolder = '', listens = ''] = text.split('\n').map((line) => line.trim());
  if (listens !== '' && Number(port) > 0) return { host: '127.0.0.1', port: Number(port), ...user };
  if (socketFolder !== '' && (await exists(join(socketFolder, `.s.PGSQL.${port}`)))) {
    return { host: socketFolder, port: Number(port), ...user };
  }
  throw new StartError(
    'data_folder_in_use',
    `A server uses ${dataDir}, and its database cannot be reached from here. Stop the server and run this again.`,
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
