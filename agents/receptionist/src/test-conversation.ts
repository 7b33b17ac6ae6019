import type { AgentCue, AgentMemory, CallerTurn } from '@parley/engine/ports/agent.ts';
import type { BookingBook } from './booking-book.ts';
import { memoryBook } from './memory-book.ts';
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
  const book = failingBook();
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

function failingBook() {
  const kept = memoryBook();
  let failure: 'before writing' | 'after writing' | 'cannot write, can cancel' | 'silence' | undefined;
  const book: BookingBook = {
    async book(request, signal) {
      if (failure === 'silence') await new Promise(() => {});
      if (failure === 'before writing' || failure === 'cannot write, can cancel')
        throw new Error('The book is closed.');
      const booked = await kept.book(request, signal);
      if (failure === 'after writing') throw new Error('The answer was lost.');
      return booked;
    },
    async cancel(bookingId, signal) {
      if (failure !== undefined && failure !== 'cannot write, can cancel') throw new Error('The book is closed.');
      await kept.cancel(bookingId, signal);
    },
  };
  return {
    ...book,
    rows: kept.rows,
    fail: (how: typeof failure) => {
      failure = how;
    },
  };
}
