import { z } from 'zod';
import { guest, money, stay } from '../property/property-system.ts';
import { isoDate } from '../property/stay-dates.ts';

/** What the sandbox's API takes. */
export const searchQuery = z.object({
  arrival: isoDate,
  departure: isoDate,
  adults: z.coerce.number().pipe(stay.shape.adults),
  children: z.coerce.number().pipe(stay.shape.children),
});

/** In a body rather than in the address: names and numbers do not belong into access logs. */
export const claimBody = z.object({ number: z.string().min(1).max(40), lastName: z.string().min(1).max(80) });

export const createBody = z.object({
  offerId: z.string().min(1).max(80),
  stay,
  guest,
  quotedTotal: money.optional(),
  requests: z.string().max(1_000).optional(),
});

export const changeBody = claimBody.extend({ arrival: isoDate, departure: isoDate });

export const errorBody = z.object({ error: z.object({ code: z.string(), message: z.string().optional() }) });
