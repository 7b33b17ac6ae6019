import { describe, expect, it } from 'vitest';
import type { BookingBook } from '../booking-book.ts';
import { memoryBook } from '../memory-book.ts';
import {
  appointmentRequest as appointment,
  describeCalendar,
  HALF_HOUR_MS,
  moveRequest as moved,
} from '../testing/calendar-contract.ts';
import { createMemoryCalendar } from './memory-calendar.ts';
import { saturdayMorning } from './test-shop.ts';

const signal = AbortSignal.timeout(60_000);
const now = () => saturdayMorning;

describeCalendar(
  'a calendar in memory',
  async () => ({ calendar: createMemoryCalendar(memoryBook(), { now }), conversationId: 'conversation-1' }),
  { randomRuns: 300 },
);

describe('a calendar in memory, in front of a book', () => {
  it('leaves in the book what it says stands, after bookings, moves and cancellations at once', async () => {
    const book = memoryBook();
    const calendar = createMemoryCalendar(book, { now });
    const chairIds = ['a', 'b'];
    const first = await calendar.book(appointment('first', 2, { chairIds }), signal);
    await Promise.allSettled([
      calendar.reschedule(moved(first.bookingId, 'move-1', 4, { chairIds }), signal),
      calendar.book(appointment('second', 4, { chairIds }), signal),
      calendar.cancel(first.bookingId, signal),
      calendar.reschedule(moved(first.bookingId, 'move-2', 6, { chairIds }), signal),
      calendar.book(appointment('third', 2, { chairIds }), signal),
    ]);
    const busy = await calendar.busy(now(), now() + 20 * HALF_HOUR_MS, signal);
    const inBook = book.rows.filter((row) => row.status === 'booked').map((row) => row.startsAtEpochMs);
    expect(inBook.sort()).toEqual(busy.map((one) => one.startsAtEpochMs).sort());
  });

  it('leaves one standing time when two moves of one appointment race', async () => {
    const book = memoryBook();
    const calendar = createMemoryCalendar(book, { now });
    const mine = await calendar.book(appointment('mine', 2), signal);
    const moves = await Promise.allSettled([
      calendar.reschedule(moved(mine.bookingId, 'move-1', 4), signal),
      calendar.reschedule(moved(mine.bookingId, 'move-2', 6), signal),
    ]);
    expect(moves.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    const standing = book.rows.filter((row) => row.status === 'booked');
    const found = await calendar.find({ by: 'reference', bookingId: mine.bookingId }, now(), signal);
    expect(standing.map((row) => row.startsAtEpochMs)).toEqual(found.map((one) => one.startsAtEpochMs));
  });

  it('holds the time for the caller whose booking the book did not confirm, then lets it go', async () => {
    let clock = saturdayMorning;
    const book = failingBook(1);
    const calendar = createMemoryCalendar(book, { now: () => clock, unconfirmedMs: 1000 });
    await expect(calendar.book(appointment('mine', 2), signal)).rejects.toMatchObject({ code: 'calendar_unavailable' });
    await expect(calendar.book(appointment('theirs', 2), signal)).rejects.toMatchObject({ code: 'slot_taken' });
    await expect(calendar.book(appointment('mine', 2), signal)).resolves.toMatchObject({ status: 'booked' });

    const lost = createMemoryCalendar(failingBook(1), { now: () => clock, unconfirmedMs: 1000 });
    await expect(lost.book(appointment('mine', 2), signal)).rejects.toMatchObject({ code: 'calendar_unavailable' });
    clock += 1000;
    await expect(lost.book(appointment('theirs', 2), signal)).resolves.toMatchObject({ status: 'booked' });
  });
});

/** A book that fails so often, then works. */
function failingBook(times: number): BookingBook {
  const book = memoryBook();
  let left = times;
  return {
    async book(request, abort) {
      left -= 1;
      if (left >= 0) throw new Error('The database is away');
      return book.book(request, abort);
    },
    cancel: (bookingId, abort) => book.cancel(bookingId, abort),
  };
}
