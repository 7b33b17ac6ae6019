import { z } from 'zod';

export const fakeMewsIds = {
  clientToken: 'client-token',
  accessToken: 'access-token',
  client: 'Parley 1.0.0',
  serviceId: 'service',
  rateId: 'rate',
  adultAgeCategoryId: 'adults',
  childAgeCategoryId: 'children',
  timeZone: 'Europe/Prague',
};

/** Who asks; part of every body. */
export const auth = {
  ClientToken: z.literal(fakeMewsIds.clientToken),
  AccessToken: z.literal(fakeMewsIds.accessToken),
  Client: z.literal(fakeMewsIds.client),
};
const instant = z.iso.datetime();
const limitation = z.strictObject({ Count: z.int().min(1).max(1000) });
const serviceIds = z.tuple([z.literal(fakeMewsIds.serviceId)]);
const stayParameters = {
  StartUtc: instant,
  EndUtc: instant,
  RequestedCategoryId: z.string(),
  RateId: z.literal(fakeMewsIds.rateId),
  PersonCounts: z
    .array(z.strictObject({ AgeCategoryId: z.enum(['adults', 'children']), Count: z.int().positive() }))
    .min(1),
};
/** What each operation takes, and nothing else. */
export const bodies = {
  availability: z.strictObject({
    ...auth,
    ServiceId: z.literal(fakeMewsIds.serviceId),
    FirstTimeUnitStartUtc: instant,
    LastTimeUnitStartUtc: instant,
  }),
  categories: z.strictObject({
    ...auth,
    ServiceIds: serviceIds,
    ActivityStates: z.array(z.string()),
    Limitation: limitation,
  }),
  price: z.strictObject({
    ...auth,
    ServiceId: z.literal(fakeMewsIds.serviceId),
    Reservations: z.array(z.strictObject({ Identifier: z.string(), ...stayParameters })),
  }),
  reservations: z.strictObject({
    ...auth,
    ServiceIds: serviceIds,
    Numbers: z.array(z.string()).optional(),
    ReservationIds: z.array(z.string()).optional(),
    ChannelNumbers: z.array(z.string()).optional(),
    Limitation: limitation,
  }),
  add: z.strictObject({
    ...auth,
    ServiceId: z.literal(fakeMewsIds.serviceId),
    CheckOverbooking: z.literal(true),
    Reservations: z.tuple([
      z.strictObject({
        ...stayParameters,
        State: z.literal('Confirmed'),
        ChannelNumber: z.string(),
        CustomerId: z.string(),
        Notes: z.string().optional(),
      }),
    ]),
  }),
  update: z.strictObject({
    ...auth,
    Reason: z.string(),
    CheckOverbooking: z.literal(true),
    Reprice: z.literal(true),
    ReservationUpdates: z.tuple([
      z.strictObject({
        ReservationId: z.string(),
        StartUtc: z.strictObject({ Value: instant }),
        EndUtc: z.strictObject({ Value: instant }),
      }),
    ]),
  }),
  cancel: z.strictObject({
    ...auth,
    ReservationIds: z.tuple([z.string()]),
    PostCancellationFee: z.boolean(),
    Notes: z.string(),
  }),
  customers: z.strictObject({
    ...auth,
    CustomerIds: z.array(z.string()).optional(),
    Emails: z.array(z.string()).optional(),
    Extent: z.strictObject({ Customers: z.literal(true), Documents: z.literal(false), Addresses: z.literal(false) }),
    Limitation: limitation,
  }),
  addCustomer: z.strictObject({
    ...auth,
    FirstName: z.string(),
    LastName: z.string(),
    Email: z.string().optional(),
    Phone: z.string().optional(),
    OverwriteExisting: z.boolean(),
  }),
};
