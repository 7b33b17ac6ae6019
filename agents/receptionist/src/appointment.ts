import {
  addDays,
  compareDates,
  epochOf,
  isRealDate,
  localTime,
  weekdayOf,
} from '@parley/dialogue/entities/zoned-time.ts';
import type { FormContext, Refusal } from '@parley/dialogue/form/form-definition.ts';
import { z } from 'zod';
import { type OpeningHours, sayOpeningHours, sayWeekdays } from './opening-hours.ts';

/** What the caller has said of the appointment so far. */
export const appointmentSchema = z.object({
  service: z.string().optional(),
  date: z.object({ year: z.int(), month: z.int(), day: z.int() }).refine(isRealDate).optional(),
  time: z.object({ hour: z.int().min(0).max(23), minute: z.int().min(0).max(59) }).optional(),
  /** "In the morning", before the hour is known. */
  partOfDay: z.enum(['morning', 'afternoon', 'evening']).optional(),
  name: z.string().optional(),
  /** Digits. */
  phone: z.string().optional(),
  /** The digits so far of a number that is dictated in pieces. */
  phonePiece: z.string().optional(),
});
export type Appointment = z.infer<typeof appointmentSchema>;

/** How far ahead the book goes. Beyond a year a date was most likely misheard. */
const MAX_DAYS_AHEAD = 365;

/** The first thing that keeps the appointment from being booked: a closed day, a closed hour, the past. */
export function checkAppointment(
  values: Appointment,
  context: FormContext,
  hours: OpeningHours,
): Refusal<Appointment> | undefined {
  const { date, time, phone } = values;
  const now = localTime(context.nowEpochMs, context.timeZone);
  if (date !== undefined) {
    if (compareDates(date, now.date) < 0) return { slots: ['date'], reason: 'Sorry. That day has already passed.' };
    if (compareDates(date, addDays(now.date, MAX_DAYS_AHEAD)) > 0) {
      return { slots: ['date'], reason: 'Sorry. I can only book up to a year ahead.' };
    }
    const weekday = weekdayOf(date);
    if (!hours.weekdays.includes(weekday)) {
      const closed = `Sorry. We're closed on ${sayWeekdays(weekday)}.`;
      return { slots: ['date'], reason: `${closed} We're open ${sayOpeningHours(hours)}.` };
    }
  }
  if (time !== undefined && !isOpenAt(time, hours)) {
    return { slots: ['time'], reason: `Sorry. We're closed at that time. We're open ${sayOpeningHours(hours)}.` };
  }
  if (date !== undefined && time !== undefined && epochOf(date, time, context.timeZone) <= context.nowEpochMs) {
    const overToday = minutes(now.time) >= minutes(hours.closes);
    return {
      slots: overToday ? ['date', 'time'] : ['time'],
      reason: overToday ? "Sorry. We're closed for today." : 'Sorry. That time has already passed.',
    };
  }
  if (phone !== undefined && phone.length > 15) {
    return { slots: ['phone'], reason: "Sorry. That's too many digits for a phone number." };
  }
  return undefined;
}

/** Whether an appointment can start at the time of day. */
export function isOpenAt(time: { hour: number; minute: number }, hours: OpeningHours): boolean {
  return minutes(time) >= minutes(hours.opens) && minutes(time) < minutes(hours.closes);
}

function minutes(time: { hour: number; minute: number }): number {
  return time.hour * 60 + time.minute;
}
