import { type SpeechPrices, speechPricesSchema } from '@parley/contract/speech-settings.ts';
import { z } from 'zod';
import { wholeNumber } from '../config/whole-number.ts';

/** What the server's speech costs, and what of it is kept. */
export interface ServerSpeechSettings {
  /** Undefined: no cost is reckoned but by the prices of organizations. */
  readonly prices: SpeechPrices | undefined;
  /** 0: no sentence is kept. */
  readonly cacheBytes: number;
}

const prices = z.string().transform((text, context): SpeechPrices => {
  const read = speechPricesSchema.safeParse(parseJson(text));
  if (read.success) return read.data;
  const { path = [], message = 'it is no JSON' } = read.error.issues[0] ?? {};
  context.addIssue(
    `must be JSON such as {"currency":"USD","engines":{"deepgram":{"per_minute":0.0058}}} (${[...path, message].join(' ')})`,
  );
  return z.NEVER;
});

export const speechSettingsShape = {
  PROVIDER_PRICES: prices.optional().meta({
    description:
      'What engines cost, as JSON: per_minute, per_1000_characters, per_1m_input_tokens, per_1m_output_tokens; without, usage is counted in seconds, characters and tokens only.',
    example: '{"currency":"USD","engines":{"deepgram":{"per_minute":0.0058}}}',
  }),
  // Half an hour of sound, 600 sentences of three seconds: the fixed words of a dozen agents.
  SPEECH_CACHE_MB: wholeNumber(0, 4096, 'must be a whole number of megabytes from 0 to 4096').default(64).meta({
    description:
      'Memory for sentences that are said often, kept as sound; 0 keeps none. With Redis they are shared there too.',
    example: '64',
  }),
};

const settingsSchema = z.object(speechSettingsShape);

export function serverSpeechSettingsOf(settings: z.output<typeof settingsSchema>): ServerSpeechSettings {
  return { prices: settings.PROVIDER_PRICES, cacheBytes: settings.SPEECH_CACHE_MB * 1_000_000 };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
