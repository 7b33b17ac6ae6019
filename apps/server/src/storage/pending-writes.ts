import { WireError } from '@parley/contract/errors.ts';
import { beginTimeLimit, type TimeLimit } from '@parley/dialogue/time-limit.ts';
import { type Recorder, RecordingRefused } from '@parley/engine/ports/recorder.ts';
import type { Sealer } from '../privacy/sealer.ts';
import { type Metrics, noMetrics } from '../telemetry/metrics.ts';
import type { Dependency } from '../telemetry/readiness.ts';
import { openPendingJournal } from './pending-journal.ts';
import { type PendingWrite, readPending, writePending } from './pending-write.ts';
import { createRefusedWrites, type RefusedWritesOptions, refusedWritesDefaults } from './refused-writes.ts';

export interface PendingWritesOptions extends RefusedWritesOptions {
  /** How long the database is waited for before a write is kept here. */
  readonly patienceMs: number;
  /** Pause between two attempts to write what waits. */
  readonly retryMs: number;
  /** The longest that one of these may take. */
  readonly attemptTimeoutMs: number;
  /** The journal's size at most, and how many writes wait at most. */
  readonly maxBytes: number;
  readonly maxWrites: number;
  /** Failures that are no absence of the database, after which a write is given up: it would hold up all others. */
  readonly maxFailures: number;
  /** How long what waits is written at the start and at the end of the process. */
  readonly flushTimeoutMs: number;
}

export const pendingWritesDefaults: PendingWritesOptions = {
  ...refusedWritesDefaults,
  // A hiccup is over by then; before it, the engine would give its own attempt up (5 s) and try again.
  patienceMs: 2000,
  // As soon as the database's breaker lets one try.
  retryMs: 1000,
  attemptTimeoutMs: 5000,
  // Two writes a turn of some 2 kB, a turn in ten seconds: a hundred calls for almost half an hour.
  maxBytes: 64 * 1024 * 1024,
  maxWrites: 30_000,
  maxFailures: 3,
  // Thousands of writes; what is left is in the journal.
  flushTimeoutMs: 10_000,
};

export interface PendingWritesParts {
  /** Absolute: the data folder. */
  readonly folder: string;
  readonly sealer: Sealer;
  /** Writes what another process, or this one before its last start, left behind. */
  readonly recorderFor: (write: PendingWrite) => Recorder;
  /** Said when writes begin to wait, and when all are written. */
  readonly report: (message: string, figures: Readonly<Record<string, unknown>>) => void;
  readonly onError: (error: unknown, context: string) => void;
  readonly metrics?: Metrics;
}

/**
 * Keeps what could not be written while the database is away: in memory, and sealed in a journal of the data folder, so that neither
 * an absence nor the end of the process loses it. It is written in order when the database is back, or at the next start.
 *
 * A message that somebody typed is not taken here: it counts as taken only when the database has it, and whoever sent it is told.
 */
export interface PendingWrites {
  readonly waiting: number;
  /** The recorder of one conversation's stay, which does not lose what its database cannot take now. */
  keepFor(stay: Pick<PendingWrite, 'organizationId' | 'channelType'>, recorder: Recorder): Recorder;
  /** For `/ready`. */
  readonly dependency: Dependency;
  /** Resolves when nothing waits, or the time is over. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

interface Entry {
  write: PendingWrite;
  /** Of its lines in the journal. */
  readonly sequences: number[];
  /** Of the conversation's stay in this process; or the one that brings in what a stay left behind. */
  recorder: Recorder;
  isBroughtIn: boolean;
  failures: number;
}

