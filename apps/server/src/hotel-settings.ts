import { resolve } from 'node:path';
import { z } from 'zod';

/** Where the hotel agent keeps rooms and reservations, with the keys by their names in the environment. */
export type HotelSettings = Readonly<z.infer<typeof settingsSchema>>;

const kinds = ['sandbox', 'apaleo', 'mews', 'cloudbeds'] as const;

/** The setting with which the property system is chosen; those of the chosen one are read by `hotelSettingsOf`. */
export const hotelSettingsShape = {
  HOTEL_PROPERTY: z
    .enum(kinds, { error: `must be one of ${kinds.join(', ')}` })
    .default('sandbox')
    .meta({
      description: `Where the hotel agent keeps rooms: ${kinds.join(', ')}. Each has settings of its own: agents/hotel/README.md.`,
      example: 'sandbox',
    }),
};

const given = z.string({ error: 'must be set for the HOTEL_PROPERTY that was chosen' }).trim();
/** What guests ask that the property system does not know: see `agents/hotel/README.md`. Absolute. */
const house = { HOTEL_HOUSE: given.transform((path) => resolve(path)) };

const settingsSchema = z.discriminatedUnion('kind', [
  // A hotel to try it with, in this process; it forgets everything when the server stops.
  z.object({ kind: z.literal('sandbox') }),
  z.object({
    kind: z.literal('apaleo'),
    ...house,
    APALEO_CLIENT_ID: given,
    APALEO_CLIENT_SECRET: given,
    APALEO_PROPERTY_ID: given,
  }),
  z.object({
    kind: z.literal('mews'),
    ...house,
    MEWS_CLIENT_TOKEN: given,
    MEWS_ACCESS_TOKEN: given,
    MEWS_SERVICE_ID: given,
    MEWS_RATE_ID: given,
    MEWS_ADULT_AGE_CATEGORY_ID: given,
    /** A hotel without one counts children as adults. */
    MEWS_CHILD_AGE_CATEGORY_ID: given.optional(),
  }),
  z.object({
    kind: z.literal('cloudbeds'),
    ...house,
    CLOUDBEDS_PROPERTY_ID: given,
    CLOUDBEDS_API_KEY: given,
    CLOUDBEDS_CURRENCY: given.regex(/^[A-Z]{3}$/, 'must be the code of a currency, such as EUR'),
    CLOUDBEDS_GUEST_COUNTRY: given.regex(/^[A-Z]{2}$/, 'must be the code of a country, such as IE'),
    CLOUDBEDS_GUEST_POSTCODE: given,
    CLOUDBEDS_GUEST_EMAIL: given.pipe(z.email('must be an e-mail address')),
  }),
]);

/** The chosen system's settings, and nothing of the others; an issue's path begins with the name of the wrong one. */
export function hotelSettingsOf(
  kind: (typeof kinds)[number],
  env: Readonly<Record<string, string | undefined>>,
): z.ZodSafeParseResult<HotelSettings> {
  return settingsSchema.safeParse({ ...env, kind });
}
