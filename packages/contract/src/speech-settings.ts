import { z } from 'zod';

/** An engine as people write it, options behind a question mark: `deepgram?model=nova-3&endpointing=300`. */
const engineSchema = z
  .string()
  .min(1)
  .max(300)
  .meta({ description: 'Name of an engine, with its options behind a question mark.', examples: ['embedded'] });

const voiceSchema = z.union([
  engineSchema,
  z.strictObject({
    engine: engineSchema,
    voice: z.string().min(1).max(200).optional().meta({ description: "The voice's id in the engine's own catalogue." }),
  }),
]);

/** Each one that stands in costs the caller a time-out at worst; beyond four the turn is given up anyway. */
const maxEngines = 4;

const enginesShape = {
  recognizers: z
    .array(engineSchema)
    .min(1)
    .max(maxEngines)
    .optional()
    .meta({ description: 'What listens, in order of preference: the next takes over when one fails.' }),
  voices: z
    .array(voiceSchema)
    .min(1)
    .max(maxEngines)
    .optional()
    .meta({ description: 'What speaks, in order of preference: the next goes on from the first unheard word.' }),
};

const localeSchema = z
  .string()
  .max(35)
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'A locale is a BCP 47 tag such as vi-VN or vi.');

const choiceShape = {
  ...enginesShape,
  by_locale: z
    .record(localeSchema, z.strictObject(enginesShape))
    .refine((locales) => Object.keys(locales).length <= 50, 'At most 50 locales.')
    .optional()
    .meta({ description: 'For conversations in a locale (vi-VN) or a language (vi), in place of the above.' }),
  fallbacks: z.enum(['none', 'server']).optional().meta({
    description:
      "Whether the server's own engines stand in behind those named here. Left out: none, so that speech goes to nobody who is not named.",
  }),
  cache: z.boolean().optional().meta({
    description:
      'Whether sentences that are said often are kept as sound. They are never kept when they hold personal data.',
  }),
  hedge: z.boolean().optional().meta({
    description:
      'Whether the next voice is asked too when the first is slower than it mostly is. Both are paid for then.',
  }),
};

/** What an agent says about its ears and voices. Everything may be left out: the organization's settings hold then. */
export const agentSpeechSettingsSchema = z.strictObject(choiceShape);
export type AgentSpeechSettings = z.output<typeof agentSpeechSettingsSchema>;

const priceSchema = z.number().min(0).max(100_000);

/** What is paid for engines. A price that is not given is not known: no cost is reckoned from it. */
export const speechPricesSchema = z.strictObject({
  currency: z.string().regex(/^[A-Z]{3}$/, 'A currency is three capital letters, such as USD.'),
  engines: z
    .record(
      z.string().min(1).max(300),
      z.strictObject({
        per_minute: priceSchema.optional().meta({ description: 'For a minute of sound recognised.' }),
        per_1000_characters: priceSchema.optional().meta({ description: 'For a thousand characters spoken.' }),
        per_1m_input_tokens: priceSchema.optional(),
        per_1m_output_tokens: priceSchema.optional(),
      }),
    )
    .refine((engines) => Object.keys(engines).length <= 100, 'At most 100 engines.')
    .meta({ description: 'By engine, with options (`deepgram?model=nova-3`) or for all of that name.' }),
});
export type SpeechPrices = z.output<typeof speechPricesSchema>;

/** What an organization says about ears and voices. Left out: the server's own settings hold. */
export const speechSettingsSchema = z.strictObject({
  ...choiceShape,
  prices: speechPricesSchema.optional(),
  limits: z
    .record(z.string().min(1).max(60), z.int().min(1).max(10_000))
    .refine((limits) => Object.keys(limits).length <= 50, 'At most 50 providers.')
    .optional()
    .meta({
      description: "By provider, how many streams and sentences of the organization's own account may be open at once.",
    }),
});
export type SpeechSettings = z.output<typeof speechSettingsSchema>;
