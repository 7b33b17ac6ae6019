import type { BookingBook } from '../booking-book.ts';
import {
  type Appointment,
  type BusySpan,
  type Calendar,
  CalendarError,
  type MovedAppointment,
  type NewAppointment,
  overlaps,
} from './calendar.ts';
import { sameName, samePhone } from './same-customer.ts';

export interface MemoryCalendarOptions {
  readonly now?: () => number;
  /** Appointments kept at once; those that are over are forgotten first. 20,000 is a year of a shop with ten chairs. */
  readonly capacity?: number;
  /**
   * How long a time stays taken after the book did not say whether it wrote it down: long enough for the caller to try again
   * with the same key, short enough to be given to someone else.
   */
  readonly unconfirmedMs?: number;
}

/**
 * A calendar in memory, for one process, in front of a book that keeps the appointments: a time is held before the book is
 * asked, so that no one else can take it meanwhile, and is let go when the book fails. It knows of appointments made through
 * itself only.
 */
export function createMemoryCalendar(book: BookingBook, options: MemoryCalendarOptions = {}): Calendar {
  const { now = Date.now, capacity = 20_000, unconfirmedMs = 120_000 } = options;
  const appointments = new Map<string, Kept>();
  const holds = new Map<string, Hold>();
  /** What was asked for with each key, and its answer. Bounded like the appointments: each has one or more keys. */
  const asked = new Map<string, { readonly request: string; readonly answer: Promise<Appointment> }>();

  const taken = (): readonly BusySpan[] => {
    const moment = now();
    for (const [key, hold] of holds) if (hold.untilEpochMs <= moment) holds.delete(key);
    const standing = [...appointments.values()].filter((one) => one.status === 'booked');
    return [...standing, ...holds.values()];
  };

  /** Synchronous: nothing comes between the look and the hold. */
  const hold = (request: NewAppointment | MovedAppointment, except: string | undefined): Hold => {
    const before = taken();
    const own = holds.get(request.idempotencyKey);
    const others = before.filter((span) => span !== own && (except === undefined || span.bookingId !== except));
    const candidates = own === undefined ? request.chairIds : [own.chairId, ...request.chairIds];
    const chairId = candidates.find((one) => !others.some((span) => span.chairId === one && overlaps(span, request)));
    if (chairId === undefined) {
      throw new CalendarError('slot_taken', 'The time is taken; offer the nearest free ones.');
    }
    const { startsAtEpochMs, endsAtEpochMs } = request;
    const made: Hold = { chairId, startsAtEpochMs, endsAtEpochMs, bookingId: except, untilEpochMs: Infinity };
    holds.set(request.idempotencyKey, made);
    return made;
  };

  const makeRoom = (): void => {
    if (appointments.size < capacity) return;
    for (const [bookingId, one] of appointments) {
      if (one.endsAtEpochMs <= now() || one.status === 'cancelled') appointments.delete(bookingId);
    }
    if (appointments.size >= capacity) {
      throw new CalendarError('calendar_full', `The calendar holds ${capacity} appointments; raise its capacity.`);
    }
  };

  /** Each key is worked on once; a failure is forgotten so that the same key can be tried again. */
  const once = (key: string, request: string, act: () => Promise<Appointment>): Promise<Appointment> => {
    const before = asked.get(key);
    if (before !== undefined) {
      if (before.request === request) return before.answer;
      throw new CalendarError('key_reused', 'The idempotency key was used for another request; use a new one.');
    }
    const answer = act();
    asked.set(key, { request, answer });
    if (asked.size > capacity * 2) for (const oldest of asked.keys()) if (asked.delete(oldest)) break;
    answer.catch(() => asked.delete(key));
    return answer;
  };

  /** Let the book write; when it fails the hold stays a while, for it may have written all the same. */
  const writing = async <T>(held: Hold, key: string, write: () => Promise<T>, forgetAt?: number): Promise<T> => {
    try {
      return await write();
    } catch (error) {
      holds.set(key, { ...held, untilEpochMs: forgetAt ?? now() + unconfirmedMs });
      throw new CalendarError('calendar_unavailable', 'The book did not answer; try again with the same key.', {
        cause: error,
      });
    }
  };

  const standing = (bookingId: string): Kept => {
    const one = appointments.get(bookingId);
    if (one === undefined) {
      throw new CalendarError(
        'appointment_not_found',
        `There is no appointment ${bookingId}; ask for the reference again.`,
      );
    }
    return one;
  };

  return {
    async busy(fromEpochMs, toEpochMs, signal) {
      signal.throwIfAborted();
      const range = { startsAtEpochMs: fromEpochMs, endsAtEpochMs: toEpochMs };
      return taken()
        .filter((span) => overlaps(span, range))
        .map(({ chairId, startsAtEpochMs, endsAtEpochMs, bookingId }) => ({
          chairId,
          startsAtEpochMs,
          endsAtEpochMs,
          bookingId,
        }));
    },

    async book(request, signal) {
      signal.throwIfAborted();
      return once(request.idempotencyKey, requestText(request), async () => {
        makeRoom();
        const held = hold(request, undefined);
        const { idempotencyKey, conversationId, service, startsAtEpochMs, timeZone, name, phone } = request;
        const row = { idempotencyKey, conversationId, service, startsAtEpochMs, timeZone, name, phone };
        const { bookingId } = await writing(held, idempotencyKey, () => book.book(row, signal));
        const made: Kept = { ...row, ...placed(held), bookingId, rowId: bookingId, status: 'booked' };
        appointments.set(bookingId, made);
        holds.delete(idempotencyKey);
        return appointmentOf(made);
      });
    },

    async reschedule(request, signal) {
      signal.throwIfAborted();
      return once(request.idempotencyKey, requestText(request), async () => {
        const old = standing(request.bookingId);
        if (old.status === 'cancelled') {
          throw new CalendarError('appointment_not_found', 'The appointment was cancelled; book a new one.');
        }
        const { idempotencyKey, conversationId, startsAtEpochMs, timeZone } = request;
        const held = hold(request, old.bookingId);
        const { service, name, phone } = old;
        const row = { idempotencyKey, conversationId, service, startsAtEpochMs, timeZone, name, phone };
        const written = await writing(held, idempotencyKey, () => book.book(row, signal));
        // The new time stands in the book; only now may the old one go. A second try finds the new one written already.
        // If the old one cannot be cancelled both rows stand in the book, so both times stay taken until a try succeeds.
        await writing(held, idempotencyKey, () => book.cancel(old.rowId, signal), held.endsAtEpochMs);
        const current = standing(old.bookingId);
        if (current.status === 'cancelled' || current.rowId !== old.rowId) {
          // Someone cancelled or moved it while the book was writing: theirs came first, so this one is taken back.
          await writing(held, idempotencyKey, () => book.cancel(written.bookingId, signal));
          holds.delete(idempotencyKey);
          throw new CalendarError(
            'appointment_not_found',
            'The appointment was changed by someone else; look it up again.',
          );
        }
        const moved: Kept = { ...old, ...placed(held), rowId: written.bookingId };
        appointments.set(old.bookingId, moved);
        holds.delete(idempotencyKey);
        return appointmentOf(moved);
      });
    },

    async cancel(bookingId, signal) {
      signal.throwIfAborted();
      const one = standing(bookingId);
      if (one.status === 'booked') {
        try {
          await book.cancel(one.rowId, signal);
        } catch (error) {
          throw new CalendarError('calendar_unavailable', 'The book did not answer; try again.', { cause: error });
        }
      }
      const current = standing(bookingId);
      if (current.rowId !== one.rowId) {
        throw new CalendarError(
          'calendar_unavailable',
          'The appointment was moved meanwhile; look it up and try again.',
        );
      }
      const cancelled: Kept = { ...current, status: 'cancelled' };
      appointments.set(bookingId, cancelled);
      return appointmentOf(cancelled);
    },

    async find(claim, nowEpochMs, signal) {
      signal.throwIfAborted();
      return [...appointments.values()]
        .filter((one) => one.status === 'booked' && one.endsAtEpochMs > nowEpochMs)
        .filter((one) =>
          claim.by === 'reference'
            ? one.bookingId === claim.bookingId
            : samePhone(one.phone, claim.phone) && sameName(one.name, claim.name),
        )
        .sort((a, b) => a.startsAtEpochMs - b.startsAtEpochMs)
        .map(appointmentOf);
    },
  };
}

/** `rowId` is the book's row of the present time; the caller's reference is that of the first. */
type Kept = Appointment & { readonly rowId: string };
type Hold = BusySpan & { readonly untilEpochMs: number };

function placed({ chairId, startsAtEpochMs, endsAtEpochMs }: BusySpan) {
  return { chairId, startsAtEpochMs, endsAtEpochMs };
}

function appointmentOf(kept: Kept): Appointment {
  const { bookingId, service, chairId, startsAtEpochMs, endsAtEpochMs, name, phone, status } = kept;
  return { bookingId, service, chairId, startsAtEpochMs, endsAtEpochMs, name, phone, status };
}

/** What makes two requests the same; which chairs were free when it was asked does not. */
function requestText(request: NewAppointment | MovedAppointment): string {
  const { chairIds: _, ...rest } = request;
  return JSON.stringify(rest);
}
