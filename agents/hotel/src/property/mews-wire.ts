import { z } from 'zod';

/** The parts of the Mews Connector API's answers that are used; whatever else it sends is left alone. */
const id = z.string().min(1);

export const availabilityAnswer = z.object({
  CategoryAvailabilities: z.array(z.object({ CategoryId: id, Availabilities: z.array(z.int()) })),
});

export const categoriesAnswer = z.object({
  ResourceCategories: z.array(
    z.object({
      Id: id,
      Names: z.record(z.string(), z.string()),
      Capacity: z.int(),
      ExtraCapacity: z.int(),
      IsActive: z.boolean(),
    }),
  ),
});
export type MewsCategory = z.infer<typeof categoriesAnswer>['ResourceCategories'][number];

const amount = z.object({ Currency: z.string(), GrossValue: z.number() });
export const pricesAnswer = z.object({
  ReservationPrices: z.array(
    z.object({
      Identifier: z.string().nullish(),
      TotalAmount: amount.nullish(),
      /** What it was called before; some platforms send this alone. */
      Total: amount.nullish(),
    }),
  ),
});

const state = z.enum(['Inquired', 'Confirmed', 'Started', 'Processed', 'Canceled', 'Optional', 'Requested']);
export const reservationsAnswer = z.object({
  Reservations: z.array(
    z.object({
      Id: id,
      Number: z.string(),
      State: state,
      AccountId: id,
      ScheduledStartUtc: z.iso.datetime(),
      ScheduledEndUtc: z.iso.datetime(),
      RequestedResourceCategoryId: id,
      PersonCounts: z.array(z.object({ AgeCategoryId: id, Count: z.int() })),
    }),
  ),
});
export type MewsReservation = z.infer<typeof reservationsAnswer>['Reservations'][number];

export const addedAnswer = z.object({
  Reservations: z.array(z.object({ Reservation: z.object({ Id: id }) })).min(1),
});

const customer = z.object({ Id: id, FirstName: z.string().nullish(), LastName: z.string() });
export const customersAnswer = z.object({ Customers: z.array(customer) });
export const customerAnswer = customer;
export type MewsCustomer = z.infer<typeof customer>;

export const errorAnswer = z.object({ Message: z.string() });
