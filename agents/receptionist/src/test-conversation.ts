import type { AgentCue, AgentMemory, CallerTurn } from '@parley/engine/ports/agent.ts';
import type { BookingBook, BookingRequest } from './booking-book.ts';
import { createReceptionist } from './receptionist.ts';

/** What the receptionist made of one cue. */
export interface Said {
  readonly text: string;
  readonly expects: string | undefined;
  readonly end: boolean;
  readonly actions: readonly string[];
  readonly intent: string | undefined;
}

/** Saturday morning in New York. */
export const NOW = '2026-11-21T10:00:00-05:00';

/** A conversation in text with a receptionist whose book is kept in memory; memory passes through JSON as in a database. */
export function converse(conversationId = 'test-conversation') {
  const book = memoryBook();
  const agent = createReceptionist({ bookings: book });
  let memory: AgentMemory | undefined;
  let turnNumber = 0;
  const cue = async (given: AgentCue): Promise<Said> => {
    let said: Said = { text: '', expects: undefined, end: false, actions: [], intent: undefined };
    const request = {
      conversationId,
      cue: given,
      memory,
      history: [],
      language: 'en-US',
      nowEpochMs: Date.parse(NOW),
      timeZone: 'America/New_York',
      commit: async () => {},
    };
    for await (const output of agent.respond(request, new AbortController().signal)) {
      if (output.type === 'say') said = { ...said, text: said.text + output.text };
      else if (output.type === 'acted') said = { ...said, actions: [...said.actions, output.name] };
      else if (output.type === 'understood') said = { ...said, intent: output.understanding.intent };
      else {
        said = { ...said, expects: output.expects, end: output.end };
        memory = JSON.parse(JSON.stringify(output.memory));
      }
    }
    return said;
  };
  return {
    book,
    cue,
    say: (text: string, heard: Partial<CallerTurn> = {}) => {
      turnNumber += 1;
      const turn = { turnNumber, text, confidence: 1, rejected: false, modality: 'text' as const, ...heard };
      return cue({ type: 'turn', turn });
    },
    memory: () => memory,
    restore: (stored: AgentMemory | undefined) => {
      memory = stored;
    },
  };
}

/** A book that is kept in memory, and that can be made to fail. */
export function memoryBook() {
  const rows: (BookingRequest & { bookingId: string; status: 'booked' | 'cancelled' })[] = [];
  let failure: 'before writing' | 'after writing' | 'cannot write, can cancel' | 'silence' | undefined;
  const book: BookingBook = {
    async book(request) {
      if (failure === 'silence') await new Promise(() => {});
      if (failure === 'before writing' || failure === 'cannot write, can cancel')
        throw new Error('The book is closed.');
      let row = rows.find((one) => one.idempotencyKey === request.idempotencyKey);
      if (row === undefined) {
        row = { ...request, bookingId: `booking-${rows.length + 1}`, status: 'booked' };
        rows.push(row);
      }
      if (failure === 'after writing') throw new Error('The answer was lost.');
      return { bookingId: row.bookingId };
    },
    async cancel(bookingId) {
      if (failure !== undefined && failure !== 'cannot write, can cancel') throw new Error('The book is closed.');
      const row = rows.find((one) => one.bookingId === bookingId);
      if (row !== undefined) row.status = 'cancelled';
    },
  };
  return {
    ...book,
    rows,
    fail: (how: typeof failure) => {
      failure = how;
    },
  };
}
