import { randomWalk } from '@parley/dialogue/testing/random-walk.ts';
import { describe, expect, test } from 'vitest';
import { type Calendar, CalendarError } from './availability/calendar.ts';
import { createMemoryCalendar } from './availability/memory-calendar.ts';
import { defaultShop, type Shop } from './availability/shop.ts';
import { memoryBook } from './memory-book.ts';
import { createReceptionist } from './receptionist-agent.ts';
import { saturdayMorning, startCall } from './testing-call.ts';

const oneChair: Shop = { ...defaultShop, chairs: [{ chairId: 'chair-1', name: 'the chair' }] };
const fridayAtThree = '2026-11-27T15:00:00-05:00';

/** A calendar of which one method fails as long as it is told to. */
function failing(method: keyof Calendar, isFailing: () => boolean) {
  return (calendar: Calendar): Calendar => {
    const fail = async (): Promise<never> => {
      throw new CalendarError('calendar_unavailable', 'The book is closed; try again.');
    };
    const original = calendar[method].bind(calendar);
    return {
      ...calendar,
      [method]: (...given: never[]) => (isFailing() ? fail() : Reflect.apply(original, undefined, given)),
    };
  };
}

describe('a booking', () => {
  test('goes from the wish to the book, and is read back before', async () => {
    const caller = await startCall();
    expect(await caller.say('I would like to book a haircut')).toMatch(/what day/i);
    expect(await caller.say('Friday at three pm')).toMatch(/Friday 27 November at 3 PM.*name/);
    expect(await caller.say('my name is Alice Brown')).toMatch(/Thanks, Alice Brown.*number/);
    const readBack = await caller.say('four one five, five five five, one two three four');
    expect(readBack).toBe(
      "So that's a haircut on Friday 27 November at 3 PM, for Alice Brown, phone (415) 555-1234. Shall I book it?",
    );
    expect(caller.rows).toEqual([]);
    expect(await caller.say('yes')).toMatch(/booked for Friday 27 November at 3 PM.*else/);
    expect(caller.acted('appointment_booked')).toMatchObject({
      bookingId: 'booking-1',
      service: 'haircut',
      startsAtEpochMs: Date.parse(fridayAtThree),
      timeZone: 'America/New_York',
      name: 'Alice Brown',
      phone: '14155551234',
    });
    expect(caller.rows).toMatchObject([{ status: 'booked', service: 'haircut', name: 'Alice Brown' }]);
    expect(await caller.say("no that's all, thank you")).toMatch(/goodbye.*\(ended\)/i);
  });

  test('takes all in one sentence, in any order, and says it back', async () => {
    const caller = await startCall();
    expect(await caller.say('can I get a beard trim next tuesday at half past ten')).toMatch(
      /A beard trim, Tuesday 24 November at 10:30 AM\. .*name/,
    );
  });

  test('a number that is dictated in pieces is said back as it grows, and changes nothing else', async () => {
    const caller = await startCall();
    await caller.sayAll('book a haircut on Friday at three pm', 'Alice');
    expect(await caller.say('six five oh')).toBe('650. Go on.');
    expect(await caller.say('five five five')).toBe('650555. Go on.');
    expect(await caller.say('oh one nine nine')).toMatch(
      /Friday 27 November at 3 PM, for Alice, phone \(650\) 555-0199\./,
    );
    // Nobody can be called on a number that cannot be.
    const other = await startCall();
    await other.sayAll('book a haircut on Friday at three pm', 'Alice');
    expect(await other.say('one two three four five six seven eight nine zero')).toMatch(/phone number\?$/);
    expect(await other.say('six five oh five five five oh one nine nine')).toMatch(/at 3 PM, .*\(650\) 555-0199\./);
  });

  test('is put right while it is read back: the time, the day, the service, the name, the number', async () => {
    const caller = await startCall();
    await caller.sayAll('book a haircut on Friday at three pm', 'my name is Alice', '415 555 1234');
    expect(await caller.say('no, make it four pm')).toMatch(/haircut on Friday 27 November at 4 PM, for Alice/);
    expect(await caller.say('actually make it Thursday')).toMatch(/Thursday 26 November at 4 PM/);
    expect(await caller.say('change the service to a shave')).toMatch(/a shave on Thursday/);
    expect(await caller.say('no my name is Alicia')).toMatch(/for Alicia/);
    expect(await caller.say('change my phone number')).toMatch(/number/);
    expect(await caller.say('415 555 9876')).toMatch(/\(415\) 555-9876\. Shall I book it\?/);
    expect(await caller.say('no')).toMatch(/what should I change/i);
    expect(await caller.say('the time')).toMatch(/what time|at what time/i);
    await caller.sayAll('noon', 'yes');
    expect(caller.rows).toMatchObject([{ service: 'shave', name: 'Alicia', phone: '14155559876' }]);
    expect(caller.rows[0]?.startsAtEpochMs).toBe(Date.parse('2026-11-26T12:00:00-05:00'));
  });

  test('offers the nearest free times when the wanted one is taken, and takes "the later one"', async () => {
    const caller = await startCall({ shop: oneChair, taken: [{ startsAt: fridayAtThree }] });
    expect(await caller.say('a haircut on Friday at three')).toBe(
      "I'm sorry, 3 PM is taken. I could do 2:30 PM or 3:30 PM. Which would you like?",
    );
    expect(await caller.say('the later one')).toMatch(/Friday 27 November at 3:30 PM\. .*name/);
  });

  test('says when the shop is closed and offers the next day that it is open', async () => {
    const caller = await startCall();
    expect(await caller.say('a shave on sunday at two')).toBe(
      "I'm sorry, we're closed on Sunday 22 November. Would Monday 23 November work for you?",
    );
    expect(await caller.say('yes please')).toMatch(/Monday 23 November at 2 PM\. .*name/);
    const late = await startCall();
    expect(await late.sayAll('a haircut on friday', 'seven in the evening')).toMatch(
      /closed at 7 PM\. That day we're open from 9 AM to 6 PM\. I could do 5 PM or 5:30 PM/,
    );
    const holiday: Shop = { ...defaultShop, exceptions: [{ date: '2026-11-26', spans: [], reason: 'Thanksgiving' }] };
    const caller3 = await startCall({ shop: holiday });
    expect(await caller3.say('a haircut on thursday')).toMatch(/closed on Thursday 26 November for Thanksgiving/);
  });

  test('as soon as possible is the first free time; a part of the day lists some', async () => {
    const caller = await startCall();
    expect(await caller.say('I need a shave as soon as possible')).toMatch(/The first I have is today at 10:30 AM/);
    expect(await caller.say('no')).toMatch(/what time/i);
    const other = await startCall();
    expect(await other.say('do you have anything free on friday afternoon')).toMatch(/what would you like/i);
    expect(await other.say('a haircut')).toMatch(/noon, 3 PM or 5:30 PM, among others/);
  });

  test('a question on the way is answered, and the booking goes on where it was', async () => {
    const caller = await startCall();
    await caller.sayAll('I would like to book a shave', 'tomorrow week');
    await caller.say('monday');
    expect(await caller.say('how much is that')).toMatch(/^A shave is 25 dollars\. .*time/);
    expect(await caller.say('how much is a haircut')).toMatch(/^A haircut is 35 dollars\./);
    expect(await caller.say('ten am')).toMatch(/Monday 23 November at 10 AM/);
    expect(await caller.sayAll('Bob', '415 555 1234')).toMatch(/a shave on Monday/);
  });

  test('is left by "never mind" with nothing in the book, and begun anew by "start over"', async () => {
    const caller = await startCall();
    await caller.sayAll('book a haircut on Friday at three pm', 'Alice', '415 555 1234');
    expect(await caller.say('start over')).toMatch(/start over.*(book|done)\?/);
    expect(await caller.say('never mind')).toMatch(/Nothing is booked/);
    expect(caller.rows).toEqual([]);
  });

  test('a time that somebody takes meanwhile is said to be gone, and another is asked for', async () => {
    let taken = false;
    const caller = await startCall({
      wrap: (calendar) => ({
        ...calendar,
        book: async (request, signal) => {
          if (taken) return calendar.book(request, signal);
          taken = true;
          throw new CalendarError('slot_taken', 'Taken.');
        },
      }),
    });
    await caller.sayAll('book a haircut on Friday at three pm', 'Alice', '415 555 1234');
    expect(await caller.say('yes')).toMatch(/just taken that time, so nothing is booked yet\. .*time/);
    expect(await caller.say('four')).toMatch(/4 PM.*Shall I book it/);
    expect(await caller.say('yes')).toMatch(/booked/);
    expect(caller.rows).toHaveLength(1);
  });

  test('a book that cannot be written to is told, and tried again once the caller says so', async () => {
    let down = true;
    const caller = await startCall({ wrap: failing('book', () => down) });
    await caller.sayAll('book a haircut on Friday at three pm', 'Alice', '415 555 1234');
    expect(await caller.say('yes')).toMatch(/couldn't write that down.*try again\?/);
    expect(caller.call.actions).toEqual([]);
    down = false;
    expect(await caller.say('yes')).toMatch(/booked/);
    expect(caller.call.actions).toEqual(['appointment_booked']);
  });

  test('nothing is promised while the calendar cannot be seen', async () => {
    let down = true;
    const caller = await startCall({ wrap: failing('busy', () => down) });
    await caller.sayAll('book a haircut on Friday at three pm', 'Alice');
    expect(await caller.say('415 555 1234')).toMatch(/can't see our calendar just now/);
    down = false;
    expect(await caller.say('yes')).toMatch(/Shall I book it/);
  });
});

describe('an appointment that stands', () => {
  test('is cancelled after a yes, without asking who has just booked', async () => {
    const caller = await startCall();
    await caller.sayAll('book a haircut on Friday at three pm', 'Alice', '415 555 1234', 'yes');
    expect(await caller.say('I want to cancel my appointment')).toBe(
      "That's your haircut on Friday 27 November at 3 PM. Shall I cancel it?",
    );
    expect(caller.rows).toMatchObject([{ status: 'booked' }]);
    expect(await caller.say('yes')).toMatch(/cancelled/);
    expect(caller.acted('appointment_cancelled')).toMatchObject({ bookingId: 'booking-1' });
    expect(caller.rows).toMatchObject([{ status: 'cancelled' }]);
    expect(await caller.say('cancel my appointment')).toMatch(/no appointment/i);
  });

  test('of another day is found by number and name, and moved to a time that is free', async () => {
    const caller = await startCall({ taken: [{ startsAt: fridayAtThree, name: 'Carol Jones', phone: '14155557777' }] });
    expect(await caller.say('I need to move my appointment to Thursday')).toMatch(/number/);
    expect(await caller.say('415 555 7777')).toMatch(/name/);
    expect(await caller.say('Carol Jones')).toMatch(/Thursday 26 November\. At 3 PM again\?/);
    expect(await caller.say('yes')).toBe(
      "So I'll move your haircut from Friday 27 November at 3 PM to Thursday 26 November at 3 PM. Is that right?",
    );
    expect(await caller.say('yes')).toMatch(/Thursday 26 November at 3 PM/);
    expect(caller.acted('appointment_rescheduled')).toMatchObject({
      bookingId: 'booking-1',
      service: 'haircut',
      startsAtEpochMs: Date.parse('2026-11-26T15:00:00-05:00'),
      name: 'Carol Jones',
      phone: '14155557777',
    });
  });

  test('is moved by "actually make it four" right after it was booked', async () => {
    const caller = await startCall();
    await caller.sayAll('book a haircut on Friday at three pm', 'Alice', '415 555 1234', 'yes');
    expect(await caller.say('actually make it four pm')).toBe(
      "So I'll move your haircut from Friday 27 November at 3 PM to 4 PM. Is that right?",
    );
    expect(await caller.say('yes')).toMatch(/4 PM/);
    expect(caller.call.actions).toEqual(['appointment_booked', 'appointment_rescheduled']);
  });

  test('is not told to who does not know its number and name; after three tries a person is offered', async () => {
    const caller = await startCall({ taken: [{ startsAt: fridayAtThree }] });
    expect(await caller.sayAll('when is my appointment', '415 555 0000', 'Bob')).toMatch(
      /can't find an appointment for Bob/,
    );
    expect(await caller.sayAll('415 555 0001', 'Sam Other')).toMatch(/can't find/);
    expect(await caller.sayAll('415 555 0002', 'Sam Other')).toMatch(/ask for a person/);
    expect(await caller.say('can I talk to a person')).toMatch(/noted that you'd like to speak to someone/);
    expect(caller.call.actions).toEqual(['handoff_requested']);
  });

  test('one of several is asked for, and told apart by its day', async () => {
    const mine = { name: 'Dan', phone: '14155556666' };
    const caller = await startCall({
      taken: [
        { startsAt: fridayAtThree, ...mine },
        { startsAt: '2026-11-30T10:00:00-05:00', service: 'shave', ...mine },
      ],
    });
    expect(await caller.sayAll('cancel my appointment', '415 555 6666', 'Dan')).toBe(
      "There's more than one. Is it the haircut on Friday 27 November at 3 PM or the shave on Monday 30 November at 10 AM?",
    );
    expect(await caller.say('the second one')).toMatch(/your shave on Monday 30 November at 10 AM\. Shall I cancel it/);
    await caller.say('yes');
    expect(caller.acted('appointment_cancelled')).toMatchObject({ bookingId: 'booking-2' });
  });

  test('stays as it is when it cannot be moved just now', async () => {
    const caller = await startCall({ wrap: failing('reschedule', () => true) });
    await caller.sayAll('book a haircut on Friday at three pm', 'Alice', '415 555 1234', 'yes');
    await caller.sayAll('can you move my appointment to four pm');
    expect(await caller.say('yes')).toMatch(/couldn't move it just now, so it stays as it was/);
    expect(await caller.say('no')).toMatch(/stays as it is|leave it as it is/);
    expect(caller.call.actions).toEqual(['appointment_booked']);
  });

  test('"cancel the appointment" in the middle of making one asks which is meant', async () => {
    const caller = await startCall();
    await caller.sayAll('book a haircut on Friday at three pm', 'Alice');
    expect(await caller.say('cancel my appointment')).toMatch(/isn't booked yet\. Do you mean another one/);
    expect(await caller.say('no')).toMatch(/number/);
  });
});

describe('questions about the shop', () => {
  test.each([
    ['when are you open', /Monday to Saturday, 9 AM to 6 PM/],
    ['are you open on sunday', /closed on Sunday 22 November/],
    ['are you open on saturday', /open from 9 AM to 6 PM/],
    ['what services do you offer', /a haircut, a beard trim/],
    ['how much is a beard trim', /A beard trim is 20 dollars/],
    ['what are your prices', /A haircut is 35 dollars, a beard trim is 20 dollars/],
    ['how long does a hair color take', /90 minutes/],
    ['where are you', /12 Fig Street/],
    ['are you a robot', /automated assistant/],
    ['thank you', /welcome|pleasure/],
    ['what can you do', /book an appointment, move an appointment/],
  ])('%s', async (question, answer) => {
    const caller = await startCall();
    expect(await caller.say(question)).toMatch(answer);
  });

  test('are answered for the shop that it is given', async () => {
    const shop: Shop = {
      ...defaultShop,
      name: 'Oak Lane Dentists',
      address: '3 Oak Lane',
      timeZone: 'Europe/London',
      week: { 1: [{ opens: { hour: 8, minute: 0 }, closes: { hour: 16, minute: 30 } }] },
      services: [{ name: 'extraction', durationMinutes: 60, price: '80 pounds' }],
    };
    const { agent, definition } = await createReceptionist({ calendar: createMemoryCalendar(memoryBook()), shop });
    expect(agent.language).toBe('en-US');
    expect(definition.facts).toMatchObject({ hours: 'Monday, 8 AM to 4:30 PM', services: 'an extraction' });
    const caller = await startCall({ shop });
    expect(caller.call.history[0]?.text).toContain('Oak Lane Dentists');
    expect(await caller.say('an extraction')).toMatch(/An extraction\. What day/);
  });
});

describe('callers who change their minds', () => {
  test('five hundred of them, none of whom goes round in circles', async () => {
    const errors: unknown[] = [];
    const { agent, definition } = await createReceptionist({
      calendar: createMemoryCalendar(memoryBook(), { now: () => saturdayMorning }),
      onError: (error) => errors.push(error),
    });
    const outcomes = new Map<string, number>();
    for (let seed = 1; seed <= 500; seed += 1) {
      const walk = await randomWalk(agent, definition, seed, {
        call: { nowEpochMs: saturdayMorning, timeZone: 'America/New_York' },
      });
      expect(walk.outcome === 'circle' ? `seed ${seed}\n${walk.transcript}` : '').toBe('');
      outcomes.set(walk.outcome, (outcomes.get(walk.outcome) ?? 0) + 1);
    }
    expect(errors).toEqual([]);
    expect(outcomes.get('goal') ?? 0).toBeGreaterThan(50);
  }, 120_000);
});

describe('what people say on the way to something else', () => {
  const booked = ["I'd like a haircut on Tuesday at ten", 'Anna Miller', '212 555 0147', 'yes'];

  test('a move that is left leaves the appointment, and says so', async () => {
    const { sayAll, rows } = await startCall();
    const left = await sayAll(...booked, 'move my appointment', 'cancel it');
    expect(left).toContain('your appointment stays as it is');
    expect(left).not.toContain('Nothing is booked');
    expect(rows).toMatchObject([{ status: 'booked' }]);
    expect(await sayAll('cancel it')).toMatch(/Shall I cancel it\?$/);
  });

  test('an appointment cancelled while it was to be moved is not asked about any more', async () => {
    const { sayAll } = await startCall();
    const said = await sayAll(...booked, 'move my appointment', 'cancel my appointment', 'yes');
    expect(said).not.toContain('When would you like to come instead?');
  });

  test('it is moved to an hour of the same day', async () => {
    const { sayAll } = await startCall();
    expect(await sayAll(...booked, 'can you move it to four')).toContain('to 4 PM. Is that right?');
  });

  test('a service with its day and time begins the booking', async () => {
    const { say } = await startCall();
    expect(await say('a haircut on Friday the 11th of December at ten')).toContain(
      'A haircut, Friday 11 December at 10 AM.',
    );
  });

  test('of two services one is booked after the other', async () => {
    const { sayAll, rows } = await startCall();
    const first = await sayAll('a haircut and a shave on Tuesday at ten', 'Anna Miller', '212 555 0147', 'yes');
    expect(first).toContain('Now the shave');
    await sayAll('at eleven', 'yes');
    expect(rows).toMatchObject([{ service: 'haircut' }, { service: 'shave' }]);
  });

  test('the name can be taken back while the number is asked for', async () => {
    const { sayAll } = await startCall();
    expect(await sayAll("I'd like a haircut on Tuesday at ten", 'Hannah', 'no wait, Anna')).toContain('Thanks, Anna.');
  });

  test('a week is no day: which one is asked, and its days are of that week', async () => {
    const { sayAll } = await startCall();
    expect(await sayAll('a haircut next week please')).toContain('I have time from Monday 23 November on.');
    expect(await sayAll('Wednesday')).toContain('Wednesday 25 November');
  });

  test('what is not offered is said not to be, and nothing else is refused by it', async () => {
    const { say, sayAll } = await startCall();
    expect(await say('do you do manicures')).toContain("that's not something we do");
    expect(await sayAll(...booked.slice(0, 3), 'actually make it eleven')).not.toContain('not something we do');
  });
});
