import type { BookingBook } from '@parley/agent-receptionist/booking-book.ts';
import type { Recorder } from '@parley/engine/ports/recorder.ts';
import type { Config } from '../config.ts';
import { createAppointmentsRepository } from './appointments-repository.ts';
import { type ConversationsRepository, createConversationsRepository } from './conversations-repository.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { type ConnectionSettings, openDatabase } from './database.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { migrateDatabase } from './migrate.ts';
import { createRecorder } from './recorder.ts';

export interface Storage {
  readonly folder: DataFolder;
  readonly conversations: ConversationsRepository;
  readonly appointments: BookingBook;
  readonly recorder: Recorder;
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface StorageEvents {
  /** What takes its time, in words for a person. */
  readonly report: (line: string) => void;
  /** A connection broke; the next query tries anew. */
  readonly onError: (error: unknown) => void;
  /** The embedded database ended by itself: nothing can be stored any more. */
  readonly onDatabaseDied: (detail: string) => void;
}

/** Opens the data folder and the database in it, or one's own by `DATABASE_URL`, and brings its tables up to date. */
export async function openStorage(config: Config, events: StorageEvents, signal: AbortSignal): Promise<Storage> {
  const folder = await openDataFolder(config.dataDir);
  const opened: (() => Promise<void>)[] = [() => folder.close()];
  const close = async () => {
    for (const closePart of opened.splice(0).toReversed()) await closePart();
  };
  try {
    let connection: ConnectionSettings;
    if (config.databaseUrl === undefined) {
      const postgres = await startEmbeddedPostgres({
        dataFolder: folder,
        signal,
        onProgress: events.report,
        onDied: events.onDatabaseDied,
      });
      opened.push(() => postgres.stop());
      connection = postgres.connection;
    } else {
      connection = { connectionString: config.databaseUrl };
    }
    await migrateDatabase(connection);
    const database = openDatabase(connection, events.onError);
    opened.push(() => database.close());
    return {
      folder,
      conversations: createConversationsRepository(database),
      appointments: createAppointmentsRepository(database),
      recorder: createRecorder(database),
      ping: () => database.ping(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
