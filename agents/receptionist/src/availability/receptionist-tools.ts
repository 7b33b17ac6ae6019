import { epochOf } from '@parley/dialogue/entities/zoned-time.ts';
import {
  type AnyTool,
  type Json,
  type JsonObject,
  type Tool,
  type ToolContext,
  ToolError,
} from '@parley/dialogue/tools/tool.ts';
import { z } from 'zod';
import { appointmentEntries } from './appointment-entries.ts';
import { type Appointment, type Calendar, CalendarError } from './calendar.ts';
import { findTimes, serviceOf, slotJson } from './find-times.ts';
import { wantedTime } from './free-slots.ts';
import type { BookableService, Shop } from './shop.ts';
import { shopInformation } from './shop-information.ts';
import { clockTime, isoDay, readDay, readTime } from './wire-time.ts';

const when = {
  date: isoDay.describe('Day, YYYY-MM-DD, on the shop’s calendar'),
  time: clockTime.describe('Time of day, HH:MM on the 24-hour clock, as the shop’s clock shows it'),
};
const claim = z
  .object({
    bookingId: z.string().trim().min(1).max(100).optional().describe('The reference, if the caller has it'),
    phone: z.string().trim().min(7).max(40).optional().describe('The telephone number of the booking'),
    name: z.string().trim().min(1).max(100).optional().describe('The name of the booking'),
  })
  .refine((one) => one.bookingId !== undefined || (one.phone !== undefined && one.name !== undefined), {
    message: 'Give the reference, or the telephone number and the name together',
  });
type Claim = z.infer<typeof claim>;

/**
 * What a receptionist can look up and do, for flows and language models alike. Days and times are the shop's; when the
 * conversation is in another zone, answers have the caller's too (`callerDate`, `callerTime`). They reject with a `ToolError`:
 * `service_unknown`, `slot_taken`, `shop_closed`, `time_past`, `time_too_far`, `time_between`, `appointment_not_found`,
 * `several_appointments`, `calendar_unavailable`.
 */
export function receptionistTools(calendar: Calendar, shop: Shop): readonly AnyTool[] {
  return [
    findFreeTimes(calendar, shop),
    bookAppointment(calendar, shop),
    findAppointments(calendar, shop),
    rescheduleAppointment(calendar, shop),
    cancelAppointment(calendar, shop),
    shopInformation(shop),
  ];
}

function findFreeTimes(calendar: Calendar, shop: Shop): AnyTool {
  const input = z.object({
    service: z.string().max(100).describe('Name of the service'),
    date: when.date,
    untilDate: isoDay.optional().describe('Last day of a range of at most 14 days; one day only if left out'),
    time: clockTime.optional().describe('The time the caller wants; left out when any time will do'),
    earliest: clockTime.optional().describe('Only times from this on: "in the afternoon", "after four"'),
    latest: clockTime.optional().describe('Only times before this'),
    movingBookingId: z.string().max(100).optional().describe('When an appointment is to be moved: its reference'),
  });
  const tool: Tool<z.infer<typeof input>> = {
    name: 'find_free_times',
    description:
      'Find when a service can start. With a time, status says whether it is free, taken, closed, past, too_far or between (appointments start at other minutes), and alternatives are the nearest free times. Without one, status is any or none.',
    input,
    effect: 'reads',
    run: (asked, context) => orToolError(() => findTimes(calendar, shop, asked, context)),
  };
  return tool;
}

function bookAppointment(calendar: Calendar, shop: Shop): AnyTool {
  const input = z.object({
    service: z.string().max(100).describe('Name of the service'),
    ...when,
    name: z.string().trim().min(1).max(100).describe('The caller’s name'),
    phone: z
      .string()
      .max(40)
      .transform((text) => text.replace(/\D/gu, ''))
      .pipe(z.string().min(7).max(15))
      .describe('The caller’s telephone number'),
    chairId: z.string().max(100).optional().describe('Only this chair or member of staff'),
  });
  const tool: Tool<z.infer<typeof input>> = {
    name: 'book_appointment',
    description:
      'Book an appointment. Only after the caller has heard the service, day, time, name and number and has said yes. Answers with the reference.',
    input,
    effect: 'changes',
    acted: 'appointment_booked',
    run: (asked, context) =>
      orToolError(async () => {
        const service = serviceOf(shop, asked.service);
        const slot = slotToTake(shop, service, asked, context);
        const chairIds = slot.chairIds.filter((one) => asked.chairId === undefined || one === asked.chairId);
        const made = await calendar.book(
          {
            idempotencyKey: context.idempotencyKey,
            conversationId: context.conversationId,
            service: service.name,
            startsAtEpochMs: slot.startsAtEpochMs,
            endsAtEpochMs: slot.endsAtEpochMs,
            timeZone: shop.timeZone,
            chairIds,
            name: asked.name,
            phone: asked.phone,
          },
          context.signal,
        );
        return appointmentJson(shop, made, context);
      }),
  };
  return tool;
}

