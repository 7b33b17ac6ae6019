import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Calendar, type MovedAppointment, type NewAppointment, overlaps } from '../availability/calendar.ts';
import { saturdayMorning } from '../availability/test-shop.ts';

export const HALF_HOUR_MS = 1_800_000;

/** An empty calendar, and a conversation that may write to it. */
export interface CalendarUnderTest {
  readonly calendar: Calendar;
  readonly conversationId: string;
}

export interface CalendarContractOptions {
  /** How often the whole is tried with random callers; each try makes up to 42 changes. */
  readonly randomRuns: number;
}

/** What every `Calendar` must do, wherever it keeps the appointments. */
export function describeCalendar(
  what: string,
  open: () => Promise<CalendarUnderTest>,
  { randomRuns }: CalendarContractOptions,
): void {
  describe(what, () => {
    const signal = AbortSignal.timeout(300_000);
    let { calendar, conversationId }: Partial<CalendarUnderTest> = {};
    const here = (): Calendar => {
      if (calendar === undefined) throw new Error('The calendar was not opened');
      return calendar;
    };
    const request = (key: string, startsInHalfHours: number, overrides: Partial<NewAppointment> = {}) =>
      appointmentRequest(key, startsInHalfHours, { ...(conversationId && { conversationId }), ...overrides });
    const move = (bookingId: string, key: string, to: number, overrides: Partial<MovedAppointment> = {}) =>
      moveRequest(bookingId, key, to, { ...(conversationId && { conversationId }), ...overrides });
    const taken = (of = here()) => of.busy(saturdayMorning, saturdayMorning + 100 * HALF_HOUR_MS, signal);
    const byReference = (bookingId: string) => here().find({ by: 'reference', bookingId }, saturdayMorning, signal);

    beforeEach(async () => {
      ({ calendar, conversationId } = await open());
    });

    it('gives one time to exactly as many of fifty callers at once as there are chairs', async () => {
      const chairIds = ['a', 'b', 'c'];
      const asked = Array.from({ length: 50 }, (_, at) => here().book(request(`${at}`, 2, { chairIds }), signal));
      const outcomes = await Promise.allSettled(asked);
      const made = outcomes.filter((one) => one.status === 'fulfilled').map((one) => one.value.chairId);
      expect(made.sort()).toEqual(chairIds);
      for (const one of outcomes) {
        if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'slot_taken' });
      }
      expect((await taken()).map((one) => one.chairId).sort()).toEqual(chairIds);
    });

    it('makes one appointment of the same key twice, at once and later', async () => {
      const [first, second] = await Promise.all([
        here().book(request('same', 2), signal),
        here().book(request('same', 2), signal),
      ]);
      expect(second).toEqual(first);
      expect(await here().book(request('same', 2, { chairIds: ['b', 'a'] }), signal)).toEqual(first);
      expect(await taken()).toHaveLength(1);
      await expect(here().book(request('same', 4), signal)).rejects.toMatchObject({ code: 'key_reused' });
      await expect(here().reschedule(move(first.bookingId, 'same', 2), signal)).rejects.toMatchObject({
        code: 'key_reused',
      });
    });

    it('answers a key that comes again as it did first, also when the appointment was moved since', async () => {
      const first = await here().book(request('mine', 2), signal);
      await here().reschedule(move(first.bookingId, 'move', 6), signal);
      expect(await here().book(request('mine', 2), signal)).toEqual(first);
      expect(await taken()).toHaveLength(1);
    });

    it('lets the next caller have a key’s time when nothing came of it', async () => {
      await here().book(request('theirs', 2), signal);
      await expect(here().book(request('mine', 2), signal)).rejects.toMatchObject({ code: 'slot_taken' });
      await expect(here().book(request('mine', 4), signal)).resolves.toMatchObject({ status: 'booked' });
    });

    it('keeps the old time when the new one is taken, and frees it only when the new one stands', async () => {
      const mine = await here().book(request('mine', 2), signal);
      await here().book(request('theirs', 4), signal);
      await expect(here().reschedule(move(mine.bookingId, 'move-1', 4), signal)).rejects.toMatchObject({
        code: 'slot_taken',
      });
      expect(await byReference(mine.bookingId)).toEqual([mine]);

      const after = await here().reschedule(move(mine.bookingId, 'move-2', 6), signal);
      expect(after).toEqual({
        ...mine,
        startsAtEpochMs: mine.startsAtEpochMs + 4 * HALF_HOUR_MS,
        endsAtEpochMs: mine.endsAtEpochMs + 4 * HALF_HOUR_MS,
      });
      expect(await here().reschedule(move(mine.bookingId, 'move-2', 6), signal)).toEqual(after);
      expect(await taken()).toHaveLength(2);
      await expect(here().book(request('next', 2), signal)).resolves.toMatchObject({ chairId: 'a' });
    });

    it('moves an appointment onto part of its own old time', async () => {
      const long = request('long', 2, { endsAtEpochMs: saturdayMorning + 5 * HALF_HOUR_MS });
      const mine = await here().book(long, signal);
      const later = move(mine.bookingId, 'move', 3, { endsAtEpochMs: saturdayMorning + 6 * HALF_HOUR_MS });
      await expect(here().reschedule(later, signal)).resolves.toMatchObject({
        startsAtEpochMs: later.startsAtEpochMs,
      });
    });

    it('leaves one standing time when several moves of one appointment race', async () => {
      const mine = await here().book(request('mine', 2), signal);
      const moves = await Promise.allSettled(
        [4, 6, 8].map((to) => here().reschedule(move(mine.bookingId, `move-${to}`, to), signal)),
      );
      const stood = moves.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      expect(stood.length).toBeGreaterThan(0);
      const [now, ...others] = await byReference(mine.bookingId);
      expect(others).toEqual([]);
      expect(stood).toContainEqual(now);
      expect((await taken()).map((one) => one.startsAtEpochMs)).toEqual([now?.startsAtEpochMs]);
    });

    it('gives a time that several want to move to to one of them, and leaves the others where they were', async () => {
      const before = await Promise.all([10, 12, 14, 16, 18].map((at) => here().book(request(`key-${at}`, at), signal)));
      const moves = await Promise.allSettled(
        before.map((one) => here().reschedule(move(one.bookingId, `move-${one.bookingId}`, 2), signal)),
      );
      expect(moves.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
      for (const [at, one] of before.entries()) {
        const [now] = await byReference(one.bookingId);
        if (moves[at]?.status === 'rejected') expect(now).toEqual(one);
        else expect(now?.startsAtEpochMs).toBe(saturdayMorning + 2 * HALF_HOUR_MS);
      }
    });

    it('gives a cancelled time to the next caller, and cancels twice without harm', async () => {
      const mine = await here().book(request('mine', 2), signal);
      const cancelled = { ...mine, status: 'cancelled' };
      expect(await here().cancel(mine.bookingId, signal)).toEqual(cancelled);
      expect(await here().cancel(mine.bookingId, signal)).toEqual(cancelled);
      expect(await byReference(mine.bookingId)).toEqual([]);
      await expect(here().reschedule(move(mine.bookingId, 'move', 4), signal)).rejects.toMatchObject({
        code: 'appointment_not_found',
      });
      await expect(here().book(request('next', 2), signal)).resolves.toMatchObject({ chairId: 'a' });
    });

    it.each(['nothing', '', '00000000-0000-4000-8000-00000000beef', 'x\u0000'])(
      'says of a reference that it never gave (%j) that there is none',
      async (bookingId) => {
        const unknown = { code: 'appointment_not_found' };
        await expect(here().cancel(bookingId, signal)).rejects.toMatchObject(unknown);
        await expect(here().reschedule(move(bookingId, 'move', 4), signal)).rejects.toMatchObject(unknown);
        expect(await byReference(bookingId)).toEqual([]);
      },
    );

    it('finds appointments by number and name as they are said again, earliest first, and not by either alone', async () => {
      const later = await here().book(request('later', 8, { name: 'Nguyễn Thị Ánh' }), signal);
      const sooner = await here().book(request('sooner', 2, { name: 'Nguyễn Thị Ánh' }), signal);
      await here().book(request('other', 4, { name: 'Ben Lee' }), signal);
      const find = (phone: string, name: string, nowEpochMs = saturdayMorning) =>
        here().find({ by: 'customer', phone, name }, nowEpochMs, signal);
      expect(await find('020 7946 0123', 'anh nguyen')).toEqual([sooner, later]);
      expect(await find('+44 20 7946 0123', 'Ánh', sooner.endsAtEpochMs)).toEqual([later]);
      expect(await find('020 7946 0123', 'Anna')).toEqual([]);
      expect(await find('020 7946 0124', 'Nguyễn Thị Ánh')).toEqual([]);
      expect(await find('0123', 'Nguyễn Thị Ánh')).toEqual([]);
    });

    it('tells what is taken in a range, and not what only touches it', async () => {
      const mine = await here().book(request('mine', 2), signal);
      const { chairId, startsAtEpochMs, endsAtEpochMs, bookingId } = mine;
      const busy = (from: number, to: number) => here().busy(from, to, signal);
      const spans = [{ chairId, startsAtEpochMs, endsAtEpochMs, bookingId }];
      expect(await busy(startsAtEpochMs + 1, startsAtEpochMs + 2)).toEqual(spans);
      expect(await busy(startsAtEpochMs - HALF_HOUR_MS, startsAtEpochMs)).toEqual([]);
      expect(await busy(endsAtEpochMs, endsAtEpochMs + HALF_HOUR_MS)).toEqual([]);
    });

    it('writes nothing for a caller who has gone', async () => {
      const gone = AbortSignal.abort(new Error('the caller has gone'));
      await expect(here().book(request('mine', 2), gone)).rejects.toThrow('the caller has gone');
      expect(await taken()).toEqual([]);
    });

    it('never has two appointments overlap on one chair, whatever is booked, moved and cancelled at once', async () => {
      const act = fc.record({
        type: fc.constantFrom('book', 'move', 'cancel'),
        start: fc.integer({ min: 1, max: 12 }),
        length: fc.integer({ min: 1, max: 4 }),
        which: fc.nat(1),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
          ({ calendar, conversationId } = await open());
          const chairIds = ['a', 'b'];
          // Two appointments stand, so that there is something to fight about.
          const first = await Promise.all(
            [2, 8].map((at) => here().book(request(`first-${at}`, at, { chairIds }), signal)),
          );
          const outcomes = await Promise.allSettled(
            acts.map(async ({ type, start, length, which }, at) => {
              const bookingId = first[which]?.bookingId ?? '';
              const endsAtEpochMs = saturdayMorning + (start + length) * HALF_HOUR_MS;
              if (type === 'book') return here().book(request(`key-${at}`, start, { chairIds, endsAtEpochMs }), signal);
              if (type === 'cancel') return here().cancel(bookingId, signal);
              return here().reschedule(move(bookingId, `key-${at}`, start, { chairIds, endsAtEpochMs }), signal);
            }),
          );
          const busy = await taken();
          for (const [at, one] of busy.entries()) {
            const clash = busy.slice(at + 1).find((other) => other.chairId === one.chairId && overlaps(one, other));
            expect(clash).toBeUndefined();
          }
          // Whoever was told that a booking stands finds it; the two that were fought about may have gone.
          const told = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value.bookingId] : []));
          const fought = first.map((one) => one.bookingId);
          const standing = busy.map((one) => one.bookingId).filter((one) => one !== undefined && !fought.includes(one));
          expect(standing.sort()).toEqual([...new Set(told)].filter((one) => !fought.includes(one)).sort());
        }),
        { numRuns: randomRuns },
      );
    });
  });
}

