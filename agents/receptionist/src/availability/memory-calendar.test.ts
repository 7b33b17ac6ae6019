import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BookingBook } from '../booking-book.ts';
import { memoryBook } from '../memory-book.ts';
import { type NewAppointment, overlaps } from './calendar.ts';
import { createMemoryCalendar } from './memory-calendar.ts';
import { saturdayMorning } from './test-shop.ts';

const HALF_HOUR = 1_800_000;
const signal = AbortSignal.timeout(60_000);
const now = () => saturdayMorning;

function appointment(key: string, startsInHalfHours: number, overrides: Partial<NewAppointment> = {}): NewAppointment {
  const startsAtEpochMs = saturdayMorning + startsInHalfHours * HALF_HOUR;
  return {
    idempotencyKey: key,
    conversationId: 'conversation-1',
    service: 'haircut',
    startsAtEpochMs,
    endsAtEpochMs: startsAtEpochMs + HALF_HOUR,
    timeZone: 'Europe/London',
    chairIds: ['a'],
    name: 'Ann Lee',
    phone: '442079460123',
    ...overrides,
  };
}

/** Where it stands in the calendar, but for what makes it the caller's. */
const moved = (bookingId: string, key: string, to: number, chairIds = ['a']) => {
  const { idempotencyKey, conversationId, startsAtEpochMs, endsAtEpochMs, timeZone } = appointment(key, to);
  return { idempotencyKey, conversationId, startsAtEpochMs, endsAtEpochMs, timeZone, bookingId, chairIds };
};

describe('a calendar in memory', () => {
  it('gives one time on two chairs to exactly two of ten callers who ask at once', async () => {
    const book = memoryBook();
    const calendar = createMemoryCalendar(book, { now });
    const asked = Array.from({ length: 10 }, (_, at) =>
      calendar.book(appointment(`key-${at}`, 2, { chairIds: ['a', 'b'] }), signal),
    );
    const outcomes = await Promise.allSettled(asked);
    const made = outcomes.filter((one) => one.status === 'fulfilled').map((one) => one.value.chairId);
    expect(made.sort()).toEqual(['a', 'b']);
    for (const one of outcomes) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'slot_taken' });
    expect(book.rows).toHaveLength(2);
  });

  it('makes one appointment of the same key twice, at once and later', async () => {
    const book = memoryBook();
    const calendar = createMemoryCalendar(book, { now });
    const [first, second] = await Promise.all([
      calendar.book(appointment('same', 2), signal),
      calendar.book(appointment('same', 2), signal),
    ]);
    expect(second).toEqual(first);
    expect(await calendar.book(appointment('same', 2), signal)).toEqual(first);
    expect(book.rows).toHaveLength(1);
    await expect(calendar.book(appointment('same', 4), signal)).rejects.toMatchObject({ code: 'key_reused' });
  });

  it('keeps the old time when the new one is taken, and frees it only when the new one stands', async () => {
    const book = memoryBook();
    const calendar = createMemoryCalendar(book, { now });
    const mine = await calendar.book(appointment('mine', 2), signal);
    await calendar.book(appointment('theirs', 4), signal);
    await expect(calendar.reschedule(moved(mine.bookingId, 'move-1', 4), signal)).rejects.toMatchObject({
      code: 'slot_taken',
    });
    const claim = { by: 'reference', bookingId: mine.bookingId } as const;
    expect(await calendar.find(claim, now(), signal)).toEqual([mine]);

    const after = await calendar.reschedule(moved(mine.bookingId, 'move-2', 6), signal);
    expect(after).toEqual({
      ...mine,
      startsAtEpochMs: mine.startsAtEpochMs + 4 * HALF_HOUR,
      endsAtEpochMs: mine.endsAtEpochMs + 4 * HALF_HOUR,
    });
    expect(await calendar.reschedule(moved(mine.bookingId, 'move-2', 6), signal)).toEqual(after);
    expect(book.rows.filter((row) => row.status === 'booked')).toHaveLength(2);
    await expect(calendar.book(appointment('next', 2), signal)).resolves.toMatchObject({ chairId: 'a' });
  });

  it('moves an appointment onto part of its own old time', async () => {
    const calendar = createMemoryCalendar(memoryBook(), { now });
    const long = appointment('long', 2, { endsAtEpochMs: saturdayMorning + 5 * HALF_HOUR });
    const mine = await calendar.book(long, signal);
    const later = { ...moved(mine.bookingId, 'move', 3), endsAtEpochMs: saturdayMorning + 6 * HALF_HOUR };
    await expect(calendar.reschedule(later, signal)).resolves.toMatchObject({ startsAtEpochMs: later.startsAtEpochMs });
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

  it('finds appointments by number and name as they are said again, and not by either alone', async () => {
    const calendar = createMemoryCalendar(memoryBook(), { now });
    await calendar.book(appointment('mine', 2, { name: 'Nguyễn Thị Ánh' }), signal);
    const find = (phone: string, name: string) => calendar.find({ by: 'customer', phone, name }, now(), signal);
    expect(await find('020 7946 0123', 'anh nguyen')).toHaveLength(1);
    expect(await find('020 7946 0123', 'Ben')).toHaveLength(0);
    expect(await find('020 7946 0124', 'Nguyễn Thị Ánh')).toHaveLength(0);
  });

  it('never has two appointments overlap on one chair, whatever is booked, moved and cancelled at once', async () => {
    const act = fc.record({
      type: fc.constantFrom('book', 'move', 'cancel'),
      start: fc.integer({ min: 1, max: 12 }),
      length: fc.integer({ min: 1, max: 4 }),
      which: fc.nat(2),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
        const book = memoryBook();
        const calendar = createMemoryCalendar(book, { now });
        const chairIds = ['a', 'b'];
        // Two appointments stand, so that there is something to fight about.
        for (const at of [2, 8]) await calendar.book(appointment(`first-${at}`, at, { chairIds }), signal);
        await Promise.allSettled(
          acts.map(async ({ type, start, length, which }, at) => {
            const bookingId = `booking-${which + 1}`;
            const request = appointment(`key-${at}`, start, { chairIds });
            const endsAtEpochMs = request.startsAtEpochMs + length * HALF_HOUR;
            if (type === 'book') return calendar.book({ ...request, endsAtEpochMs }, signal);
            if (type === 'cancel') return calendar.cancel(bookingId, signal);
            return calendar.reschedule({ ...moved(bookingId, `key-${at}`, start, chairIds), endsAtEpochMs }, signal);
          }),
        );
        const busy = await calendar.busy(0, Number.MAX_SAFE_INTEGER, signal);
        for (const [at, one] of busy.entries()) {
          const clash = busy.slice(at + 1).find((other) => other.chairId === one.chairId && overlaps(one, other));
          expect(clash).toBeUndefined();
        }
        // What the book says stands is what the calendar says is taken.
        const inBook = book.rows.filter((row) => row.status === 'booked').map((row) => row.startsAtEpochMs);
        expect(inBook.sort()).toEqual(busy.map((one) => one.startsAtEpochMs).sort());
      }),
      { numRuns: 300 },
    );
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
