/** Something that a fake was sent. */
export type JournalEntry =
  | {
      readonly type: 'request';
      readonly method: string;
      /** Without the fault's part. */
      readonly path: string;
      /** Each value that came, in order. */
      readonly query: Readonly<Record<string, readonly string[]>>;
      /** Names in lower case. */
      readonly headers: Readonly<Record<string, string>>;
      /** JSON parsed, forms as objects, anything else as its length in bytes. */
      readonly body: unknown;
    }
  /** A message in a socket or stream; `socket` counts from 1 in the order in which they were opened. */
  | { readonly type: 'message'; readonly socket: number; readonly body: unknown }
  | { readonly type: 'audio'; readonly socket: number; readonly bytes: number }
  | { readonly type: 'closed'; readonly socket: number; readonly code: number }
  /** What the vendor would show its customer: something was wrong with what it was sent. */
  | { readonly type: 'report'; readonly level: 'error' | 'warning'; readonly code: number; readonly text: string };

/** What a fake was sent, in order. */
export interface Journal {
  readonly entries: readonly JournalEntry[];
  /** All that were requests, handshakes of sockets among them. */
  readonly requests: readonly Extract<JournalEntry, { type: 'request' }>[];
  /** Messages in text, of all sockets. */
  readonly messages: readonly unknown[];
  /** Bytes of audio, of all sockets. */
  readonly audioBytes: number;
  add(entry: JournalEntry): void;
  clear(): void;
  /**
   * Resolves with the first entry, past or to come, that is wanted.
   * @throws Error after the time-out, with what came instead
   */
  until(isWanted: (entry: JournalEntry) => boolean, timeoutMs?: number): Promise<JournalEntry>;
}

/** Audio entries in a row are counted together, and older ones than this forgotten: a fake under load must not grow. */
const maxEntries = 20_000;

export function createJournal(): Journal {
  let entries: JournalEntry[] = [];
  const waiting = new Set<(entry: JournalEntry) => void>();
  return {
    get entries() {
      return entries;
    },
    get requests() {
      return entries.filter((entry) => entry.type === 'request');
    },
    get messages() {
      return entries.flatMap((entry) => (entry.type === 'message' ? [entry.body] : []));
    },
    get audioBytes() {
      return entries.reduce((sum, entry) => sum + (entry.type === 'audio' ? entry.bytes : 0), 0);
    },
    add(entry) {
      const last = entries.at(-1);
      if (entry.type === 'audio' && last?.type === 'audio' && last.socket === entry.socket) {
        entries[entries.length - 1] = { ...last, bytes: last.bytes + entry.bytes };
      } else {
        entries.push(entry);
        if (entries.length > maxEntries) entries.splice(0, maxEntries / 2);
      }
      for (const tell of [...waiting]) tell(entry);
    },
    clear() {
      entries = [];
    },
    async until(isWanted, timeoutMs = 5000) {
      const past = entries.find(isWanted);
      if (past !== undefined) return past;
      const { promise, resolve, reject } = Promise.withResolvers<JournalEntry>();
      const tell = (entry: JournalEntry) => {
        if (isWanted(entry)) resolve(entry);
      };
      const timer = setTimeout(
        () => reject(new Error(`It did not come within ${timeoutMs} ms; last: ${JSON.stringify(entries.slice(-5))}`)),
        timeoutMs,
      );
      waiting.add(tell);
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        waiting.delete(tell);
      }
    },
  };
}
