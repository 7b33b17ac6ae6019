/** One appointment to be written down. */
export interface BookingRequest {
  /** The same key twice is one booking: the second call answers with the first one's id. */
  idempotencyKey: string;
  conversationId: string;
  /** The service as people call it, such as `haircut`. */
  service: string;
  /** Start of the appointment. */
  startsAtEpochMs: number;
  /** IANA zone in which the caller meant the time. */
  timeZone: string;
  name: string;
  /** Digits only, 7 to 15. */
  phone: string;
}

/** Where appointments are kept. The receptionist says "booked" only after `book` has resolved. */
export interface BookingBook {
  /** Write the appointment down; resolves once it is durable. Rejects when it is not known to be written. */
  book(request: BookingRequest, signal: AbortSignal): Promise<{ bookingId: string }>;
  /** Mark the booking cancelled; resolves once that is durable. Cancelling a cancelled booking is harmless. */
  cancel(bookingId: string, signal: AbortSignal): Promise<void>;
}