function findAppointments(calendar: Calendar, shop: Shop): AnyTool {
  const tool: Tool<Claim> = {
    name: 'find_appointments',
    description:
      'Look up a caller’s appointments that are still to come, by reference, or by telephone number and name together. An empty list means none.',
    input: claim,
    effect: 'reads',
    run: (asked, context) =>
      orToolError(async () => {
        const found = await calendar.find(claimOf(asked), context.nowEpochMs, context.signal);
        return {
          count: found.length,
          appointments: found.map((one) => appointmentJson(shop, one, context)),
          entries: appointmentEntries(shop, found),
        };
      }),
  };
  return tool;
}

function rescheduleAppointment(calendar: Calendar, shop: Shop): AnyTool {
  const input = claim.and(z.object(when));
  const tool: Tool<z.infer<typeof input>> = {
    name: 'reschedule_appointment',
    description:
      'Move an appointment to another day or time, as one step: the old time is kept unless the new one stands. Only after the caller has said yes.',
    input,
    effect: 'changes',
    acted: 'appointment_rescheduled',
    run: (asked, context) =>
      orToolError(async () => {
        const old = await theOnly(calendar, asked, context);
        const service = serviceOf(shop, old.service);
        const slot = slotToTake(shop, service, asked, context);
        const moved = await calendar.reschedule(
          {
            idempotencyKey: context.idempotencyKey,
            conversationId: context.conversationId,
            bookingId: old.bookingId,
            startsAtEpochMs: slot.startsAtEpochMs,
            endsAtEpochMs: slot.endsAtEpochMs,
            timeZone: shop.timeZone,
            // With the same person if that can be.
            chairIds: [...slot.chairIds].sort((a, b) => Number(b === old.chairId) - Number(a === old.chairId)),
          },
          context.signal,
        );
        return { ...appointmentJson(shop, moved, context), before: slotJson(shop, old, context) };
      }),
  };
  return tool;
}

function cancelAppointment(calendar: Calendar, shop: Shop): AnyTool {
  const tool: Tool<Claim> = {
    name: 'cancel_appointment',
    description: 'Cancel an appointment. Only after the caller has heard which one and has said yes.',
    input: claim,
    effect: 'changes',
    acted: 'appointment_cancelled',
    run: (asked, context) =>
      orToolError(async () => {
        // By its reference it may be cancelled a second time, which is harmless and answers the same.
        const bookingId = asked.bookingId ?? (await theOnly(calendar, asked, context)).bookingId;
        return appointmentJson(shop, await calendar.cancel(bookingId, context.signal, context.conversationId), context);
      }),
  };
  return tool;
}

/** The slot at the wanted time, with all chairs on which it can be. Which of them are free the calendar finds as it writes. */
function slotToTake(
  shop: Shop,
  service: BookableService,
  asked: { readonly date: string; readonly time: string },
  context: ToolContext,
) {
  const startsAtEpochMs = epochOf(readDay(asked.date), readTime(asked.time), shop.timeZone);
  const wanted = wantedTime(shop, service, startsAtEpochMs, [], context.nowEpochMs);
  switch (wanted.status) {
    case 'free':
      return wanted.slot;
    case 'past':
      throw new ToolError('time_past', 'The time has gone, or is too soon; find free times.');
    case 'too_far':
      throw new ToolError('time_too_far', `The book is open ${shop.daysAhead} days ahead; ask for an earlier day.`);
    case 'between':
      throw new ToolError('time_between', 'Appointments start at other minutes; find free times.');
    default:
      throw new ToolError('shop_closed', 'The shop is closed for some of that time; find free times.');
  }
}

async function theOnly(calendar: Calendar, asked: Claim, context: ToolContext): Promise<Appointment> {
  const [first, second] = await calendar.find(claimOf(asked), context.nowEpochMs, context.signal);
  if (first === undefined)
    throw new ToolError('appointment_not_found', 'There is none to come; ask for the details again.');
  if (second !== undefined) {
    throw new ToolError('several_appointments', 'There are several; find them, ask which, and give its bookingId.');
  }
  return first;
}

function claimOf(asked: Claim) {
  const { bookingId, phone = '', name = '' } = asked;
  return bookingId === undefined
    ? ({ by: 'customer', phone, name } as const)
    : ({ by: 'reference', bookingId } as const);
}

function appointmentJson(shop: Shop, one: Appointment, context: ToolContext): JsonObject {
  const chair = shop.chairs.find((other) => other.chairId === one.chairId)?.name ?? one.chairId;
  return {
    bookingId: one.bookingId,
    status: one.status,
    service: one.service,
    timeZone: shop.timeZone,
    name: one.name,
    phone: one.phone,
    chairId: one.chairId,
    chair,
    ...slotJson(shop, one, context),
  };
}

async function orToolError(work: () => Promise<Json>): Promise<Json> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CalendarError) throw new ToolError(error.code, error.message, { cause: error });
    throw error;
  }
}
