import type { Recognizer } from '@parley/engine/ports/recognizer.ts';
import { z } from 'zod';
import type { EngineContext } from '../provider/provider.ts';
import { yesOrNo } from '../provider/yes-or-no.ts';
import type { DeepgramAccount } from './deepgram-account.ts';
import { createListenRecognizer } from './listen-recognizer.ts';
import { novaLanguages } from './nova-languages.ts';
import { openNovaStream } from './nova-stream.ts';

export const novaOptions = z.strictObject({
  model: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/)
    .default('nova-3')
    .meta({ description: 'The model, such as `nova-3` or `nova-2-phonecall`.' }),
  language: z
    .string()
    .regex(/^[A-Za-z0-9-]{2,12}$/)
    .exactOptional()
    .meta({ description: 'In place of the agent’s language; `multi` for callers who mix ten of them.' }),
  endpointing: z
    .union([z.literal(['false', false]).transform(() => false as const), z.coerce.number().int().min(10).max(5000)])
    // Our own detector knows the end of an utterance, and asks for the rest at once: pauses within it need make nothing final.
    .default(false)
    .meta({ description: 'Silence in ms after which a piece becomes final; `false` leaves it to the end.' }),
  utteranceEndMs: z
    .union([z.literal(['false', false]).transform(() => false as const), z.coerce.number().int().min(1000).max(5000)])
    // As long as a sentence that sounds unfinished is waited for elsewhere.
    .default(2000)
    .meta({ description: 'Time without a word that ends a turn although there is noise; `false` for never.' }),
  smartFormat: yesOrNo
    // It waits for what may follow a number, and agents understand numbers as they are spoken.
    .default(false)
    .meta({ description: 'Writes dates, amounts and numbers as one reads them.' }),
  numerals: yesOrNo.default(false).meta({ description: 'Writes all numbers in digits.' }),
  keyTerms: yesOrNo.default(true).meta({ description: 'Tells it the agent’s vocabulary (Nova-3).' }),
  mipOptOut: yesOrNo.default(false).meta({ description: 'Keeps calls out of the vendor’s model improvement.' }),
  finalTimeoutMs: z.coerce
    .number()
    .int()
    .min(200)
    .max(10_000)
    // Finals take 100–400 ms over a network; before 1200 ms another engine would take over.
    .default(1000)
    .meta({ description: 'The longest from the end of an utterance to its final.' }),
});

export type NovaOptions = z.infer<typeof novaOptions>;

/** Deepgram's general recogniser: words as they come; when a turn is over is for others to decide. */
export function createNovaRecognizer(
  account: DeepgramAccount,
  options: NovaOptions,
  context: EngineContext,
): Recognizer {
  return createListenRecognizer('deepgram', novaLanguages(options), (parts) =>
    openNovaStream(parts, account, options, context),
  );
}
