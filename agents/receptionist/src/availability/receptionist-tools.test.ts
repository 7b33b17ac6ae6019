import type { JsonObject, ToolContext } from '@parley/dialogue/tools/tool.ts';
import { useTool } from '@parley/dialogue/tools/use-tool.ts';
import { describe, expect, it } from 'vitest';
import { memoryBook } from '../memory-book.ts';
import { dayBounds, freeSlots, wantedTime } from './free-slots.ts';
import { createMemoryCalendar } from './memory-calendar.ts';
import { receptionistTools } from './receptionist-tools.ts';
import { type BookableService, defaultShop, type Shop } from './shop.ts';
import { hours, londonShop, saturdayMorning, toolUse } from './test-shop.ts';

const haircut: BookableService = { name: 'haircut', durationMinutes: 30, price: '35 dollars' };
const ann = { name: 'Ann Lee', phone: '+44 20 7946 0123' };
const monday = '2026-11-23';

function desk(shop: Shop = londonShop) {
  const calendar = createMemoryCalendar(memoryBook(), { now: () => saturdayMorning });
  const tools = receptionistTools(calendar, shop);
  let uses = 0;
  return async (name: string, input: JsonObject, overrides: Partial<ToolContext> = {}) => {
    const tool = tools.find((one) => one.name === name);
    if (tool === undefined) throw new Error(`No tool ${name}`);
    uses += 1;
    return useTool(tool, input, toolUse(`key-${uses}`, overrides), 5000);
  };
}

const oneChair: Shop = { ...londonShop, chairs: [{ chairId: 'a', name: 'Maria' }] };

describe('the receptionist’s tools', () => {
  it('says that three is taken and that half past two or four are free', async () => {
    const use = desk(oneChair);
    await use('book_appointment', { service: 'haircut', date: monday, time: '15:00', ...ann });
    await use('book_appointment', { service: 'beard trim', date: monday, time: '15:30', ...ann });
    const found = await use('find_free_times', { service: 'haircut', date: monday, time: '15:00' });
    expect(found).toMatchObject({ status: 'taken', alternatives: [{ time: '14:30' }, { time: '16:00' }] });
  });

  it('offers nothing over lunch, on closed days or after closing, and looks on to the next open day', async () => {
    const use = desk();
    const color = await use('find_free_times', { service: 'hair color', date: monday });
    const times = JSON.stringify(color);
    for (const start of ['09:00', '10:30', '13:00', '16:30']) expect(times).toContain(`"time":"${start}"`);
    for (const start of ['11:00', '12:00', '12:30', '17:00']) expect(times).not.toContain(`"time":"${start}"`);
    const christmas = { service: 'haircut', date: '2026-12-25', time: '10:00' };
    expect(await use('find_free_times', christmas)).toMatchObject({
      status: 'closed',
      slots: [],
      // Friday is Christmas Day, then comes the weekend.
      alternatives: [{ date: '2026-12-28' }, { date: '2026-12-28' }],
    });
  });

  it('tells what is wrong with a time: gone by, too far ahead, between the starts', async () => {
    const use = desk();
    const ask = (date: string, time: string) => use('find_free_times', { service: 'haircut', date, time });
    expect(await ask('2026-11-20', '10:00')).toMatchObject({ status: 'past' });
    expect(await ask('2028-01-03', '10:00')).toMatchObject({ status: 'too_far' });
    expect(await ask(monday, '15:10')).toMatchObject({
      status: 'between',
      alternatives: [{ time: '15:00' }, { time: '15:30' }],
    });
  });

  it('books, finds, moves and cancels one appointment under one reference', async () => {
    const use = desk(oneChair);
    const booked = await use('book_appointment', { service: 'Haircut', date: monday, time: '10:00', ...ann });
    expect(booked).toMatchObject({
      bookingId: 'booking-1',
      service: 'haircut',
      chair: 'Maria',
      time: '10:00',
      endsTime: '10:30',
      timeZone: 'Europe/London',
    });
    const moved = await use('reschedule_appointment', { ...ann, date: '2026-11-24', time: '11:00' });
    expect(moved).toMatchObject({
      bookingId: 'booking-1',
      date: '2026-11-24',
      time: '11:00',
      before: { date: monday, time: '10:00' },
    });
    expect(await use('find_appointments', ann)).toMatchObject({ count: 1, appointments: [{ date: '2026-11-24' }] });
    expect(await use('cancel_appointment', ann)).toMatchObject({ bookingId: 'booking-1', status: 'cancelled' });
    expect(await use('cancel_appointment', { bookingId: 'booking-1' })).toMatchObject({ status: 'cancelled' });
    expect(await use('find_appointments', ann)).toEqual({ count: 0, appointments: [], entries: [] });
  });

  it('refuses with a code that a flow can go on from', async () => {
    const use = desk(oneChair);
    const at = (time: string) => ({ service: 'haircut', date: monday, time, ...ann });
    await use('book_appointment', at('10:00'));
    await expect(use('book_appointment', at('10:00'))).rejects.toMatchObject({ code: 'slot_taken' });
    await expect(use('book_appointment', at('12:00'))).rejects.toMatchObject({ code: 'shop_closed' });
    await expect(use('book_appointment', { ...at('11:00'), service: 'massage' })).rejects.toMatchObject({
      code: 'service_unknown',
    });
    await expect(use('book_appointment', { ...at('11:00'), date: '2026-02-30' })).rejects.toMatchObject({
      code: 'tool_input_wrong',
    });
    await expect(use('cancel_appointment', { name: 'Ann Lee' })).rejects.toMatchObject({ code: 'tool_input_wrong' });
    await expect(use('cancel_appointment', { ...ann, name: 'Ben' })).rejects.toMatchObject({
      code: 'appointment_not_found',
    });
    await use('book_appointment', at('11:00'));
    await expect(use('cancel_appointment', ann)).rejects.toMatchObject({ code: 'several_appointments' });
  });

  it('keeps to the shop’s clock and tells callers elsewhere theirs', async () => {
    const use = desk();
    const input = { service: 'haircut', date: monday, time: '15:00', ...ann };
    const booked = await use('book_appointment', input, { timeZone: 'Asia/Ho_Chi_Minh' });
    expect(booked).toMatchObject({
      time: '15:00',
      callerDate: monday,
      callerTime: '22:00',
      startsAtEpochMs: Date.parse('2026-11-23T15:00:00Z'),
    });
  });

  it('knows its hours on a day, and why it is closed', async () => {
    const use = desk();
    expect(await use('shop_information', { date: '2026-12-25' })).toMatchObject({
      openNow: false,
      day: { open: [], reason: 'Christmas Day' },
    });
    expect(await use('shop_information', { date: monday })).toMatchObject({
      day: {
        open: [
          { from: '09:00', to: '12:00' },
          { from: '13:00', to: '18:00' },
        ],
      },
    });
  });
});