/** Opens the journal and begins to write what it holds. */
export async function openPendingWrites(
  parts: PendingWritesParts,
  options: PendingWritesOptions = pendingWritesDefaults,
): Promise<PendingWrites> {
  const { recorderFor, report, onError, metrics = noMetrics } = parts;
  const { journal, lines, unreadable } = await openPendingJournal(parts.folder, parts.sealer);
  const queue: Entry[] = [];
  const counts = new Map<string, number>();
  let sequence = 0;
  let writing: Entry | undefined;
  let journalFailed = false;
  let isClosed = false;
  let running: Promise<void> | undefined;
  let wake = () => {};

  const changeCount = (id: string, by: 1 | -1) => {
    const count = (counts.get(id) ?? 0) + by;
    if (count === 0) counts.delete(id);
    else counts.set(id, count);
  };
  const add = (entry: Entry) => {
    queue.push(entry);
    changeCount(entry.write.conversationId, 1);
  };
  const drop = (reason: 'full' | 'refused' | 'unreadable', error: unknown, write?: PendingWrite) => {
    metrics.count('parley_pending_writes_dropped_total', { reason });
    const what = write?.kind === 'turn' ? `turn ${write.turn.turnNumber}` : 'the end';
    onError(
      error,
      write === undefined ? 'a line of the journal' : `${what} of conversation ${write.conversationId} is lost`,
    );
  };

  const refusals = createRefusedWrites((write, error) => drop('full', error, write), options);

  for (let n = 0; n < unreadable; n += 1) drop('unreadable', new Error('A line of the journal cannot be read.'));
  for (const line of lines) {
    sequence = Math.max(sequence, line.sequence);
    try {
      const write = readPending(line.text);
      add({ write, sequences: [line.sequence], recorder: recorderFor(write), isBroughtIn: true, failures: 0 });
    } catch (error) {
      drop('unreadable', error);
    }
  }
  if (queue.length === 0 && journal.bytes > 0) await journal.clear();

  /** What came of one attempt: it is done with, one way or the other; or it is tried again, now or later. */
  const attempt = async (entry: Entry): Promise<'done' | 'again' | 'later'> => {
    try {
      await carryOut(entry.recorder, entry.write, AbortSignal.timeout(options.attemptTimeoutMs));
      metrics.count('parley_pending_writes_replayed_total', {});
      return 'done';
    } catch (error) {
      if (isAway(error)) return 'later';
      // Its row was changed meanwhile (ended as abandoned, for one): what was said in it was said all the same.
      if (isMoved(error) && !entry.isBroughtIn) {
        entry.recorder = recorderFor(entry.write);
        entry.isBroughtIn = true;
        return 'again';
      }
      entry.failures += 1;
      if (!(error instanceof RecordingRefused) && entry.failures < options.maxFailures) return 'later';
      drop('refused', error, entry.write);
      return 'done';
    }
  };
  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, options.retryMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const run = async () => {
    let written = 0;
    for (let entry = queue[0]; entry !== undefined && !isClosed; entry = queue[0]) {
      let outcome: Awaited<ReturnType<typeof attempt>>;
      writing = entry;
      try {
        outcome = await attempt(entry);
        // What comes of the same turn from now on finds it no more, and waits by itself.
        if (outcome === 'done') queue.shift();
      } finally {
        writing = undefined;
      }
      if (outcome === 'later') await pause();
      if (outcome !== 'done') continue;
      changeCount(entry.write.conversationId, -1);
      written += 1;
      await mark(entry);
    }
    if (queue.length === 0 && written > 0) report('the database has all that waited for it', { written });
  };
  /** That it is done with need not survive: it may be written twice. */
  const mark = async (entry: Entry) => {
    try {
      if (queue.length > 0) return await journal.done(entry.sequences);
      await journal.clear();
      journalFailed = false;
    } catch (error) {
      onError(error, 'the journal of what waits for the database');
    }
  };
  const start = () => {
    if (isClosed || queue.length === 0) return;
    running ??= run()
      .catch((error: unknown) => onError(error, 'writing what waited for the database'))
      .finally(() => {
        running = undefined;
        // What came between the last look and now.
        start();
      });
  };

  /** @throws WireError `storage_unavailable` when there is no room */
  const keep = async (write: PendingWrite, recorder: Recorder): Promise<void> => {
    if (journal.bytes >= options.maxBytes || queue.length >= options.maxWrites) {
      const error = new WireError('storage_unavailable');
      refusals.refused(write, error);
      throw error;
    }
    if (queue.length === 0) {
      report('the database is away: turns are kept in the data folder until it is back', {});
    }
    refusals.taken(write);
    sequence += 1;
    const number = sequence;
    // Before anything is awaited, so that what comes next of this conversation waits behind it.
    const same = queue.find((entry) => entry !== writing && isSameTurn(entry.write, write));
    if (same === undefined) add({ write, sequences: [number], recorder, isBroughtIn: false, failures: 0 });
    else {
      same.write = write;
      same.sequences.push(number);
    }
    start();
    try {
      await journal.append(number, writePending(write));
    } catch (error) {
      // It is still in memory; a crash would lose it.
      journalFailed = true;
      onError(error, 'the journal of what waits for the database');
    }
  };

  const flushed = async (isFlushed: () => boolean, timeoutMs: number): Promise<boolean> => {
    const deadlineMs = performance.now() + timeoutMs;
    wake();
    while (!isFlushed()) {
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) return false;
      start();
      await new Promise((resolve) => setTimeout(resolve, Math.min(20, leftMs)));
    }
    return true;
  };

  metrics.gauge('parley_pending_writes', {}, () => queue.length);
  metrics.gauge('parley_pending_write_bytes', {}, () => journal.bytes);
  start();

  return {
    get waiting() {
      return queue.length;
    },
    keepFor({ organizationId, channelType }, recorder) {
      const take = async (write: PendingWrite, signal: AbortSignal | undefined): Promise<void> => {
        // In order: what came first is written first.
        if (counts.has(write.conversationId)) return keep(write, recorder);
        const patience = beginTimeLimit(signal ?? new AbortController().signal, options.patienceMs);
        try {
          await withPatience(carryOut(recorder, write, patience.signal), patience);
          refusals.taken(write);
        } catch (error) {
          if (!isAway(error)) throw error;
          await keep(write, recorder);
        } finally {
          patience.end();
        }
      };
      return {
        async recordTurn(turn, signal) {
          const { conversationId } = turn;
          if (turn.caller?.messageId === undefined) {
            return take({ conversationId, organizationId, channelType, kind: 'turn', turn }, signal);
          }
          if (!(await flushed(() => !counts.has(conversationId), options.patienceMs))) {
            throw new WireError('storage_unavailable');
          }
          await recorder.recordTurn(turn, signal);
        },
        recordEnd: (conversationId, reason, endedAtEpochMs, signal) =>
          take({ conversationId, organizationId, channelType, kind: 'end', reason, endedAtEpochMs }, signal),
      };
    },
    dependency: {
      name: 'pending_writes',
      isVital: false,
      check: () => {
        if (queue.length === 0) return { state: 'ok' };
        const detail = `${queue.length} turns and ends wait for the database.`;
        if (journalFailed)
          return { state: 'down', detail: `${detail} The journal cannot be written: a crash would lose them.` };
        return { state: 'degraded', detail };
      },
    },
    flush: async () => void (await flushed(() => queue.length === 0, options.flushTimeoutMs)),
    async close() {
      await flushed(() => queue.length === 0, options.flushTimeoutMs);
      isClosed = true;
      wake();
      await running;
      refusals.close();
      await journal.close();
    },
  };
}

