import { z } from 'zod';
import { accountKey } from '../provider/account-key.ts';
import { yesOrNo } from '../provider/yes-or-no.ts';
import { modelNames } from './models.ts';

const fraction = z.coerce.number().min(0).max(1);

/** What an account with ElevenLabs is made of. */
export const accountSchema = z.strictObject({
  apiKey: accountKey.meta({ title: 'API key', isSecret: true }),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://api.elevenlabs.io')
    .meta({
      title: 'Address',
      description: 'Where the API begins; of a region such as https://api.eu.residency.elevenlabs.io.',
    }),
});
export type ElevenLabsAccount = z.infer<typeof accountSchema>;

/** What can be set for the voice. */
export const optionsSchema = z.strictObject({
  model: z
    .string()
    .regex(/^[\w.-]{1,80}$/)
    // The quickest one, about 75 ms by the vendor's own figures, and one of the few with Vietnamese.
    .default('eleven_flash_v2_5')
    .meta({ title: 'Model', examples: [...modelNames] }),
  voice: z
    .string()
    .regex(/^\w{1,80}$/)
    .exactOptional()
    .meta({ title: 'Voice', description: 'Id of the voice for requests that name none.' }),
  transport: z.enum(['websocket', 'rest']).default('websocket').meta({
    title: 'Transport',
    description:
      'websocket: the first sound is there soonest, since the connection is kept. rest: the melody goes on from sentence to sentence.',
  }),
  logging: yesOrNo.default(true).meta({
    title: 'Kept by the vendor',
    description: 'false: nothing is kept (for enterprise accounts), and the melody goes on by the text before only.',
  }),
  stability: fraction.exactOptional().meta({ title: 'Stability' }),
  similarity: fraction.exactOptional().meta({ title: 'Similarity' }),
  style: fraction.exactOptional().meta({ title: 'Style' }),
  speed: z.coerce.number().min(0.7).max(1.2).exactOptional().meta({ title: 'Speed' }),
  // A sentence or clause is meant; twenty times as much is a mistake.
  maxCharacters: z.coerce.number().int().min(1).max(40_000).default(5000).meta({ title: 'Longest text' }),
  // Text is at the vendor within 50 ms, its first sound takes 75–400 ms; ten times that is no answer any more.
  firstAudioTimeoutMs: z.coerce.number().int().min(100).max(60_000).default(4000).meta({ title: 'Longest wait (ms)' }),
  // Sound comes several times faster than it is heard.
  stallTimeoutMs: z.coerce.number().int().min(100).max(60_000).default(3000).meta({ title: 'Longest pause (ms)' }),
});
export type ElevenLabsOptions = z.infer<typeof optionsSchema>;
