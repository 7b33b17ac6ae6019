import { z } from 'zod';

/** How calls come and go through Twilio. */
export interface TwilioSettings {
  /** Undefined: calls are taken, but none are made or transferred. */
  readonly accountSid: string | undefined;
  /** What Twilio signs with, and what we sign in with. */
  readonly authToken: string;
  /** Whom people see who are called, unless the call says otherwise. */
  readonly number: string | undefined;
  /** Where its API is; another one in tests. */
  readonly apiBaseUrl: string;
  /** Where Twilio reaches this server alone, where several share an address. */
  readonly replicaUrl: string | undefined;
  /** Twilio records too, beside what is recorded here. */
  readonly records: boolean;
}

export const twilioSettingsShape = {
  TWILIO_ACCOUNT_SID: z
    .string()
    .trim()
    .regex(/^AC[0-9a-f]{32}$/i, 'must be AC and 32 hexadecimal digits, as the console of Twilio shows it')
    .optional()
    .meta({
      description: 'The account at Twilio, to make and transfer calls. Without it calls are only taken.',
      example: 'AC00000000000000000000000000000000',
    }),
  TWILIO_AUTH_TOKEN: z
    .string()
    .trim()
    // Twilio's have 32; shorter ones would be guessed.
    .min(16, 'must be the auth token of the account, of 32 characters')
    .optional()
    .meta({
      description:
        'The auth token of that account: turns on /voice, which only takes what is signed with it. Needs PUBLIC_URL.',
      isSecret: true,
    }),
  TWILIO_PHONE_NUMBER: z
    .string()
    .trim()
    .regex(/^\+[1-9]\d{6,14}$/, 'must be an international number such as +353861234567')
    .optional()
    .meta({
      description:
        'The number bought at Twilio: shown to people who are called, and answered by the default agent while no number is set up.',
      example: '+353861234567',
    }),
  TWILIO_API_BASE_URL: z
    .url({ protocol: /^https?$/, error: 'must be an address that begins with http:// or https://' })
    .transform((text) => text.replace(/\/+$/, ''))
    .default('https://api.twilio.com')
    .meta({
      description: 'Where the API of Twilio is: another region, or a stand-in for tests.',
      example: 'https://api.dublin.ie1.twilio.com',
      defaultText: 'https://api.twilio.com',
    }),
  TWILIO_REPLICA_URL: z
    .url({ protocol: /^https?$/, error: 'must be an address that begins with http:// or https://' })
    .refine(
      (text) => new URL(text).pathname === '/' && new URL(text).search === '',
      'must be an address without a path',
    )
    .transform((text) => new URL(text).origin)
    .optional()
    .meta({
      description:
        'Where Twilio reaches this server and no other, where several share PUBLIC_URL: what belongs to a call comes back to the server that has it.',
      example: 'https://voice-1.example.com',
    }),
  // Calls are recorded here, on both sides apart; a second recording elsewhere is one more place with what people said.
  TWILIO_RECORDS: z.enum(['on', 'off'], { error: 'must be on or off' }).default('off').meta({
    description: 'Whether Twilio records calls too, at itself; whoever calls must be told of that.',
    example: 'on',
  }),
};

const settingsSchema = z.object({ ...twilioSettingsShape, PUBLIC_URL: z.string().optional() });

const whole = settingsSchema.transform((settings, context): TwilioSettings | undefined => {
  const refuse = (name: keyof typeof settings, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message });
  const { TWILIO_AUTH_TOKEN: authToken, TWILIO_ACCOUNT_SID: accountSid } = settings;
  if (authToken === undefined) {
    if (accountSid !== undefined) refuse('TWILIO_AUTH_TOKEN', 'must be set beside TWILIO_ACCOUNT_SID');
    return undefined;
  }
  if (settings.PUBLIC_URL === undefined) {
    refuse('PUBLIC_URL', 'must be set for TWILIO_AUTH_TOKEN: Twilio signs the address that it calls');
  }
  return {
    accountSid,
    authToken,
    number: settings.TWILIO_PHONE_NUMBER,
    apiBaseUrl: settings.TWILIO_API_BASE_URL,
    replicaUrl: settings.TWILIO_REPLICA_URL,
    records: settings.TWILIO_RECORDS === 'on',
  };
});

/** This part of the configuration, undefined without Twilio; an issue's path begins with the name of the setting that is wrong. */
export function twilioSettingsOf(
  settings: Readonly<Record<string, string | undefined>>,
): z.ZodSafeParseResult<TwilioSettings | undefined> {
  return whole.safeParse(settings);
}
