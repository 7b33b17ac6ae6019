import { expect, test } from 'vitest';
import { bookingOfAction, bookingOfView, bookingsOf, isSameBooking, whenText } from './booking.ts';
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

test('a booking that is moved is one card, with its new time and the one before, at the turn that moved it', () => {
  const later = '2026-11-28T16:00:00.000Z';
  const transcript = transcriptOf([
    { turnNumber: 4, name: 'appointment_booked', data: { bookingId: 'b-1', service: 'haircut', startsAt } },
    { turnNumber: 4, name: 'appointment_booked', data: { bookingId: 'b-2', service: 'shave', startsAt } },
    {
      turnNumber: 6,
      name: 'appointment_rescheduled',
      data: { bookingId: 'b-1', startsAtEpochMs: Date.parse(later), before: { startsAtEpochMs: Date.parse(startsAt) } },
    },
  ]);
  const cards = bookingsOf(transcript.turns);
  expect(cards.get(4)).toMatchObject([{ bookingId: 'b-2' }]);
  expect(cards.get(6)).toMatchObject([
    {
      bookingId: 'b-1',
      status: 'moved',
      service: 'haircut',
      startsAtEpochMs: Date.parse(later),
      movedFromEpochMs: Date.parse(startsAt),
    },
  ]);
});

test('a booking from an earlier conversation that is moved in this one shows where it was', () => {
  const moved = bookingOfAction({
    name: 'appointment_rescheduled',
    data: { bookingId: 'b-1', startsAt, before: { startsAtEpochMs: 0 } },
  });
  expect(moved).toMatchObject({ status: 'moved', movedFromEpochMs: 0 });
  const odd = bookingOfAction({
    name: 'appointment_rescheduled',
    data: { bookingId: 'b-1', startsAt, before: 'noon' },
  });
  expect(odd).toMatchObject({ status: 'moved', movedFromEpochMs: undefined });
});

test('a booking that is moved and then cancelled is one cancelled card, with the time that it had last', () => {
  const later = '2026-11-28T16:00:00.000Z';
  const transcript = transcriptOf([
    { turnNumber: 4, name: 'appointment_booked', data: { bookingId: 'b-1', startsAt } },
    { turnNumber: 6, name: 'appointment_rescheduled', data: { bookingId: 'b-1', startsAt: later } },
    { turnNumber: 8, name: 'appointment_cancelled', data: { bookingId: 'b-1' } },
  ]);
  const cards = [...bookingsOf(transcript.turns)].filter(([, bookings]) => bookings.length > 0);
  expect(cards).toMatchObject([[8, [{ status: 'cancelled', startsAtEpochMs: Date.parse(later) }]]]);
  expect(cards[0]?.[1][0]?.movedFromEpochMs).toBeUndefined();
});

test('the stored booking adds no second card to that of a move, but does when it was moved or cancelled since', () => {
  const stored = { booking_id: 'b-1', service: 'haircut', time_zone: 'UTC', name: 'Alice', phone: '415' };
  const view = bookingOfView({ ...stored, starts_at: startsAt, status: 'booked', created_at: startsAt });
  const moved = bookingOfAction({ name: 'appointment_rescheduled', data: { bookingId: 'b-1', startsAt } });
  expect(moved && isSameBooking(moved, view)).toBe(true);
  expect(moved && isSameBooking(moved, { ...view, status: 'cancelled' })).toBe(false);
  expect(moved && isSameBooking(moved, { ...view, startsAtEpochMs: 0 })).toBe(false);
});

function transcriptOf(actions: readonly { turnNumber: number; name: string; data: Record<string, unknown> }[]) {
  return actions.reduce(
    (before, data) => applyServerMessage(before, { type: 'assistant_action', data }),
    emptyTranscript,
  );
}
