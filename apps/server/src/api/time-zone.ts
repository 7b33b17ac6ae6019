import { z } from 'zod';

export const timeZoneSchema = z.string().refine(isTimeZone, 'Not an IANA time zone, such as Europe/London.');

function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}
