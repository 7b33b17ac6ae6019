import { createTextCall } from '@parley/dialogue/testing/text-call.ts';
import { describe, expect, test } from 'vitest';
import { createHotel } from './hotel-agent.ts';
import { hotelHouse } from './hotel-house.ts';
import { inventoryProperty } from './sandbox/inventory-property.ts';
import { sandboxInformation } from './sandbox/sandbox-hotel.ts';
import { called, nowEpochMs, whole } from './testing/hotel-call.ts';

const nora = { number: '204815', lastName: 'Doyle' };
const signal = () => AbortSignal.timeout(1000);

describe('a reservation', () => {
  const claim = ['two oh four eight one five', 'doyle'];

  test('is told to whoever knows the number and the name', async () => {
    const { say, call } = await called();
    expect(await say('look up my reservation', ...claim)).toMatch(
      /^Here it is: double room, Thursday 3 December to Sunday 6 December, 3 nights, for 2 adults\. €/,
    );
    // What opens a booking is not kept.
    expect(JSON.stringify(call.memory)).toContain('"slots":{}');
  });

  test('is not told, moved or cancelled with a wrong name, and three times is enough', async () => {
    const { say, call } = await called();
    await say('cancel my booking');
    for (let tries = 0; tries < 2; tries += 1) {
      expect(await say('two oh four eight one five', 'murphy')).toMatch(/^I can't find 2 0 4 8 1 5 under Murphy/);
    }
    expect(await say('two oh four eight one five', 'murphy')).toMatch(/ask for a person/);
    expect(call.actions).toEqual([]);
  });

  test('is moved after a read-back with the new total, and cancelled after the fee was told', async () => {
    const { say, call, property } = await called();
    expect(await say('i need to change the dates of my stay', ...claim)).toMatch(
      /^I have your double room .*instead\?|new day of arrival/,
    );
    expect(await say('the fourteenth of december')).toMatch(/^Monday 14 December\. .*It was 3 nights\.$/);
    expect(await say('two nights')).toBe(
      "So that's Monday 14 December to Wednesday 16 December, 2 nights, €258 in all. Shall I change it?",
    );
    expect(await say('no, three nights')).toMatch('to Thursday 17 December');
    expect(await say('yes')).toMatch(/^It's changed: Monday 14 December to Thursday 17 December, €387 in all\./);
    expect(await property.findReservation(nora, signal())).toMatchObject({ arrival: '2026-12-14', nights: 3 });
    expect(await say('cancel my reservation')).toMatch(/Cancelling is free of charge\. Shall I cancel it for good\?$/);
    expect(await say('no')).toMatch(/stays as it is/);
    expect(call.actions).toEqual(['reservation_changed']);
    await say('cancel my reservation', ...claim, 'yes');
    expect(call.actions).toEqual(['reservation_changed', 'reservation_cancelled']);
  });

  test('is prolonged by the nights that are told, and a day later is no stay of a night', async () => {
    const { say, call } = await called();
    expect(await say('can i stay one night longer', ...claim)).toMatch(
      'Thursday 3 December to Monday 7 December, 4 nights',
    );
    await say('yes');
    expect(await say('extend my stay')).toMatch(/How many more nights\?$/);
    expect(await say('two nights')).toMatch('to Wednesday 9 December, 6 nights');
    await say('yes');
    expect(call.actions).toEqual(['reservation_changed', 'reservation_changed']);
    expect(await say("i'd like to change my booking to a day later")).toMatch(/arriv/);
  });

  test('keeps its old dates when the new ones are taken', async () => {
    const { say, property } = await called((hotel) => hotel.fail('changeDates', 'no_rooms'));
    expect(await say('change my reservation', ...claim, 'the fourteenth of december', 'two nights', 'yes')).toMatch(
      /no double room is free for all of those nights, so your old dates stand\. .*arriv/,
    );
    expect(await property.findReservation(nora, signal())).toMatchObject({ arrival: '2026-12-03' });
  });

  test('that just was booked needs no number to be cancelled', async () => {
    const { say, call } = await called();
    await say(...whole, 'yes');
    expect(await say('cancel my reservation')).toMatch(/^That's your double room .*for good\?$/);
    await say('yes');
    expect(call.actions).toEqual(['room_booked', 'reservation_cancelled']);
  });
});

describe('everywhere', () => {
  test('questions are answered in the middle of a booking, which goes on where it was', async () => {
    const { say } = await called();
    await say('book a room', 'friday to sunday');
    expect(await say('can i bring my dog')).toMatch(/^Pets are welcome, up to 20 kilos, for €12 a night\. How many/);
    expect(await say('two of us')).toMatch(/Which would you like\?$/);
    expect(await say('what time is check out')).toMatch(/11 AM.*Which would you like\?$/);
    await say('the double', 'nora murphy', 'oh eight six one two three four five six seven');
    expect(await say('do you have a pool')).toMatch(/indoor pool.*Shall I book it\?$/);
  });

  test('a look at a reservation in the middle of a booking leaves its dates alone', async () => {
    const { say } = await called();
    await say('book a double room', 'friday to sunday');
    await say('change my reservation', '204815', 'doyle', 'the fourteenth of december', 'two nights');
    expect(await say('no', 'no')).toMatch(/stays as it is\. How many/);
    expect(await say('two adults', 'nora murphy')).toMatch(/phone/);
    expect(await say('nora at example dot com')).toMatch('Friday 27 November to Sunday 29 November');
  });

  test('prices asked for in the middle of a booking lead back into it, and book one room', async () => {
    const { say, call } = await called();
    await say('book a room', 'friday to sunday', 'two adults', 'the double');
    expect(await say('how much is a family room')).toMatch(
      /family room is free, for €429\.60 in all\. Shall I book it\?$/,
    );
    expect(await say('yes')).toMatch(/name/);
    await say('nora murphy', 'nora at example dot com', 'yes');
    expect(call.actions).toEqual(['room_booked']);
    expect(await say('thanks')).toMatch(/welcome|pleasure/);
  });

  test('cancel, help, repeat, start over and a person work in the middle of it', async () => {
    const { say, call } = await called();
    const question = await say('book a room');
    expect(await say('help')).toMatch(/^Just tell me the day/);
    expect(await say('say that again')).toMatch(/arrive\?$/);
    expect(question).toMatch(/arrive\?$/);
    await say('friday');
    expect(await say('start over')).toMatch(/^Of course, let's start again\..*arrive\?$/);
    expect(await say('can i talk to a person')).toMatch(/noted.*arrive\?$/);
    expect(call.actions).toEqual(['handoff_requested']);
    expect(await say('forget it')).toMatch(/leave (it|that)\. .*else/);
    expect((await call.say('goodbye')).ended).toBe(true);
  });

  test('who is not understood hears the question in other words, and then a person is asked for', async () => {
    const { say, call } = await called();
    await say('book a room');
    expect(await say('purple elephants')).toMatch(/Just tell me the day/);
    await say('purple elephants');
    await say('purple elephants');
    expect(call.actions).toEqual(['handoff_requested']);
  });

  test('what it said makes no mistakes in the definition show', async () => {
    const { say, errors } = await called();
    for (const question of [
      'what rooms do you have',
      'where are you',
      'is there wifi',
      'do you have parking',
      'tell me about the hotel',
      'when can i check in',
      'are you a robot',
      'hello',
    ]) {
      expect(await say(question), question).toMatch(/\w\. .*\?$/);
    }
    expect(errors).toEqual([]);
  });
});

test('without a property system it has a hotel of its own, over the network', async () => {
  const { agent, close, suggestions } = await createHotel();
  try {
    const call = createTextCall(agent, { nowEpochMs: Date.now(), timeZone: 'Europe/Dublin' });
    await call.greet();
    expect((await call.say('when is breakfast')).said).toMatch('7 AM');
    expect(suggestions.join()).toContain('204815');
  } finally {
    await close();
  }
});

test('it speaks for the house that it is given', async () => {
  const house = hotelHouse.parse({
    information: {
      ...sandboxInformation,
      name: 'The Anchor',
      timeZone: 'Europe/London',
      address: { ...sandboxInformation.address, countryCode: 'GB' },
    },
    rooms: [{ value: 'double', names: ['cabin', 'cabins'] }],
    roomsInWords: 'nothing but cabins',
  });
  const property = inventoryProperty({ seed: 7, now: () => nowEpochMs });
  const { agent, name } = await createHotel({ property, house });
  const call = createTextCall(agent, { nowEpochMs });
  expect(name).toBe('The Anchor');
  expect((await call.greet()).said).toContain('The Anchor');
  expect((await call.say('what rooms do you have')).said).toContain('nothing but cabins');
  expect((await call.say('book a cabin from friday to sunday for two')).said).toMatch(/name/);
});
