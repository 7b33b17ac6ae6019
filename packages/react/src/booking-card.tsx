import type { ReactNode } from 'react';
import { type BookingDetails, whenText } from './booking.ts';

/** An appointment of the caller as it stands: booked, moved or cancelled. */
export function BookingCard({ booking }: { readonly booking: BookingDetails }): ReactNode {
  const when = whenText(booking);
  const before = whenText({ startsAtEpochMs: booking.movedFromEpochMs, timeZone: booking.timeZone });
  const status = statusTexts[booking.status];
  const who = [booking.name, phoneText(booking.phone)].filter((part) => part !== undefined && part !== '');
  return (
    <section
      className="parley-booking"
      data-testid="booking-card"
      data-status={booking.status}
      data-booking-id={booking.bookingId}
      aria-label={`Appointment ${status.toLowerCase()}`}
    >
      <span className="parley-booking-mark" aria-hidden="true">
        <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
          <path d={marks[booking.status]} />
        </svg>
      </span>
      <div>
        <p className="parley-booking-status">{status}</p>
        <p className="parley-booking-what">{sentenceCase(booking.service ?? 'Appointment')}</p>
        {before !== undefined && (
          <p className="parley-booking-before">
            <span className="parley-hidden">Moved from </span>
            <s>{`${before.day} at ${before.time}`}</s>
            <span className="parley-hidden"> to</span>
          </p>
        )}
        {when !== undefined && (
          <p className="parley-booking-when">
            {booking.status === 'cancelled' ? <s>{`${when.day} at ${when.time}`}</s> : `${when.day} at ${when.time}`}
          </p>
        )}
        {who.length > 0 && <p className="parley-booking-who">{who.join(' · ')}</p>}
      </div>
    </section>
  );
}

const statusTexts = { booked: 'Booked', moved: 'Moved', cancelled: 'Cancelled' } as const;
/** A tick, an arrow and a cross: the status does not hang on colour. */
const marks = {
  booked: 'M4 10.5l4 4 8-9',
  moved: 'M4 10h12M11 5l5 5-5 5',
  cancelled: 'M5 5l10 10M15 5L5 15',
} as const;

function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Ten digits in the groups in which they are said, with or without North America's code; other numbers as they came. */
function phoneText(phone: string | undefined): string | undefined {
  return phone?.replace(/^(1?)(\d{3})(\d{3})(\d{4})$/, (_, code: string, ...groups: readonly string[]) =>
    [...(code === '' ? [] : ['+1']), ...groups.slice(0, 3)].join(' '),
  );
}
