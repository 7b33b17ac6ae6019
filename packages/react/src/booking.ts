import type { BookingView } from '@parley/contract/conversations.ts';
import { z } from 'zod';
import type { TurnEntry } from './transcript.ts';

/** A booking as a card shows it; an agent of one's own may tell less of it than the receptionist. */
export interface BookingDetails {
  /** `moved` stands too, at another time than before. */
  readonly status: 'booked' | 'moved' | 'cancelled';
  readonly bookingId: string | undefined;
  readonly service: string | undefined;
  readonly startsAtEpochMs: number | undefined;
  /** When it was, if it was moved. */
  readonly movedFromEpochMs: number | undefined;
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
  return {
    status,
    bookingId: data.booking_id ?? data.bookingId,
    service: data.service,
    startsAtEpochMs: startOf(data),
    movedFromEpochMs: status === 'moved' && data.before !== undefined ? startOf(data.before) : undefined,
    timeZone: data.time_zone ?? data.timeZone,
    name: data.name,
    phone: data.phone,
  };
}

/**
 * What every turn booked, moved or cancelled, by turn number. A booking is shown once, as it stands now, at the turn that
 * changed it last: two cards that contradict each other would leave people to work out which one holds. What a change does
 * not tell is known from those before it.
 */
export function bookingsOf(turns: readonly TurnEntry[]): ReadonlyMap<number, readonly BookingDetails[]> {
  const known = new Map<string, BookingDetails>();
  const lastTurn = new Map<string, number>();
  const without = new Map<number, BookingDetails[]>();
  for (const { turnNumber, actions } of turns) {
    const unnamed: BookingDetails[] = [];
    for (const booking of actions.map(bookingOfAction)) {
      if (booking?.bookingId === undefined) {
        if (booking !== undefined) unnamed.push(booking);
        continue;
      }
      known.set(booking.bookingId, completed(booking, known.get(booking.bookingId)));
      lastTurn.set(booking.bookingId, turnNumber);
    }
    without.set(turnNumber, unnamed);
  }
  return new Map(
    turns.map(({ turnNumber }) => [
      turnNumber,
      [
        ...[...known.entries()].filter(([id]) => lastTurn.get(id) === turnNumber).map(([, booking]) => booking),
        ...(without.get(turnNumber) ?? []),
      ],
    ]),
  );
}

/** Whether two tell the same of one booking; how it came to its time makes no difference. */
export function isSameBooking(one: BookingDetails, other: BookingDetails): boolean {
  return (
    one.bookingId === other.bookingId &&
    (one.status === 'cancelled') === (other.status === 'cancelled') &&
    one.startsAtEpochMs === other.startsAtEpochMs
  );
}

export function bookingOfView(view: BookingView): BookingDetails {
  return {
    status: view.status,
    bookingId: view.booking_id,
    service: view.service,
    startsAtEpochMs: new Date(view.starts_at).getTime(),
    movedFromEpochMs: undefined,
    timeZone: view.time_zone,
    name: view.name,
    phone: view.phone,
  };
}

/** The day and the time on the clock of the place, such as "Friday, 27 November" and "3:00 PM". */
export function whenText(
  booking: Pick<BookingDetails, 'startsAtEpochMs' | 'timeZone'>,
): { readonly day: string; readonly time: string } | undefined {
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
    movedFromEpochMs: booking.status === 'moved' ? (booking.movedFromEpochMs ?? earlier?.startsAtEpochMs) : undefined,
    timeZone: booking.timeZone ?? earlier?.timeZone,
    name: booking.name ?? earlier?.name,
    phone: booking.phone ?? earlier?.phone,
  };
}

const statuses: ReadonlyMap<string, BookingDetails['status']> = new Map([
  ['appointment_booked', 'booked'],
  ['appointment_rescheduled', 'moved'],
  ['appointment_changed', 'moved'],
  ['appointment_cancelled', 'cancelled'],
]);

const text = z.string().max(200).optional().catch(undefined);
const instant = z
  .union([z.string().max(40), z.number()])
  .optional()
  .catch(undefined);
/** Both spellings are taken: agents are written in code, the record in the API's style. */
const startSchema = z.object({
  starts_at: instant,
  startsAt: instant,
  startsAtEpochMs: instant,
  starts_at_epoch_ms: instant,
});
const actionDataSchema = startSchema.extend({
  booking_id: text,
  bookingId: text,
  service: text,
  /** Where a moved one stood before. */
  before: startSchema.optional().catch(undefined),
  time_zone: text,
  timeZone: text,
  name: text,
  phone: text,
});

function startOf(data: z.infer<typeof startSchema>): number | undefined {
  const startsAt = data.starts_at ?? data.startsAt ?? data.startsAtEpochMs ?? data.starts_at_epoch_ms;
  const epochMs = startsAt === undefined ? Number.NaN : new Date(startsAt).getTime();
  return Number.isNaN(epochMs) ? undefined : epochMs;
}

function isTimeZone(timeZone: string | undefined): boolean {
  if (timeZone === undefined) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone }) instanceof Intl.DateTimeFormat;
  } catch {
    return false;
  }
}
