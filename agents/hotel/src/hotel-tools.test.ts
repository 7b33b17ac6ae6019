import { type AnyTool, type Json, type ToolContext, ToolError } from '@parley/dialogue/tools/tool.ts';
import { useTool } from '@parley/dialogue/tools/use-tool.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { hotelTools } from './hotel-tools.ts';
import { sandboxProperty } from './property/sandbox.ts';
import { type HotelSandbox, startHotelSandbox } from './sandbox/sandbox-server.ts';

const nowEpochMs = Date.parse('2026-03-02T12:00:00Z');
let hotel: HotelSandbox;
let tools: readonly AnyTool[];
let turnNumber: number;

beforeEach(async () => {
  turnNumber = 0;
  hotel = await startHotelSandbox({ seed: 7, now: () => nowEpochMs });
  tools = hotelTools(sandboxProperty({ baseUrl: hotel.url, apiKey: hotel.apiKey }));
});
afterEach(() => hotel.close());

function use(name: string, input: { readonly [key: string]: Json }, key?: string): Promise<Json> {
  const tool = tools.find((one) => one.name === name);
  if (tool === undefined) throw new Error(`no tool ${name}`);
  turnNumber += 1;
  const context: ToolContext = {
    conversationId: 'call',
    turnNumber,
    nowEpochMs,
    timeZone: 'Europe/Dublin',
    language: 'en',
    idempotencyKey: key ?? `call ${turnNumber}`,
    signal: new AbortController().signal,
  };
  return useTool(tool, input, context, 5_000);
}

const codeOf = (promise: Promise<Json>) =>
  promise.then(
    () => 'it came about',
    (error: unknown) => (error instanceof ToolError ? error.code : String(error)),
  );

const week = { arrival: '2026-06-01', departure: '2026-06-03', adults: 2 };
const found = z.object({
  offers: z.array(z.object({ offerId: z.string(), total: z.json() })),
  otherTypesFree: z.boolean(),
});
const booked = z.object({ number: z.string(), status: z.string(), total: z.object({ amountMinor: z.number() }) });

test('a guest finds a double, books it at the price they heard, moves it and cancels it', async () => {
  const { offers } = found.parse(await use('find_rooms', { ...week, roomType: 'double' }));
  const [offer] = offers;
  if (offer === undefined) throw new Error('nothing is free');
  const order = { ...week, offerId: offer.offerId, quotedTotal: { amountMinor: 32_250, currency: 'EUR' } };
  const made = booked.parse(
    await use('book_room', { ...order, firstName: 'Ana', lastName: 'Silva', phone: '+353861234567' }),
  );
  expect(made).toMatchObject({ status: 'confirmed', total: { amountMinor: 32_250 } });

  const claim = { number: made.number, lastName: 'silva' };
  expect(booked.parse(await use('find_reservation', claim)).number).toBe(made.number);
  const moved = await use('change_reservation', { ...claim, arrival: '2026-06-02', departure: '2026-06-05' });
  expect(booked.parse(moved)).toMatchObject({ total: { amountMinor: 3 * 16_125 } });
  expect(booked.parse(await use('cancel_reservation', claim)).status).toBe('cancelled');
});

test('a turn that is tried again books one room', async () => {
  const order = { ...week, offerId: 'suite', firstName: 'Ana', lastName: 'Silva' };
  const numbers = await Promise.all(
    [1, 2, 3].map(async () => booked.parse(await use('book_room', order, 'turn 9')).number),
  );
  expect(new Set(numbers).size).toBe(1);
});

test('when the type is full and others are not, that is told', async () => {
  const order = { ...week, offerId: 'suite', firstName: 'Ana', lastName: 'Silva' };
  for (let room = 0; room < 4; room += 1) await use('book_room', order);
  expect(await use('find_rooms', { ...week, roomType: 'suite' })).toMatchObject({
    offers: [],
    otherTypesFree: true,
  });
  expect(await codeOf(use('book_room', order))).toBe('no_rooms');
});

test('when the type is full, the nearest dates of the same length that have one are told', async () => {
  const order = { ...week, offerId: 'suite', firstName: 'Ana', lastName: 'Silva' };
  for (let room = 0; room < 4; room += 1) await use('book_room', order);
  expect(await use('find_rooms', { ...week, roomType: 'suite' })).toMatchObject({
    otherDates: [
      { arrival: '2026-05-30', departure: '2026-06-01' },
      { arrival: '2026-06-03', departure: '2026-06-05' },
    ],
  });
});

test('amounts are told as they are said, too', async () => {
  expect(await use('find_rooms', { ...week, roomType: 'double' })).toMatchObject({
    offers: [{ total: { amountMinor: 32_250, amount: 322.5, currency: 'EUR' } }],
  });
  expect(await use('hotel_information', { topic: 'breakfast' })).toMatchObject({
    breakfast: { price: { amount: 16 } },
  });
});

test('what goes wrong is a code that the dialogue can go on from', async () => {
  expect(await codeOf(use('find_rooms', { ...week, arrival: '2026-06-30' }))).toBe('invalid_stay');
  expect(await codeOf(use('find_rooms', { ...week, arrival: 'tomorrow' }))).toBe('tool_input_wrong');
  expect(await codeOf(use('find_reservation', { number: '123456', lastName: 'Nobody' }))).toBe('reservation_not_found');
  await hotel.close();
  expect(await codeOf(use('hotel_information', { topic: 'wifi' }))).toBe('unavailable');
});

test('a question about the house is answered with that fact alone', async () => {
  expect(await use('hotel_information', { topic: 'check_in' })).toEqual({ checkInFrom: '15:00' });
  expect(await use('hotel_information', { topic: 'wifi' })).toEqual({ wifi: { free: true, network: 'HarbourHouse' } });
  expect(await use('hotel_information', { topic: 'all' })).toMatchObject({
    name: 'Harbour House',
    pets: { allowed: true },
  });
});

test('looking up may be done ahead; booking, changing and cancelling may not', () => {
  expect(Object.fromEntries(tools.map((one) => [one.name, one.effect]))).toEqual({
    find_rooms: 'reads',
    find_reservation: 'reads',
    hotel_information: 'reads',
    book_room: 'changes',
    change_reservation: 'changes',
    cancel_reservation: 'changes',
  });
});

test('a language model can be told what each tool takes', () => {
  for (const tool of tools) {
    for (const io of ['input', 'output'] as const) {
      const schema = z.toJSONSchema(tool.input, { io });
      expect(schema.type, tool.name).toBe('object');
      for (const [name, field] of Object.entries(schema.properties ?? {})) {
        expect(field, `${tool.name}.${name}`).toSatisfy(
          (one) => typeof one === 'object' && ('type' in one || 'anyOf' in one),
        );
      }
    }
  }
});
