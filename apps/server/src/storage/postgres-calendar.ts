import {
  type Appointment,
  type AppointmentClaim,
  type Calendar,
  CalendarError,
  type MovedAppointment,
  type NewAppointment,
} from '@parley/agent-receptionist/availability/calendar.ts';
import { sameName, samePhone } from '@parley/agent-receptionist/availability/same-customer.ts';
import { and, asc, eq, getTableColumns, gt, inArray, lt, ne, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database, Transaction } from './database.ts';
import { appointmentChanges, appointments } from './schema/appointments.ts';
import { defaultOrganizationId } from './schema/organizations.ts';

export interface PostgresCalendarOptions {
  /** Whose shop it is; its chairs are told apart from those of others. */
  readonly organizationId?: string;
  /** Told why the database failed, without what callers said. */
  readonly onError?: (error: unknown) => void;
}

/**
 * A calendar over PostgreSQL, for any number of processes at once. Those who write take turns by shop, so that each sees
 * what the one before it wrote and no two wait for each other in a circle; that nothing overlaps is held by the database
 * itself all the same (the constraint `appointments_no_overlap`), whoever writes to it. An aborted call rejects before
 * anything is written; once it is on its way the answer is awaited, so that nobody is told "not booked" of a booking that
 * stands. A call that ends without an answer (`calendar_unavailable`) is settled by making it again with the same key.
 */
