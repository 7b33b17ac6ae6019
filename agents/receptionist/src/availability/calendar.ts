/** An appointment that stands, or stood. */
export interface Appointment {
  /** The reference that the caller is given; stays the same when the appointment is moved. */
  readonly bookingId: string;
  readonly service: string;
  readonly chairId: string;
  readonly startsAtEpochMs: number;
  readonly endsAtEpochMs: number;
  readonly name: string;
  /** Digits only, 7 to 15. */
  readonly phone: string;
  readonly status: 'booked' | 'cancelled';
}

/** A chair taken from one moment until just before another. */
export interface BusySpan {
  readonly chairId: string;
  readonly startsAtEpochMs: number;
  readonly endsAtEpochMs: number;
  readonly bookingId: string | undefined;
}

export interface NewAppointment {
  /** The same key twice is one appointment: the second call answers as the first did. */
  readonly idempotencyKey: string;
  readonly conversationId: string;
  readonly service: string;
  readonly startsAtEpochMs: number;
  readonly endsAtEpochMs: number;
  /** IANA zone of the shop. */
  readonly timeZone: string;
  /** Tried in this order; the first that is free all the time is taken. */
  readonly chairIds: readonly string[];
  readonly name: string;
  readonly phone: string;
}

export interface MovedAppointment {
  /** The same key twice is one move. */
  readonly idempotencyKey: string;
  readonly conversationId: string;
  readonly bookingId: string;
  readonly startsAtEpochMs: number;
  readonly endsAtEpochMs: number;
  readonly timeZone: string;
  readonly chairIds: readonly string[];
}

/** Whose appointments: by its reference, or by the telephone number and the name together. */
export type AppointmentClaim =
  | { readonly by: 'reference'; readonly bookingId: string }
  | { readonly by: 'customer'; readonly phone: string; readonly name: string };

/**
 * Which chairs are taken when. No two appointments that stand ever overlap on one chair, however many callers book at once:
 * `book` and `reschedule` decide and write as one step. Rejects with a `CalendarError`.
 */
export interface Calendar {
  /** What is taken between the two moments, in no order; spans that only touch the range's ends are not in it. */
  busy(fromEpochMs: number, toEpochMs: number, signal: AbortSignal): Promise<readonly BusySpan[]>;
  /** Resolves once it is durable. `slot_taken` when none of the chairs is free. */
  book(request: NewAppointment, signal: AbortSignal): Promise<Appointment>;
  /**
   * Moves an appointment that stands, as one step: the old time is kept until the new one stands, and its own old time is no
   * obstacle. `slot_taken` leaves everything as it was.
   */
  reschedule(request: MovedAppointment, signal: AbortSignal): Promise<Appointment>;
  /**
   * Cancelling what is cancelled is harmless. `appointment_not_found` for an unknown reference.
   *
   * @param conversationId in which it is cancelled, for its record
   */
  cancel(bookingId: string, signal: AbortSignal, conversationId?: string): Promise<Appointment>;
  /** Appointments that stand and are not over at the moment, earliest first. */
  find(claim: AppointmentClaim, nowEpochMs: number, signal: AbortSignal): Promise<readonly Appointment[]>;
}

export type CalendarErrorCode =
  | 'slot_taken'
  | 'appointment_not_found'
  | 'calendar_unavailable'
  | 'calendar_full'
  | 'key_reused';

/** Why nothing was changed, or is not known to be. The message says what to do next, to engineers and models. */
export class CalendarError extends Error {
  override readonly name = 'CalendarError';
  readonly code: CalendarErrorCode;
  constructor(code: CalendarErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Whether the two share a moment; one that ends as the other starts does not. */
export function overlaps(
  one: { readonly startsAtEpochMs: number; readonly endsAtEpochMs: number },
  other: { readonly startsAtEpochMs: number; readonly endsAtEpochMs: number },
): boolean {
  return one.startsAtEpochMs < other.endsAtEpochMs && other.startsAtEpochMs < one.endsAtEpochMs;
}
