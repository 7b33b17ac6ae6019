import { z } from 'zod';
import type { Database } from './database.ts';

/** A turn on its way to the database; the arguments of `parley_record_turn_alone`. */
export interface TurnWrite {
  readonly organizationId: string;
  readonly sessionId: string;
  readonly writer: string;
  readonly known: number | null;
  readonly next: number;
  /** JSON. */
  readonly turn: string;
  /** JSON; null leaves it as it is. */
  readonly memory: string | null;
  readonly expects: string | null;
  /** JSON. */
  readonly events: string;
  /** Aborted before it was sent, it is not written. */
  readonly signal?: AbortSignal | undefined;
  /** Nobody waits for the answer: it may wait a little for others to be written with. */
  readonly isPatient?: boolean;
}

/** What became of it: as `parley_record_turn` says. */
export type TurnOutcome = z.infer<typeof outcomeSchema>;

export interface TurnWriterOptions {
  /** Statements under way at most. */
  readonly lanes: number;
  /** Turns in one statement at most. */
  readonly batch: number;
  /** From the sending of a statement to that of the next, if all that waits is patient. */
  readonly gatherMs: number;
}

export const turnWriterDefaults: TurnWriterOptions = {
  // While one waits for the disk the other keeps a processor busy; more take connections from other work and make batches small.
  lanes: 2,
  // Beyond it a statement gets no cheaper for each turn, and the first of them waits for the last.
  batch: 16,
  // Of 500 calls eight turns come in it: written together they take the database 1.15 ms a turn instead of 1.65, and this process 0.25
  // instead of 0.7. It is nothing beside the seconds in which the answer to such a turn is spoken.
  gatherMs: 50,
};

/**
 * Writes turns, many in one statement when many come at once: a message there and back and a commit are then shared. One that comes
 * alone goes at once, and one that is waited for does so with all that waits. What waits is bounded by the conversations that are live,
 * each of which has one turn on its way.
 */
export interface TurnWriter {
  /** @throws WireError `storage_unavailable`, the signal's reason, or what the database says to this turn */
  write(turn: TurnWrite): Promise<TurnOutcome>;
}

interface Waiting extends PromiseWithResolvers<TurnOutcome> {
  readonly turn: TurnWrite;
}

/** One for a process, so that all conversations share its statements. */
export function createTurnWriter(database: Database, options: TurnWriterOptions = turnWriterDefaults): TurnWriter {
  const queue: Waiting[] = [];
  let lanes = 0;
  let isGathering = false;
  let lastSentAtMs = Number.NEGATIVE_INFINITY;
  let patience: NodeJS.Timeout | undefined;

  const send = async (batch: readonly Waiting[], waits: boolean): Promise<void> => {
    const turns = batch.map(({ turn }) => turn);
    const outcomes = await call(database, turns, waits);
    for (const [n, one] of batch.entries()) {
      const outcome = outcomes.get(n);
      if (outcome === 'busy') void alone(one);
      else if (outcome === undefined) one.reject(new Error('The database did not say what became of a turn.'));
      else one.resolve(outcome);
    }
  };
  /** For one that somebody else's transaction holds up, or whose batch failed: it waits, and fails, by itself. */
  const alone = (one: Waiting): Promise<void> => send([one], true).catch(one.reject);
  const run = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      await send(batch, batch.length === 1);
    } catch (error) {
      // Something of one of them: the others are not to suffer. Where the database is away, it is away for all.
      if (batch.length > 1 && isRefusal(error)) await Promise.all(batch.map(alone));
      else for (const { reject } of batch) reject(error);
    } finally {
      lanes -= 1;
      gather();
    }
  };
  const flush = () => {
    isGathering = false;
    while (lanes < options.lanes && queue.length > 0) {
      const batch = queue.splice(0, options.batch).filter(({ turn, reject }) => {
        if (turn.signal?.aborted !== true) return true;
        reject(turn.signal.reason);
        return false;
      });
      if (batch.length === 0) continue;
      lanes += 1;
      lastSentAtMs = performance.now();
      void run(batch);
    }
  };
  /** What comes in the same round of the event loop goes together. */
  const gather = () => {
    if (isGathering || queue.length === 0 || lanes >= options.lanes) return;
    const waitMs = lastSentAtMs + options.gatherMs - performance.now();
    if (waitMs > 0 && queue.length < options.batch && queue.every(({ turn }) => turn.isPatient === true)) {
      patience ??= setTimeout(() => {
        patience = undefined;
        gather();
      }, Math.ceil(waitMs));
      return;
    }
    clearTimeout(patience);
    patience = undefined;
    isGathering = true;
    setImmediate(flush);
  };

  return {
    write: (turn) => {
      const waiting = { ...Promise.withResolvers<TurnOutcome>(), turn };
      queue.push(waiting);
      gather();
      return waiting.promise;
    },
  };
}

/** By their places in the batch. */
async function call(
  database: Database,
  turns: readonly TurnWrite[],
  waits: boolean,
): Promise<ReadonlyMap<number, TurnOutcome | 'busy'>> {
  const rows = await database.call((walled) => ({
    name: `record_turns_${turns.length}`,
    text: textFor(turns.length),
    values: [walled, waits, ...turns.flatMap(valuesOf)],
  }));
  return new Map(rowsSchema.parse(rows).map(({ place, outcome }) => [place, outcome]));
}

const columns = 'place, organization, session, writer, known, next, turn, memory, expected, happened';
const types = ['uuid', 'uuid', 'uuid', 'integer', 'integer', 'jsonb', 'jsonb', 'text', 'jsonb'];

function valuesOf(write: TurnWrite): unknown[] {
  const { organizationId, sessionId, writer, known, next, turn, memory, expects, events } = write;
  return [organizationId, sessionId, writer, known, next, turn, memory, expects, events];
}

const texts = new Map<number, string>();

function textFor(count: number): string {
  const made = texts.get(count);
  if (made !== undefined) return made;
  // The first two parameters are those of all.
  const rows = Array.from({ length: count }, (_, place) => {
    const parameters = types.map((type, n) => `$${3 + place * types.length + n}::${type}`);
    return `(${[place, ...parameters].join(', ')})`;
  });
  const text = `select place, parley_record_turn_alone(organization, $1::text, $2::boolean, session, writer, known, next, turn, memory,
    expected, happened) as outcome from (values ${rows.join(', ')}) as writes(${columns})`;
  texts.set(count, text);
  return text;
}

const outcomeSchema = z.enum(['written', 'answered', 'overtaken', 'moved', 'unknown']);
const rowsSchema = z.array(z.object({ place: z.int(), outcome: z.enum([...outcomeSchema.options, 'busy']) }));

/** An answer of the database to what was sent, rolled back: not that it is away, or slow. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^(2|4|P0)/.test(error.code);
}