export function createPostgresCalendar(database: Database, options: PostgresCalendarOptions = {}): Calendar {
  const { organizationId = defaultOrganizationId, onError = () => {} } = options;
  const ours = eq(appointments.organizationId, organizationId);
  const standing = and(ours, eq(appointments.status, 'booked'));

  const ask = async <T>(signal: AbortSignal, work: (orm: Transaction) => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    try {
      return await database.inOrganization(organizationId, work);
    } catch (error) {
      if (error instanceof CalendarError || (signal.aborted && error === signal.reason)) throw error;
      onError(error);
      throw new CalendarError('calendar_unavailable', 'The calendar did not answer; try again with the same key.', {
        cause: error,
      });
    }
  };

  /** One at a time of those who write to this shop's calendar. */
  const inTurn = <T>(signal: AbortSignal, write: (orm: Transaction) => Promise<T>): Promise<T> =>
    ask(signal, async (transaction) => {
      // One message for both: the caller waits for each of them.
      await transaction.execute(
        sql.raw(
          `set local lock_timeout = ${TURN_TIMEOUT_MS};` +
            `select pg_advisory_xact_lock(${CALENDAR_LOCKS}, hashtext('${organizationIdSchema.parse(organizationId)}'))`,
        ),
      );
      signal.throwIfAborted();
      return write(transaction);
    });

  /** The first of the wanted chairs on which nothing stands in the time, but for the appointment that is moved. */
  const freeChair = async (orm: Transaction, wanted: MovedAppointment, moving: string): Promise<string> => {
    const taken = await orm
      .select({ chairId: appointments.chairId })
      .from(appointments)
      .where(
        and(
          standing,
          inArray(appointments.chairId, [...wanted.chairIds]),
          lt(appointments.startsAt, new Date(wanted.endsAtEpochMs)),
          gt(appointments.endsAt, new Date(wanted.startsAtEpochMs)),
          ne(appointments.appointmentId, moving),
        ),
      );
    const free = wanted.chairIds.find((one) => !taken.some(({ chairId }) => chairId === one));
    if (free === undefined) throw slotTaken();
    return free;
  };

  return {
    busy: (fromEpochMs, toEpochMs, signal) =>
      ask(signal, async (orm) => {
        const rows = await orm
          .select(getTableColumns(appointments))
          .from(appointments)
          .where(
            and(
              standing,
              lt(appointments.startsAt, new Date(toEpochMs)),
              gt(appointments.endsAt, new Date(fromEpochMs)),
            ),
          );
        return rows.map(toAppointment).map(({ chairId, startsAtEpochMs, endsAtEpochMs, bookingId }) => ({
          chairId,
          startsAtEpochMs,
          endsAtEpochMs,
          bookingId,
        }));
      }),

    book: (request, signal) =>
      inTurn(signal, async (orm) => {
        const made = await insertOnFreeChair(orm, organizationId, request);
        if (made !== undefined) return made;
        const before = await changeWith(orm, request.idempotencyKey);
        if (before !== undefined) return answerAgain(before, request);
        throw slotTaken();
      }),

    reschedule: (request, signal) =>
      inTurn(signal, async (orm) => {
        const before = await changeWith(orm, request.idempotencyKey);
        if (before !== undefined) return answerAgain(before, request);
        const [old] = isReference(request.bookingId)
          ? // Held until the end, so that it is not cancelled meanwhile.
            await orm
              .select()
              .from(appointments)
              .where(and(ours, eq(appointments.appointmentId, request.bookingId)))
              .for('update')
          : [];
        if (old === undefined) throw unknownReference(request.bookingId);
        if (old.status === 'cancelled') {
          throw new CalendarError('appointment_not_found', 'The appointment was cancelled; book a new one.');
        }
        const [moved] = await orm
          .update(appointments)
          .set({
            chairId: await freeChair(orm, request, old.appointmentId),
            startsAt: new Date(request.startsAtEpochMs),
            endsAt: new Date(request.endsAtEpochMs),
            timeZone: request.timeZone,
          })
          .where(eq(appointments.appointmentId, old.appointmentId))
          .returning();
        return rememberMove(orm, moved, request);
      }),

    cancel: (bookingId, signal, conversationId) =>
      ask(signal, async (orm) => {
        const [row] = isReference(bookingId)
          ? await orm
              .update(appointments)
              .set({
                status: 'cancelled',
                // The first time counts.
                cancelledAt: sql`coalesce(${appointments.cancelledAt}, now())`,
                cancelledSessionId: sql`case when ${appointments.status} = 'booked' then ${conversationId ?? null}::uuid else ${appointments.cancelledSessionId} end`,
              })
              .where(and(ours, eq(appointments.appointmentId, bookingId)))
              .returning()
          : [];
        if (row === undefined) throw unknownReference(bookingId);
        return toAppointment(row);
      }),

    find: (claim, nowEpochMs, signal) =>
      ask(signal, async (orm) => {
        const whose = rowsOf(claim);
        if (whose === undefined) return [];
        const rows = await orm
          .select()
          .from(appointments)
          .where(and(standing, gt(appointments.endsAt, new Date(nowEpochMs)), whose))
          .orderBy(asc(appointments.startsAt), asc(appointments.appointmentId))
          .limit(MAX_CANDIDATES);
        return rows
          .filter(
            (row) => claim.by === 'reference' || (samePhone(row.phone, claim.phone) && sameName(row.name, claim.name)),
          )
          .map(toAppointment);
      }),
  };

  async function rememberMove(
    orm: Transaction,
    row: AppointmentRow | undefined,
    { idempotencyKey, conversationId }: MovedAppointment,
  ): Promise<Appointment> {
    if (row === undefined) throw new Error('The database wrote the appointment and did not give it back');
    const { appointmentId, chairId, startsAt, endsAt, timeZone } = row;
    await orm.insert(appointmentChanges).values({
      idempotencyKey,
      organizationId,
      appointmentId,
      sessionId: conversationId,
      change: 'moved',
      chairId,
      startsAt,
      endsAt,
      timeZone,
    });
    return toAppointment(row);
  }
}

/** The first number of the advisory locks of calendars; the second tells the shops apart. Any number of our own. */
const CALENDAR_LOCKS = 7_275_392;
/** A turn is a few milliseconds. Longer than a busy moment, shorter than a caller's patience. */
const TURN_TIMEOUT_MS = 3000;
/** It stands in a statement that takes no parameters: nothing but an id may. */
const organizationIdSchema = z.uuid();
/** As many as the shortest number has: `appointments.phone_tail` holds them, with an index. */
const PHONE_INDEX_DIGITS = 7;
/** Appointments to come under numbers that end alike: a customer has a few, and numbers that end alike are rare. */
const MAX_CANDIDATES = 200;

type AppointmentRow = typeof appointments.$inferSelect;
type Change = { readonly change: typeof appointmentChanges.$inferSelect; readonly row: AppointmentRow };

/**
 * Books the first of the chairs that is free, and keeps the key, in one message: the caller waits while it is on its way. Undefined,
 * and nothing written, when none is free or the key was used before. Under the shop's lock, so that what it sees stays so.
 */
