import { expect, test } from 'vitest';
import { bookingOfAction, bookingOfView, bookingsOf, whenText } from './booking.ts';
import { applyServerMessage, emptyTranscript } from './transcript.ts';

const startsAt = '2026-11-27T15:00:00.000Z';

test('a booking is shown on the clock of its place, whatever the clock of the page', () => {
  const booking = bookingOfAction({
    name: 'appointment_booked',
    data: {
      bookingId: 'b-1',
      service: 'haircut',
      startsAtEpochMs: Date.parse(startsAt),
      timeZone: 'Asia/Tokyo',
      name: 'Alice',
    },
  });
  expect(booking).toMatchObject({
    status: 'booked',
    bookingId: 'b-1',
    service: 'haircut',
    name: 'Alice',
    phone: undefined,
  });
  // Browsers put a narrow no-break space before AM; people read both alike.
  const when = booking && whenText(booking);
  expect(`${when?.day} ${when?.time}`.replace(/\s/g, ' ')).toBe('Saturday, November 28 12:00 AM');
});

test('an action and the stored booking give the same card', () => {
  const stored = { service: 'haircut', time_zone: 'UTC', name: 'Alice', phone: '415' };
  const live = bookingOfAction({
    name: 'appointment_booked',
    data: { booking_id: 'b-1', starts_at: startsAt, ...stored },
  });
  const view = bookingOfView({
    booking_id: 'b-1',
    starts_at: startsAt,
    status: 'booked',
    created_at: startsAt,
    ...stored,
  });
  expect(live).toEqual(view);
});

test('a cancellation is one, other actions are none, and nonsense in the data hides only itself', () => {
  expect(bookingOfAction({ name: 'appointment_cancelled', data: {} })).toMatchObject({ status: 'cancelled' });
  expect(bookingOfAction({ name: 'mail_sent', data: {} })).toBeUndefined();
  const odd = bookingOfAction({
    name: 'appointment_booked',
    data: { service: 7, starts_at: 'soon', time_zone: 'Mars/Base', name: 'Al' },
  });
  expect(odd).toMatchObject({ service: undefined, startsAtEpochMs: undefined, name: 'Al' });
  expect(odd && whenText(odd)).toBeUndefined();
  expect(odd && whenText({ ...odd, startsAtEpochMs: 0 })).toBeDefined();
});

test('a cancellation that names only the booking still says what was cancelled', () => {
  const transcript = [
    { turnNumber: 4, name: 'appointment_booked', data: { bookingId: 'b-1', service: 'haircut', startsAt } },
    { turnNumber: 5, name: 'appointment_cancelled', data: { bookingId: 'b-1' } },
  ].reduce((before, data) => applyServerMessage(before, { type: 'assistant_action', data }), emptyTranscript);
  expect(bookingsOf(transcript.turns).get(5)).toMatchObject([{ status: 'cancelled', service: 'haircut' }]);
});
