import { z } from 'zod';

/** The parts of apaleo's answers that are used; whatever else it sends is left alone. */
const amount = z.object({ amount: z.number(), currency: z.string() });
const unitGroup = z.object({ id: z.string(), name: z.string().optional(), maxPersons: z.int().positive().optional() });
/** Local time with offset, such as 2026-06-01T15:00:00+02:00: its first ten characters are the hotel's day. */
const localInstant = z.string().regex(/^\d{4}-\d{2}-\d{2}T/);

export const offersAnswer = z.object({
  offers: z.array(
    z.object({
      ratePlan: z.object({ id: z.string(), name: z.string().optional() }),
      unitGroup,
      minGuaranteeType: z.string().optional(),
      availableUnits: z.int(),
      totalGrossAmount: amount,
    }),
  ),
});
export type ApaleoOffer = z.infer<typeof offersAnswer>['offers'][number];

export const reservationAnswer = z.object({
  id: z.string(),
  status: z.enum(['Confirmed', 'InHouse', 'CheckedOut', 'Canceled', 'NoShow']),
  property: z.object({ id: z.string() }),
  ratePlan: z.object({ id: z.string() }),
  unitGroup,
  arrival: localInstant,
  departure: localInstant,
  adults: z.int(),
  childrenAges: z.array(z.int()).optional(),
  totalGrossAmount: amount.optional(),
  primaryGuest: z.object({ firstName: z.string().optional(), lastName: z.string() }).optional(),
  cancellationFee: z.object({ fee: amount.optional(), dueDateTime: z.string().optional() }).optional(),
  guestComment: z.string().optional(),
});
export type ApaleoReservation = z.infer<typeof reservationAnswer>;

export const reservationsAnswer = z.object({ reservations: z.array(z.object({ id: z.string() })) });

export const createdAnswer = z.object({ reservationIds: z.array(z.object({ id: z.string() })).min(1) });

export const propertyAnswer = z.object({
  name: z.union([z.string(), z.record(z.string(), z.string())]),
  timeZone: z.string(),
  location: z.object({
    addressLine1: z.string(),
    postalCode: z.string(),
    city: z.string(),
    countryCode: z.string(),
  }),
});

export const errorAnswer = z.object({ messages: z.array(z.string()) });
