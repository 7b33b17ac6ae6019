import type { BookingView } from '@parley/contract/conversations.ts';
import { z } from 'zod';
import type { TurnEntry } from './transcript.ts';

/** A booking as a card shows it; an agent of one's own may tell less of it than the receptionist. */
export interface BookingDetails {
  readonly status: 'booked' | 'cancelled';
  readonly bookingId: string | undefined;
  readonly service: string | undefined;
  readonly startsAtEpochMs: number | undefined;
  readonly timeZone: string | undefined;
  readonly name: string | undefined;
  readonly phone: string | undefined;
}

/** What an `assistant_action` says of a booking; undefined when it is about something else. */
export function bookingOfAction(action: {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}): BookingDetails | undefined {
  const status = statuses.get(action.name);
  if (status === undefined) return undefined;
  const data = actionDataSchema.safeParse(action.data).data ?? {};
  const startsAt = data.starts_at ?? data.startsAt ?? data.startsAtEpochMs ?? data.starts_at_epoch_ms;
  const startsAtEpochMs = startsAt === undefined ? Number.NaN : new Date(startsAt).getTime();
  return {
    status,
    bookingId: data.booking_id ?? data.bookingId,
    service: data.service,
    startsAtEpochMs: Number.isNaN(startsAtEpochMs) ? undefined : startsAtEpochMs,
    timeZone: data.time_zone ?? data.timeZone,
    name: data.name,
    phone: data.phone,
  };
}

/** What every turn booked or cancelled, by turn number. A cancellation shows what was known of the booking. */
export function bookingsOf(turns: readonly TurnEntry[]): ReadonlyMap<number, readonly BookingDetails[]> {
  const known = new Map<string, BookingDetails>();
  return new Map(
    turns.map((turn) => {
      const bookings = turn.actions
        .map(bookingOfAction)
        .filter((booking) => booking !== undefined)
        .map((booking) =>
          completed(booking, booking.bookingId === undefined ? undefined : known.get(booking.bookingId)),
        );
      for (const booking of bookings) if (booking.bookingId !== undefined) known.set(booking.bookingId, booking);
      return [turn.turnNumber, bookings];
    }),
  );
}

export function bookingOfView(view: BookingView): BookingDetails {
  return {
    status: view.status,
    bookingId: view.booking_id,
    service: view.service,
    startsAtEpochMs: new Date(view.starts_at).getTime(),
    timeZone: view.time_zone,
    name: view.name,
    phone: view.phone,
  };
}

/** The day and the time on the clock of the place, such as "Friday, 27 November" and "3:00 PM". */
export function whenText(booking: BookingDetails): { readonly day: string; readonly time: string } | undefined {
  if (booking.startsAtEpochMs === undefined) return undefined;
  const timeZone = isTimeZone(booking.timeZone) ? booking.timeZone : undefined;
  const format = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat('en', { ...options, ...(timeZone === undefined ? {} : { timeZone }) }).format(
      booking.startsAtEpochMs,
    );
  return {
    day: format({ weekday: 'long', day: 'numeric', month: 'long' }),
    time: format({ hour: 'numeric', minute: '2-digit' }),
  };
}

function completed(booking: BookingDetails, earlier: BookingDetails | undefined): BookingDetails {
  return {
    status: booking.status,
    bookingId: booking.bookingId,
    service: booking.service ?? earlier?.service,
    startsAtEpochMs: booking.startsAtEpochMs ?? earlier?.startsAtEpochMs,
    timeZone: booking.timeZone ?? earlier?.timeZone,
    name: booking.name ?? earlier?.name,
    phone: booking.phone ?? earlier?.phone,
  };
}

const statuses: ReadonlyMap<string, BookingDetails['status']> = new Map([
  ['appointment_booked', 'booked'],
  ['appointment_changed', 'booked'],
  ['appointment_cancelled', 'cancelled'],
]);

const text = z.string().max(200).optional().catch(undefined);
const instant = z
  .union([z.string().max(40), z.number()])
  .optional()
  .catch(undefined);
/** Both spellings are taken: agents are written in code, the record in the API's style. */
const actionDataSchema = z.object({
  booking_id: text,
  bookingId: text,
  service: text,
  starts_at: instant,
  startsAt: instant,
  startsAtEpochMs: instant,
  starts_at_epoch_ms: instant,
  time_zone: text,
  timeZone: text,
  name: text,
  phone: text,
});

function isTimeZone(timeZone: string | undefined): boolean {
  if (timeZone === undefined) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone }) instanceof Intl.DateTimeFormat;
  } catch {
    return false;
  }
}
