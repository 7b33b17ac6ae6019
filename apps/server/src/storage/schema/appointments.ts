import { sql } from 'drizzle-orm';
import { check, index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { instant, organization } from './columns.ts';
import { sessions } from './conversations.ts';

/**
 * Appointments as they stand now. That no two that stand share a moment on one chair is the exclusion constraint
 * `appointments_no_overlap`, which is written in the migration: this schema has no words for it.
 */
export const appointments = pgTable(
  'appointments',
  {
    appointmentId: uuid('appointment_id').primaryKey().defaultRandom(),
    organizationId: organization(),
    /** The conversation in which it was booked. */
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.sessionId, { onDelete: 'cascade' }),
    service: text('service').notNull(),
    chairId: text('chair_id').notNull(),
    startsAt: instant('starts_at').notNull(),
    endsAt: instant('ends_at').notNull(),
    timeZone: text('time_zone').notNull(),
    name: text('name').notNull(),
    phone: text('phone').notNull(),
    /**
     * How a customer is found again: numbers are said with and without the country's code. A column, since behind the wall an index of
     * what a function makes of a column serves no query.
     */
    phoneTail: text('phone_tail').generatedAlwaysAs(sql`right(phone, 7)`),
    status: text('status', { enum: ['booked', 'cancelled'] })
      .notNull()
      .default('booked'),
    createdAt: instant('created_at').notNull().defaultNow(),
    cancelledAt: instant('cancelled_at'),
    /** The conversation in which it was cancelled, if that is known. */
    cancelledSessionId: uuid('cancelled_session_id').references(() => sessions.sessionId, { onDelete: 'set null' }),
  },
  (table) => [
    index('appointments_session').on(table.sessionId),
    index('appointments_cancelled_session').on(table.cancelledSessionId).where(sql`cancelled_session_id is not null`),
    index('appointments_when').on(table.organizationId, table.startsAt),
    index('appointments_phone').on(table.organizationId, table.phoneTail),
    check('appointments_time', sql`ends_at > starts_at`),
  ],
);

/** What was done to appointments, each by a key of its own: a key that comes again is answered from here. */
export const appointmentChanges = pgTable(
  'appointment_changes',
  {
    idempotencyKey: text('idempotency_key').primaryKey(),
    organizationId: organization(),
    appointmentId: uuid('appointment_id')
      .notNull()
      .references(() => appointments.appointmentId, { onDelete: 'cascade' }),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.sessionId, { onDelete: 'cascade' }),
    change: text('change', { enum: ['booked', 'moved'] }).notNull(),
    /** Where it stood after the change. */
    chairId: text('chair_id').notNull(),
    startsAt: instant('starts_at').notNull(),
    endsAt: instant('ends_at').notNull(),
    timeZone: text('time_zone').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    index('appointment_changes_session').on(table.sessionId),
    index('appointment_changes_appointment').on(table.appointmentId),
  ],
);
