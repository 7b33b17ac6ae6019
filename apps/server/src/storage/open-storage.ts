import type { Calendar } from '@parley/agent-receptionist/availability/calendar.ts';
import type { Config } from '../config.ts';
import { type ConversationsRepository, createConversationsRepository } from './conversations-repository.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { type ConnectionSettings, type Database, openDatabase } from './database.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { migrateDatabase } from './migrate.ts';
import { createPostgresCalendar } from './postgres-calendar.ts';

export interface Storage {
  readonly folder: DataFolder;
  readonly conversations: ConversationsRepository;
  readonly calendarFor: (organizationId: string) => Calendar;
  readonly database: Database;
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface StorageEvents {
  /** What takes its time, in words for a person. */
  readonly report: (line: string) => void;
  /** A connection broke or a query failed; the next one tries anew. */
  readonly onError: (error: unknown, what: string) => void;
  /** The embedded database ended by itself: nothing can be stored any more. */
  readonly onDatabaseDied: (detail: string) => void;
}

/**
 * Opens the data folder and the database in it, or one's own by `DATABASE_URL`, and brings its tables up to date. `guard` goes
 * between the database and all who use it.
 */
export async function openStorage(
  config: Config,
  events: StorageEvents,
  signal: AbortSignal,
  guard: (database: Database) => Database = (database) => database,
): Promise<Storage> {
  const folder = await openDataFolder(config.dataDir);
  const opened: (() => Promise<void>)[] = [() => folder.close()];
  const close = async () => {
    for (const closePart of opened.splice(0).toReversed()) await closePart();
  };
  try {
    let connection: ConnectionSettings;
    const { url, replicaUrl, options } = config.database;
    if (url === undefined) {
      const postgres = await startEmbeddedPostgres({
        dataFolder: folder,
        signal,
        connections: options.poolSize + options.reportPoolSize,
        onProgress: events.report,
        onDied: events.onDatabaseDied,
      });
      opened.push(() => postgres.stop());
      connection = postgres.connection;
    } else {
      connection = { connectionString: url };
    }
    await migrateDatabase(connection, options);
    const database = guard(
      openDatabase(
        connection,
        (error) => events.onError(error, 'database connection'),
        options,
        replicaUrl === undefined ? undefined : { connectionString: replicaUrl },
      ),
    );
    opened.push(() => database.close());
    return {
      folder,
      conversations: createConversationsRepository(database),
      calendarFor: (organizationId) =>
        createPostgresCalendar(database, { organizationId, onError: (error) => events.onError(error, 'the calendar') }),
      database,
      ping: () => database.ping(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