describe('days on which the clocks change', () => {
  const allDay: Shop = { ...defaultShop, timeZone: 'Europe/London', week: { 7: [hours(0, 4)] }, daysAhead: 3650 };
  const starts = (year: number, month: number, day: number) =>
    freeSlots(allDay, haircut, { year, month, day }, [], saturdayMorning).map((slot) =>
      new Date(slot.startsAtEpochMs).toISOString(),
    );

  it('has an hour less of starts in spring and an hour more in autumn', () => {
    // Open 0:00–4:00: eight half hours on a plain day; 28 March 2027 skips 1:00–2:00, 31 October 2027 has it twice.
    expect(starts(2027, 3, 21)).toHaveLength(8);
    expect(starts(2027, 3, 28)).toHaveLength(6);
    expect(starts(2027, 10, 31)).toHaveLength(10);
    expect(new Set(starts(2027, 10, 31)).size).toBe(10);
  });

  it('counts the day itself as 23 or 25 hours', () => {
    const lengthHours = (month: number, day: number) => {
      const { fromEpochMs, toEpochMs } = dayBounds(allDay, { year: 2027, month, day });
      return (toEpochMs - fromEpochMs) / 3_600_000;
    };
    expect([lengthHours(3, 28), lengthHours(10, 31), lengthHours(6, 1)]).toEqual([23, 25, 24]);
  });

  it('opens at nine on the wall before and after', () => {
    const sunday: Shop = { ...allDay, week: { 7: [hours(9, 12)] } };
    const at = (iso: string) => wantedTime(sunday, haircut, Date.parse(iso), [], saturdayMorning).status;
    expect([at('2027-03-21T09:00:00Z'), at('2027-03-28T08:00:00Z'), at('2027-03-28T11:00:00Z')]).toEqual([
      'free',
      'free',
      'closed',
    ]);
  });
});
