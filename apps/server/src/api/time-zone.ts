import { z } from 'zod';

export const timeZoneSchema = z.string().refine(isTimeZone, 'Not an IANA time zone, such as Europe/London.');

function isTimeZone(timeZone: string): boolean {
  if (known.has(timeZone)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    if (known.size < knownAtMost) known.add(timeZone);
    return true;
  } catch {
    return false;
  }
}

/** Asking takes a tenth of a millisecond, and every conversation that is opened asks. */
const known = new Set<string>();
/** Twice as many as there are; they may be written in small letters too. */
const knownAtMost = 1200;
