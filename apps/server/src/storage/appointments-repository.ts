import type { BookingBook } from '@parley/agent-receptionist/booking-book.ts';
import { and, eq } from 'drizzle-orm';
import type { Database } from './database.ts';
import { appointments } from './schema.ts';

/**
 * The receptionist's booking book over PostgreSQL. An aborted call rejects before anything is written; once the row is on
 * its way the answer is awaited, so that nobody is told "not booked" of a booking that stands.
 */
export function createAppointmentsRepository(database: Database): BookingBook {
  return {
    book: (request, signal) =>
      database.run(async (orm) => {
        signal.throwIfAborted();
        const [made] = await orm
          .insert(appointments)
          .values({
            sessionId: request.conversationId,
            idempotencyKey: request.idempotencyKey,
            service: request.service,
            startsAt: new Date(request.startsAtEpochMs),
            timeZone: request.timeZone,
            name: request.name,
            phone: request.phone,
          })
          // Sets what is there already, so that the row comes back whether it is new or not.
          .onConflictDoUpdate({
            target: appointments.idempotencyKey,
            set: { idempotencyKey: request.idempotencyKey },
          })
          .returning({ bookingId: appointments.appointmentId });
        if (made === undefined) throw new Error('The booking was not written and the database did not say why');
        return made;
      }),
    cancel: (bookingId, signal) =>
      database.run(async (orm) => {
        signal.throwIfAborted();
        await orm
          .update(appointments)
          .set({ status: 'cancelled', cancelledAt: new Date() })
          .where(and(eq(appointments.appointmentId, bookingId), eq(appointments.status, 'booked')));
      }),
  };
}