function carryOut(recorder: Recorder, write: PendingWrite, signal: AbortSignal): Promise<void> {
  return write.kind === 'turn'
    ? recorder.recordTurn(write.turn, signal)
    : recorder.recordEnd(write.conversationId, write.reason, write.endedAtEpochMs, signal);
}

/** A write that nobody answers is not waited for; if it lands after all, the same one after it is the same turn. */
async function withPatience(write: Promise<void>, patience: TimeLimit): Promise<void> {
  const { signal } = patience;
  const over = Promise.withResolvers<never>();
  const end = () => {
    // Whoever asked and left is answered by the write itself.
    if (patience.isOver) over.reject(signal.reason);
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    await Promise.race([write, over.promise]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

function isSameTurn(a: PendingWrite, b: PendingWrite): boolean {
  return (
    a.kind === 'turn' &&
    b.kind === 'turn' &&
    a.conversationId === b.conversationId &&
    a.turn.turnNumber === b.turn.turnNumber
  );
}

function isMoved(error: unknown): boolean {
  return (
    error instanceof RecordingRefused && error.cause instanceof WireError && error.cause.code === 'conversation_moved'
  );
}

/** The database cannot be reached, or does not answer. Whoever asked may have left for the same reason. */
function isAway(error: unknown): boolean {
  if (error instanceof WireError) return error.code === 'storage_unavailable';
  return error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError');
}
