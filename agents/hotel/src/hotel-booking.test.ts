import { describe, expect, test } from 'vitest';
import type { PropertySystem } from './property/property-system.ts';
import { called, whole } from './testing/hotel-call.ts';

const signal = () => AbortSignal.timeout(1000);

/** Books every double from Friday to Sunday. */
async function noDoubles(_property: PropertySystem, behind: PropertySystem): Promise<void> {
  const stay = { arrival: '2026-11-27', departure: '2026-11-29', adults: 1, children: 0 };
  const left = async () =>
    (await behind.searchAvailability(stay, signal())).find(({ roomType }) => roomType === 'double')?.roomsLeft ?? 0;
  for (let room = await left(); room > 0; room -= 1) {
    const guest = { firstName: 'Jo', lastName: 'Byrne' };
    const wanted = { offerId: 'double', stay, guest, quotedTotal: undefined, requests: undefined };
    await behind.createReservation({ ...wanted, idempotencyKey: `double ${room}` }, signal());
  }
}

describe('a room is booked', () => {
  test('in one breath, after a read-back with the total', async () => {
    const { say, call } = await called();
    const readBack = await say(...whole);
    expect(readBack).toBe(
      'Double room, Friday 27 November to Sunday 29 November, 2 nights, for 2 adults. €309.60 in all, under Nora Murphy, +353 86 123 4567. Shall I book it?',
    );
    expect(call.actions).toEqual([]);
    expect(await say('yes')).toMatch(/reservation number is( \d){6}\. /);
    expect(call.actions).toEqual(['room_booked']);
    expect((await call.say('no thank you')).ended).toBe(true);
  });

  test('one question at a time, with the rooms that are free and what they cost', async () => {
    const { say } = await called();
    expect(await say('i need a room')).toMatch(/arrive\?$/);
    expect(await say('tomorrow')).toMatch(/^Tuesday 24 November\. .*(leave|until when)/);
    expect(await say('three nights')).toMatch(/^Tuesday 24 November to Friday 27 November, 3 nights\. How many/);
    expect(await say('just me')).toMatch(
      /^For 1 guest\. For the whole stay I have a single room for €267, a double room for €387 or a harbour suite for €867\. Which/,
    );
    expect(await say('the single')).toMatch(/^The single room, €267 in all\. .*name/);
    expect(await say('liam')).toMatch(/last name, Liam\?$/);
    expect(await say('hegarty')).toMatch(/phone number, or an e-mail address/);
    expect(await say('liam dot hegarty at example dot com')).toMatch('under Liam Hegarty, liam.hegarty@example.com.');
  });

  test('corrected as often as the guest likes, and never before the yes', async () => {
    const { say, call } = await called();
    await say(...whole);
    expect(await say('no, until monday')).toMatch('Friday 27 November to Monday 30 November, 3 nights');
    expect(await say('change the name')).toMatch(/name/);
    expect(await say('nora kelly')).toMatch('under Nora Kelly');
    expect(await say('no')).toBe('What should I change: the dates, the room, the name, or something else?');
    expect(await say('the phone number')).toMatch(/phone number.* or an e-mail/);
    expect(await say('oh eight five one two three four five six seven')).toMatch('+353 85 123 4567');
    expect(await say('actually a family room')).toMatch('Family room, Friday 27 November to Monday 30 November');
    expect(call.actions).toEqual([]);
    await say('yes');
    expect(call.actions).toEqual(['room_booked']);
  });

  test('without a number, when the guest would rather not give one', async () => {
    const { say, call } = await called();
    await say(...whole.slice(0, 2));
    expect(await say("i'd rather not give my phone number")).toMatch(
      /without|don't need it.*under Nora Murphy\. Shall I book it\?$/,
    );
    await say('yes');
    expect(call.actions).toEqual(['room_booked']);
  });

  test('for two and a child, in a room that holds three', async () => {
    const { say } = await called();
    expect(await say('a room for two adults and a child from tomorrow to sunday')).toMatch(
      /For 2 adults and 1 child\. What I have left .* harbour suite, for €1,560\.60\. Would you like that one\?$/,
    );
    expect(await say('yes')).toMatch(/name/);
  });

  test.each([
    ['a room for one week from monday', 'Monday 30 November to Monday 7 December, 7 nights'],
    ['a room from friday to sunday the eighth', 'Friday 27 November to Sunday 29 November, 2 nights'],
    ['a room for next weekend', 'Saturday 5 December to Sunday 6 December, 1 night'],
  ])('for "%s"', async (wish, stay) => {
    const { say } = await called();
    expect(await say(wish)).toMatch(stay);
  });

  test('one after the other, when they are too many for a room', async () => {
    const { say } = await called();
    expect(await say('book a room from friday to sunday', 'nine adults')).toMatch(
      /^The largest room I have then takes 4 guests\. .*How many/,
    );
    expect(await say('four adults')).toMatch(/family room/);
  });
});

