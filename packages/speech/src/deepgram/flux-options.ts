import { z } from 'zod';
import { type Languages, primaryLanguage } from '../provider/languages.ts';
import { yesOrNo } from '../provider/yes-or-no.ts';
import { multiLanguages } from './nova-languages.ts';

export const fluxOptions = z
  .strictObject({
    model: z
      .enum(['auto', 'flux-general-en', 'flux-general-multi'])
      .default('auto')
      .meta({ description: 'The model; `auto` is the English one for English and the other for its languages.' }),
    eotThreshold: z.coerce
      .number()
      .min(0.5)
      .max(0.9)
      // The vendor's own.
      .default(0.7)
      .meta({ description: 'How sure it must be that a turn is over; higher waits longer and cuts off less.' }),
    eagerEotThreshold: z
      .union([z.literal(['false', false]).transform(() => false as const), z.coerce.number().min(0.3).max(0.9)])
      // Clearly below the other, so that there is time to be won, and above the half, so that most thoughts are not for nothing.
      .default(0.5)
      .meta({ description: 'How sure it must be for the agent to begin to think; `false` for not before the end.' }),
    eotTimeoutMs: z.coerce
      .number()
      .int()
      .min(500)
      .max(10_000)
      // The vendor's own; we wait less by `turnWaitMs`.
      .default(5000)
      .meta({ description: 'Silence in ms that ends a turn however unfinished it sounds.' }),
    turnWaitMs: z.coerce
      .number()
      .int()
      .min(100)
      .max(5000)
      // With what follows it below 1200 ms, when another engine would take over. The words decide then, as with any recogniser.
      .default(800)
      .meta({ description: 'The longest from the end of a stretch of voice to its text, while the turn may go on.' }),
    keyTerms: yesOrNo.default(true).meta({ description: 'Tells it the agent’s vocabulary.' }),
    mipOptOut: yesOrNo.default(false).meta({ description: 'Keeps calls out of the vendor’s model improvement.' }),
  })
  .refine(({ eotThreshold, eagerEotThreshold }) => eagerEotThreshold === false || eagerEotThreshold <= eotThreshold, {
    message: 'eagerEotThreshold must not be above eotThreshold.',
  });

export type FluxOptions = z.infer<typeof fluxOptions>;

export function fluxLanguages({ model }: Pick<FluxOptions, 'model'>): Languages {
  return model === 'flux-general-en' ? ['en'] : multiLanguages;
}

export function fluxModel({ model }: Pick<FluxOptions, 'model'>, language: string): string {
  if (model !== 'auto') return model;
  return primaryLanguage(language) === 'en' ? 'flux-general-en' : 'flux-general-multi';
}
