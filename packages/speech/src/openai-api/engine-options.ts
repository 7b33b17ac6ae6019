import { z } from 'zod';
import { accountKey } from '../provider/account-key.ts';
import { yesOrNo } from '../provider/yes-or-no.ts';

/** What the engines of all who offer the API can be set to. Values may come as text. */

export const modelOption = z.string().min(1).max(200);

export const timeoutOptions = {
  timeoutMs: z.coerce
    .number()
    .int()
    .min(100)
    .max(60_000)
    // As long as a caller waits without hanging up; answers take 300–900 ms.
    .default(5000)
    .meta({ title: 'Time-out (ms)', description: 'From the request to the beginning of the answer.' }),
  stallTimeoutMs: z.coerce
    .number()
    .int()
    .min(100)
    .max(60_000)
    // Answers come several times faster than they are heard or read.
    .default(3000)
    .meta({ title: 'Stall time-out (ms)', description: 'The longest silence in the middle of an answer.' }),
};

const assumedConfidence = z.coerce
  .number()
  .min(0)
  .max(1)
  // From 0.7 a turn is acted on.
  .default(0.75)
  .meta({ title: 'Assumed confidence', description: 'Where the model does not say how sure it is.' });

export const transcriptionOptions = {
  partials: yesOrNo
    .default(true)
    .meta({ title: 'Partials', description: 'Words while the caller speaks, by more requests, which cost more.' }),
  // A second is what the models need to make out a word or two.
  partialEveryMs: z.coerce.number().int().min(300).max(10_000).default(1000).meta({
    title: 'Partials every (ms)',
    description: 'New sound between two requests while the caller speaks.',
  }),
  wordTimes: yesOrNo
    .default(false)
    .meta({ title: 'Word times', description: 'Ask Whisper for them, which takes longer.' }),
  assumedConfidence,
  ...timeoutOptions,
};

export const realtimeOptions = {
  noiseReduction: z
    .enum(['near_field', 'far_field', 'off'])
    .default('off')
    .meta({ title: 'Noise reduction', description: 'near_field for telephones and headsets, far_field for rooms.' }),
  assumedConfidence,
  timeoutMs: timeoutOptions.timeoutMs,
};

export const speechOptions = {
  speed: z.coerce.number().min(0.25).max(4).exactOptional().meta({ title: 'Speed', description: '1 is the usual.' }),
  instructions: z
    .string()
    .max(1000)
    .exactOptional()
    .meta({ title: 'Instructions', description: 'How to speak, in words, for models that take them.' }),
  ...timeoutOptions,
};

const headersSchema = z.record(z.string().regex(/^[\w-]{1,100}$/), z.string().regex(/^[\t\x20-\x7e]{0,1000}$/));

/** Headers as an object, or as its JSON where options are text. */
export const headersOption = z
  .union([headersSchema, z.string().max(10_000).transform(parsedOrNothing).pipe(headersSchema)], {
    error: 'must be an object of texts, as JSON where it is text',
  })
  .meta({ title: 'Headers', description: 'Sent with every request.' });

const secretHeader = /authorization|cookie|key|token|secret|password/i;

/** The same for ears and voices, whose options are part of their names: in metrics, usage and logs. */
export const openHeadersOption = headersOption
  .refine((headers) => !Object.keys(headers).some((name) => secretHeader.test(name)), {
    message: 'Keys belong into the account: options are part of the name of an engine, which metrics and logs show.',
  })
  .meta({ title: 'Headers', description: 'Sent with every request. No keys: those belong into the account.' });

function parsedOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const apiKeySchema = accountKey.meta({ title: 'API key', isSecret: true });

export const baseUrlSchema = z
  .url({ protocol: /^https?$/ })
  .meta({ title: 'Address', description: 'Where the API begins, such as https://models.example.com/v1.' });

/** Without what is undefined: the SDK looks into the environment for it, and schemas refuse it. */
export function defined<Values extends object>(
  values: Values,
): { [Name in keyof Values]?: Exclude<Values[Name], undefined> };
export function defined(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
