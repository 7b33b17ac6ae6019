import type { BookingBook, BookingRequest } from './booking-book.ts';

/** An appointment in the book. */
export type BookedRow = BookingRequest & { readonly bookingId: string; status: 'booked' | 'cancelled' };

/** An empty book that is kept in memory and gone with the process: for tests and for trying the agent out. */
export function memoryBook(): BookingBook & { readonly rows: readonly BookedRow[] } {
  const rows: BookedRow[] = [];
  return {
    rows,
    async book(request) {
      let row = rows.find((one) => one.idempotencyKey === request.idempotencyKey);
      if (row === undefined) {
        row = { ...request, bookingId: `booking-${rows.length + 1}`, status: 'booked' };
        rows.push(row);
      }
      return { bookingId: row.bookingId };
    },
    async cancel(bookingId) {
      const row = rows.find((one) => one.bookingId === bookingId);
      if (row !== undefined) row.status = 'cancelled';
    },
  };
}