async function insertOnFreeChair(
  orm: Transaction,
  organizationId: string,
  request: NewAppointment,
): Promise<Appointment | undefined> {
  const { idempotencyKey, conversationId, service, startsAtEpochMs, endsAtEpochMs, timeZone, name, phone } = request;
  const startsAt = sql`${new Date(startsAtEpochMs).toISOString()}::timestamptz`;
  const endsAt = sql`${new Date(endsAtEpochMs).toISOString()}::timestamptz`;
  const { rows } = await orm.execute(sql`
    with free as (
      select wanted.chair_id
      from unnest(${sql.param([...request.chairIds])}::text[]) with ordinality as wanted (chair_id, place)
      where not exists (
        select from appointments as other
        where other.organization_id = ${organizationId}::uuid and other.status = 'booked'
          and other.chair_id = wanted.chair_id and other.starts_at < ${endsAt} and other.ends_at > ${startsAt}
      )
      and not exists (select from appointment_changes where idempotency_key = ${idempotencyKey})
      order by wanted.place
      limit 1
    ), made as (
      insert into appointments
        (organization_id, session_id, service, chair_id, starts_at, ends_at, time_zone, name, phone)
      select ${organizationId}::uuid, ${conversationId}::uuid, ${service}, free.chair_id, ${startsAt}, ${endsAt},
        ${timeZone}, ${name}, ${phone}
      from free
      returning *
    ), noted as (
      insert into appointment_changes
        (idempotency_key, organization_id, appointment_id, session_id, change, chair_id, starts_at, ends_at, time_zone)
      select ${idempotencyKey}, organization_id, appointment_id, session_id, 'booked', chair_id, starts_at, ends_at, time_zone
      from made
    )
    select appointment_id, chair_id from made`);
  const [made] = z.array(z.object({ appointment_id: z.string(), chair_id: z.string() })).parse(rows);
  if (made === undefined) return undefined;
  const { appointment_id: bookingId, chair_id: chairId } = made;
  return { bookingId, service, chairId, startsAtEpochMs, endsAtEpochMs, name, phone, status: 'booked' };
}

function slotTaken(): CalendarError {
  return new CalendarError('slot_taken', 'The time is taken; offer the nearest free ones.');
}

async function changeWith(orm: Transaction, idempotencyKey: string): Promise<Change | undefined> {
  const [found] = await orm
    .select({ change: appointmentChanges, row: appointments })
    .from(appointmentChanges)
    .innerJoin(appointments, eq(appointments.appointmentId, appointmentChanges.appointmentId))
    .where(eq(appointmentChanges.idempotencyKey, idempotencyKey));
  return found;
}

/** The rows that can be meant; undefined when none can. */
function rowsOf(claim: AppointmentClaim): SQL | undefined {
  if (claim.by === 'reference') {
    return isReference(claim.bookingId) ? eq(appointments.appointmentId, claim.bookingId) : undefined;
  }
  const lastDigits = claim.phone.replace(/\D/gu, '').slice(-PHONE_INDEX_DIGITS);
  if (lastDigits.length < PHONE_INDEX_DIGITS) return undefined;
  return eq(appointments.phoneTail, lastDigits);
}

/** As the first call with the key answered, whatever became of the appointment since. */
function answerAgain({ change, row }: Change, request: NewAppointment | MovedAppointment): Appointment {
  const same =
    change.sessionId === request.conversationId &&
    change.startsAt.getTime() === request.startsAtEpochMs &&
    change.endsAt.getTime() === request.endsAtEpochMs &&
    change.timeZone === request.timeZone &&
    ('bookingId' in request
      ? change.change === 'moved' && row.appointmentId === request.bookingId
      : change.change === 'booked' &&
        row.service === request.service &&
        row.name === request.name &&
        row.phone === request.phone);
  if (!same) {
    throw new CalendarError('key_reused', 'The idempotency key was used for another request; use a new one.');
  }
  const { chairId, startsAt, endsAt } = change;
  return toAppointment({ ...row, chairId, startsAt, endsAt, status: 'booked' });
}

function toAppointment(row: AppointmentRow): Appointment {
  return {
    bookingId: row.appointmentId,
    service: row.service,
    chairId: row.chairId,
    startsAtEpochMs: row.startsAt.getTime(),
    endsAtEpochMs: row.endsAt.getTime(),
    name: row.name,
    phone: row.phone,
    status: row.status,
  };
}

function unknownReference(bookingId: string): CalendarError {
  return new CalendarError(
    'appointment_not_found',
    `There is no appointment ${bookingId}; ask for the reference again.`,
  );
}

/** References are the ids of rows; what has another form is nobody's. */
function isReference(bookingId: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu.test(bookingId);
}