/** A haircut of half an hour so many half hours after Saturday morning, on chair `a`. */
export function appointmentRequest(
  key: string,
  startsInHalfHours: number,
  overrides: Partial<NewAppointment> = {},
): NewAppointment {
  const startsAtEpochMs = saturdayMorning + startsInHalfHours * HALF_HOUR_MS;
  return {
    idempotencyKey: key,
    conversationId: 'conversation-1',
    service: 'haircut',
    startsAtEpochMs,
    endsAtEpochMs: startsAtEpochMs + HALF_HOUR_MS,
    timeZone: 'Europe/London',
    chairIds: ['a'],
    name: 'Ann Lee',
    phone: '442079460123',
    ...overrides,
  };
}

/** The move of an appointment to so many half hours after Saturday morning, on chair `a`. */
export function moveRequest(
  bookingId: string,
  key: string,
  to: number,
  overrides: Partial<MovedAppointment> = {},
): MovedAppointment {
  const { idempotencyKey, conversationId, startsAtEpochMs, endsAtEpochMs, timeZone, chairIds } = appointmentRequest(
    key,
    to,
  );
  return {
    idempotencyKey,
    conversationId,
    startsAtEpochMs,
    endsAtEpochMs,
    timeZone,
    bookingId,
    chairIds,
    ...overrides,
  };
}