describe('what is not free', () => {
  test('the room that is taken is told at once, with other nights and other rooms', async () => {
    const { say } = await called(noDoubles);
    expect(await say("i'd like a double room from friday to sunday for two")).toMatch(
      /^I'm sorry, I have no double room for you on those nights, though I'd have one from .* family room/,
    );
  });

  test('a room that somebody takes during the read-back is not booked, and others are offered', async () => {
    const { say, call } = await called((property) => property.fail('createReservation', 'no_rooms'));
    expect(await say(...whole, 'yes')).toMatch(
      /somebody has just taken that room\. Nothing is booked yet\. .*Which would you like\?$/,
    );
    expect(call.actions).toEqual([]);
    expect(await say('the family room')).toMatch(/^Family room, .*Shall I book it\?$/);
    await say('yes');
    expect(call.actions).toEqual(['room_booked']);
  });

  test('a price that changed is read back anew before anything is booked', async () => {
    const { say, call, property } = await called((hotel) => hotel.fail('createReservation', 'price_changed'));
    const searched = async () => property.uses('searchAvailability');
    await say(...whole);
    const before = await searched();
    expect(await say('yes')).toMatch(/price has changed.*€309\.60 in all.*Shall I book it\?$/);
    expect(await searched()).toBeGreaterThan(before);
    expect(call.actions).toEqual([]);
  });

  test('days that have passed, or that end before they begin, are asked for again', async () => {
    const { say } = await called();
    expect(await say('book a room from friday to sunday', 'no, until thursday november twenty sixth')).toMatch(
      /isn't after/,
    );
    expect(await say('sunday', 'two adults', 'for 40 nights')).toMatch(/longer than we take bookings for/);
  });
});

describe('when the hotel does not answer', () => {
  test('the guest hears it, and it is tried again', async () => {
    const { say, call } = await called((property) => property.fail('searchAvailability', 'unavailable', 4));
    const line = await say(...whole);
    expect(line).toMatch(/can't see our rooms just now\. Shall I try once more\?$/);
    expect(await say('yes', 'yes')).toMatch(/Double room|name|phone|else/);
    expect(call.actions).not.toContain('handed_off');
  });

  test('a booking that did not go through is tried again once the guest says so', async () => {
    const { say, call } = await called((property) => property.fail('createReservation', 'unavailable'));
    expect(await say(...whole, 'yes')).toBe("I'm sorry, the booking hasn't gone through. Shall I try it again?");
    expect(call.actions).toEqual([]);
    expect(await say('yes')).toMatch(/booked/);
    expect(call.actions).toEqual(['room_booked']);
  });

  test('a question about the house that cannot be looked up is no dead end', async () => {
    const { say } = await called((property) => property.fail('information', 'unavailable'));
    expect(await say('when is breakfast')).toMatch(/^I'm sorry, I can't look that up just now\. .*else/);
    expect(await say('when is breakfast')).toMatch('from 7 AM to 10 AM');
  });
});
