import type { ReactNode } from 'react';
import { type BookingDetails, whenText } from './booking.ts';

/** What the agent has booked or cancelled for the caller. */
export function BookingCard({ booking }: { readonly booking: BookingDetails }): ReactNode {
  const when = whenText(booking);
  const who = [booking.name, phoneText(booking.phone)].filter((part) => part !== undefined && part !== '');
  return (
    <section
      className="parley-booking"
      data-testid="booking-card"
      data-status={booking.status}
      data-booking-id={booking.bookingId}
      aria-label={booking.status === 'booked' ? 'Appointment booked' : 'Appointment cancelled'}
    >
      <span className="parley-booking-mark" aria-hidden="true">
        <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
          <path d={booking.status === 'booked' ? 'M4 10.5l4 4 8-9' : 'M5 5l10 10M15 5L5 15'} />
        </svg>
      </span>
      <div>
        <p className="parley-booking-status">{booking.status === 'booked' ? 'Booked' : 'Cancelled'}</p>
        <p className="parley-booking-what">{sentenceCase(booking.service ?? 'Appointment')}</p>
        {when !== undefined && <p className="parley-booking-when">{`${when.day} at ${when.time}`}</p>}
        {who.length > 0 && <p className="parley-booking-who">{who.join(' · ')}</p>}
      </div>
    </section>
  );
}

function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Ten digits in the groups in which they are said; other numbers as they came. */
function phoneText(phone: string | undefined): string | undefined {
  return phone?.replace(/^(\d{3})(\d{3})(\d{4})$/, '$1 $2 $3');
}
