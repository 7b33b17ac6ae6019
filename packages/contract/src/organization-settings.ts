import { z } from 'zod';
import { speechSettingsSchema } from './speech-settings.ts';

/** Days that a class of data is kept; null keeps it until it is erased, left out takes the server's own default. */
const retentionDaysSchema = z.int().min(1).max(3650).nullable().optional();

/** What happens to personal data on its way out: as it is, with most characters replaced, or replaced by its kind. */
const redactionModeSchema = z.enum(['off', 'mask', 'remove']);

/** Kinds of personal data that are looked for. */
export const redactionClasses = ['email', 'phone', 'card', 'iban', 'secret', 'name', 'address', 'custom'] as const;
/** Where personal data may go. */
export const redactionDestinations = ['logs', 'events', 'exports', 'transcripts'] as const;

/** An origin as browsers send it: scheme, host and port, no path. */
const originSchema = z
  .string()
  .max(300)
  .refine(isOrigin, 'An origin is a scheme and a host, such as https://app.example.com, without a path.');

/**
 * What an organization decides for itself. Everything may be left out: the server's own settings hold then.
 * Unknown names are refused, so that a misspelt one does not silently do nothing.
 */
export const organizationSettingsSchema = z.strictObject({
  retention_days: z
    .strictObject({
      transcripts: retentionDaysSchema,
      recordings: retentionDaysSchema,
      audit: retentionDaysSchema,
      events: retentionDaysSchema,
      contexts: retentionDaysSchema,
    })
    .optional()
    .meta({ description: "Days by class of data; null keeps it, left out takes the server's default." }),
  redaction: z
    .strictObject({
      destinations: z
        .partialRecord(z.enum(redactionDestinations), z.partialRecord(z.enum(redactionClasses), redactionModeSchema))
        .optional()
        .meta({ description: 'For each destination, what happens to each class of personal data.' }),
      custom_patterns: z
        .array(
          z.strictObject({ name: z.string().min(1).max(40), pattern: z.string().min(1).max(200).refine(isPattern) }),
        )
        .max(20)
        .optional()
        .meta({
          description:
            'Regular expressions of what is personal here, such as customer numbers; without looking around and referring back.',
        }),
    })
    .optional(),
  recording: z
    .strictObject({
      mode: z.enum(['off', 'agent', 'always']).optional().meta({
        description: '`agent`: as each agent says for itself. `off` and `always` hold for all agents.',
      }),
      consent_line: z.string().min(1).max(400).optional().meta({
        description: 'Said first in every recorded conversation, in place of the sentence that ships.',
      }),
    })
    .optional(),
  allowed_origins: z.array(originSchema).max(50).optional().meta({
    description: 'Pages of other origins that may talk to this organization from a browser.',
  }),
  limits: z
    .strictObject({
      max_conversations: z.int().min(1).max(10_000).optional().meta({ description: 'Live conversations at once.' }),
      requests_per_minute: z.int().min(1).max(1_000_000).optional(),
    })
    .optional(),
  speech: speechSettingsSchema.optional().meta({
    description: "Who listens and speaks, in place of the server's own engines. GET /v1/providers says who there is.",
  }),
});
export type OrganizationSettings = z.output<typeof organizationSettingsSchema>;

const { shape } = organizationSettingsSchema;

/** A change of settings: what is sent replaces the setting of that name, null removes it, what is left out stays. */
export const organizationSettingsChangeSchema = z.strictObject({
  retention_days: shape.retention_days.nullable(),
  redaction: shape.redaction.nullable(),
  recording: shape.recording.nullable(),
  allowed_origins: shape.allowed_origins.nullable(),
  limits: shape.limits.nullable(),
  speech: shape.speech.nullable(),
});

function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === text;
}

/** What the server searches with takes linear time for any text, and so knows neither looking around nor referring back. */
function isPattern(text: string): boolean {
  if (/\(\?<?[=!]|\\[1-9]|\\k</.test(text)) return false;
  try {
    return new RegExp(text, 'u') !== undefined;
  } catch {
    return false;
  }
}
