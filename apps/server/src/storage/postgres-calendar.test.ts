import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { saturdayMorning } from '@parley/agent-receptionist/availability/test-shop.ts';
import {
  appointmentRequest,
  describeCalendar,
  HALF_HOUR_MS,
  moveRequest,
} from '@parley/agent-receptionist/testing/calendar-contract.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { migrateUpTo } from '../testing/old-migrations.ts';
import { createTestSessions } from '../testing/sessions.ts';
import { createConversationsRepository } from './conversations-repository.ts';
import { type Database, openDatabase } from './database.ts';
import { migrateDatabase } from './migrate.ts';
import { createPostgresCalendar } from './postgres-calendar.ts';

const signal = AbortSignal.timeout(120_000);

describe.each(databaseKinds)('with the database %s', (kind) => {
  let opened: TestDatabase;
  let database: Database;
  /** As another server on the same database has it. */
  let elsewhere: Database;

  beforeAll(async () => {
    opened = await openTestDatabase(kind);
    database = opened.database;
    elsewhere = openDatabase(opened.connection, () => {});
  }, 60_000);

  afterAll(async () => {
    await elsewhere?.close();
    await opened?.close();
  });

  describeCalendar('a calendar in PostgreSQL', async () => newShop(), { randomRuns: 10 });

  describe('a calendar in PostgreSQL, for several servers', () => {
    it('gives one time to as many callers as there are chairs, whichever server they call', async () => {
      const { organizationId, conversationId } = await newShop();
      const servers = [database, elsewhere].map((one) => createPostgresCalendar(one, { organizationId }));
      const outcomes = await Promise.allSettled(
        Array.from({ length: 25 }, (_, at) =>
          servers.map((calendar, server) =>
            calendar.book(
              appointmentRequest(`${organizationId}/${at}/${server}`, 2, { conversationId, chairIds: ['a', 'b'] }),
              signal,
            ),
          ),
        ).flat(),
      );
      expect(outcomes.filter((one) => one.status === 'fulfilled')).toHaveLength(2);
      expect(await rowsOf(organizationId)).toHaveLength(2);
    });

    it('has the database itself refuse two appointments in one chair at one time', async () => {
      const { organizationId, conversationId, calendar } = await newShop();
      await calendar.book(appointmentRequest(randomUUID(), 2, { conversationId }), signal);
      await expect(
        opened.pool.query(
          `insert into appointments (organization_id, session_id, service, chair_id, starts_at, ends_at, time_zone, name, phone)
         select organization_id, session_id, service, chair_id, starts_at + interval '10 minutes', ends_at, time_zone, name, phone
         from appointments where organization_id = $1`,
          [organizationId],
        ),
      ).rejects.toMatchObject({ code: '23P01', constraint: 'appointments_no_overlap' });
    });

    it('makes one appointment when the connection breaks in the middle and the booking is tried again', async () => {
      const { organizationId, conversationId, calendar } = await newShop();
      const request = appointmentRequest(randomUUID(), 2, { conversationId });
      const broken = await whileHeld('lock table appointment_changes in exclusive mode', async (pid) => {
        const booking = calendar.book(request, signal);
        booking.catch(() => {});
        const waiting = await waitingFor(pid);
        await opened.pool.query('select pg_terminate_backend($1)', [waiting]);
        return booking.catch((error: unknown) => error);
      });
      expect(broken).toMatchObject({ code: 'calendar_unavailable' });
      expect(await rowsOf(organizationId)).toEqual([]);
      const made = await calendar.book(request, signal);
      // As after an answer that was lost on its way.
      expect(await calendar.book(request, signal)).toEqual(made);
      expect(await rowsOf(organizationId)).toEqual([made.bookingId]);
    });

    it('keeps nothing of a move that breaks in the middle', async () => {
      const { conversationId, calendar } = await newShop();
      const mine = await calendar.book(appointmentRequest(randomUUID(), 2, { conversationId }), signal);
      const move = moveRequest(mine.bookingId, randomUUID(), 6, { conversationId });
      await whileHeld('lock table appointment_changes in exclusive mode', async (pid) => {
        const moving = calendar.reschedule(move, signal);
        moving.catch(() => {});
        await opened.pool.query('select pg_terminate_backend($1)', [await waitingFor(pid)]);
        await expect(moving).rejects.toMatchObject({ code: 'calendar_unavailable' });
      });
      const find = () => calendar.find({ by: 'reference', bookingId: mine.bookingId }, saturdayMorning, signal);
      expect(await find()).toEqual([mine]);
      const moved = await calendar.reschedule(move, signal);
      expect(await find()).toEqual([moved]);
    });

    it('writes nothing when the caller goes while others are in turn', async () => {
      const { organizationId, conversationId, calendar } = await newShop();
      const stop = new AbortController();
      const booking = await whileHeld(
        `select pg_advisory_xact_lock(7275392, hashtext('${organizationId}'))`,
        async (pid) => {
          const asked = calendar.book(appointmentRequest(randomUUID(), 2, { conversationId }), stop.signal);
          asked.catch(() => {});
          await waitingFor(pid);
          stop.abort(new Error('the caller has gone'));
          // Not awaited here: it is answered once its turn comes.
          return () => asked;
        },
      );
      await expect(booking()).rejects.toThrow('the caller has gone');
      expect(await rowsOf(organizationId)).toEqual([]);
    });

    it('shows a conversation the appointments that it made, moved or cancelled, as they stand now', async () => {
      const { conversationId, calendar, organizationId } = await newShop();
      const later = await newConversation(organizationId);
      const conversations = createConversationsRepository(database);
      const mine = await calendar.book(appointmentRequest(randomUUID(), 2, { conversationId }), signal);
      const moved = await calendar.reschedule(
        moveRequest(mine.bookingId, randomUUID(), 6, { conversationId: later }),
        signal,
      );
      const startsAt = new Date(saturdayMorning + 6 * HALF_HOUR_MS).toISOString();
      for (const id of [conversationId, later]) {
        expect((await conversations.view(organizationId, id))?.bookings).toMatchObject([
          { booking_id: mine.bookingId, starts_at: startsAt, status: 'booked' },
        ]);
      }
      const last = await newConversation(organizationId);
      await calendar.cancel(moved.bookingId, signal, last);
      // A second time, elsewhere, changes nothing.
      const outside = await newConversation(organizationId);
      await calendar.cancel(moved.bookingId, signal, outside);
      expect((await conversations.view(organizationId, outside))?.bookings).toEqual([]);
      for (const id of [conversationId, later, last]) {
        expect((await conversations.view(organizationId, id))?.bookings).toMatchObject([{ status: 'cancelled' }]);
      }
      expect(await rowsOf(organizationId)).toHaveLength(1);
    });

    it('says nothing of callers to the log when the database refuses', async () => {
      const errors: unknown[] = [];
      const calendar = createPostgresCalendar(database, { onError: (error) => errors.push(error) });
      const request = appointmentRequest(randomUUID(), 2, { conversationId: randomUUID(), name: 'Rumpelstiltskin' });
      const refused = await calendar.book(request, signal).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'calendar_unavailable' });
      expect(errors).toHaveLength(1);
      expect(inspect([errors, refused], { depth: 10, showHidden: true })).not.toMatch(/Rumpelstiltskin|442079460123/);
    });
  });

  describe('a data folder from before there was a calendar', () => {
    it('keeps every appointment at its time, two at once on two chairs, and the keys', async () => {
      const old = await openTestDatabase(kind, { isMigrated: false });
      try {
        await migrateUpTo(old.pool, 0);
        const conversationId = randomUUID();
        await old.pool.query(
          `insert into organizations (organization_id, name) values ('00000000-0000-4000-8000-000000000001', 'Default')`,
        );
        await old.pool.query(
          `insert into sessions (session_id, channel_type, agent_id, time_zone, language, token_hash)
         values ($1, 'chat', 'receptionist', 'Europe/London', 'en-US', 'x')`,
          [conversationId],
        );
        const kept = [
          ['k1', 'hair color', '2026-11-23T10:00Z', 'booked'],
          ['k2', 'haircut', '2026-11-23T11:00Z', 'booked'],
          ['k3', 'haircut', '2026-11-23T11:00Z', 'booked'],
          ['k4', 'haircut', '2026-11-23T11:00Z', 'cancelled'],
          ['k5', 'haircut', '2026-11-23T11:30Z', 'booked'],
        ];
        for (const [at, [key, service, startsAt, status]] of kept.entries()) {
          await old.pool.query(
            `insert into appointments (session_id, idempotency_key, service, starts_at, time_zone, name, phone, status, created_at)
           values ($1, $2, $3, $4, 'Europe/London', 'Ann Lee', '442079460123', $5, now() + make_interval(secs => $6))`,
            [conversationId, key, service, startsAt, status, at],
          );
        }
        await migrateDatabase(old.connection);
        const calendar = createPostgresCalendar(old.database);
        const found = await calendar.find(
          { by: 'customer', phone: '020 7946 0123', name: 'Ann Lee' },
          saturdayMorning,
          signal,
        );
        expect(
          found
            .map((one) => `${one.service} ${clock(one.startsAtEpochMs)}-${clock(one.endsAtEpochMs)} ${one.chairId}`)
            .sort(),
        ).toEqual([
          'hair color 10:00-11:30 chair-1',
          'haircut 11:00-11:30 chair-2',
          'haircut 11:00-11:30 chair-3',
          'haircut 11:30-12:00 chair-1',
        ]);
        const startsAtEpochMs = Date.parse('2026-11-23T11:30Z');
        const again = appointmentRequest('k5', 0, {
          conversationId,
          startsAtEpochMs,
          endsAtEpochMs: startsAtEpochMs + HALF_HOUR_MS,
        });
        expect(found).toContainEqual(await calendar.book(again, signal));
        const { rows } = await old.pool.query("select status from appointments where status = 'cancelled'");
        expect(rows).toHaveLength(1);
      } finally {
        await old.close();
      }
    });
  });

  async function newConversation(organizationId: string): Promise<string> {
    return createTestSessions(database).open({ organizationId });
  }

  /** A shop of its own in the same tables; keys are for all shops, so those of its calendar are told apart. */
  async function newShop() {
    const organizationId = randomUUID();
    await opened.pool.query("insert into organizations (organization_id, name) values ($1, 'A shop')", [
      organizationId,
    ]);
    const inner = createPostgresCalendar(database, { organizationId });
    const own = <T extends { readonly idempotencyKey: string }>(request: T): T => ({
      ...request,
      idempotencyKey: `${organizationId}/${request.idempotencyKey}`,
    });
    const calendar: typeof inner = {
      ...inner,
      book: (request, abort) => inner.book(own(request), abort),
      reschedule: (request, abort) => inner.reschedule(own(request), abort),
    };
    return { organizationId, conversationId: await newConversation(organizationId), calendar };
  }

  async function rowsOf(organizationId: string): Promise<readonly string[]> {
    const { rows } = await opened.pool.query('select appointment_id from appointments where organization_id = $1', [
      organizationId,
    ]);
    return z
      .array(z.object({ appointment_id: z.string() }))
      .parse(rows)
      .map((row) => row.appointment_id);
  }

  /** Works while another session holds what the statement locks. */
  async function whileHeld<T>(statement: string, work: (pid: number) => Promise<T>): Promise<T> {
    const holder = await opened.pool.connect();
    try {
      await holder.query('begin');
      await holder.query(statement);
      const { rows } = await holder.query('select pg_backend_pid() as pid');
      return await work(z.array(z.object({ pid: z.number() })).parse(rows)[0]?.pid ?? 0);
    } finally {
      await holder.query('rollback');
      holder.release();
    }
  }

  /** The session that waits for the one with this id. */
  async function waitingFor(pid: number): Promise<number> {
    let found: number | undefined;
    await expect
      .poll(async () => {
        const { rows } = await opened.pool.query(
          'select pid from pg_stat_activity where $1::integer = any(pg_blocking_pids(pid))',
          [pid],
        );
        found = z.array(z.object({ pid: z.number() })).parse(rows)[0]?.pid;
        return found;
      })
      .toBeDefined();
    return found ?? 0;
  }
});

function clock(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(11, 16);
}
