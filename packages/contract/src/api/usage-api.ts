import { z } from 'zod';
import { defineRoute } from './route.ts';

const dayMs = 24 * 3600 * 1000;
/** A quarter: what is asked for at once is read at once. */
const maxDays = 92;

const isoDay = (at: Date) => at.toISOString().slice(0, 10);

const usageQuerySchema = z
  .object({
    from: z.iso.date().optional().meta({ description: 'The first day, in UTC; left out: 30 days before the last.' }),
    to: z.iso.date().optional().meta({ description: 'The last day, in UTC; left out: today.' }),
  })
  .refine(({ from, to }) => {
    const last = dateOf(to ?? isoDay(new Date()));
    return from === undefined || (dateOf(from) <= last && last - dateOf(from) < maxDays * dayMs);
  }, `Ask for ${maxDays} days at most, the first before the last.`);

function dateOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

export const getUsage = defineRoute({
  id: 'get_usage',
  method: 'GET',
  path: '/v1/usage',
  tag: 'Organization',
  summary: 'What the organization took of providers, day by day',
  description:
    'Of conversations (once they are over) and of requests for speech, by engine and unit. A conversation that is erased stays in the sums. At most 92 days.',
  access: { kind: 'permission', permission: 'metrics:read' },
  input: z.object({ query: usageQuerySchema }),
  reply: {
    status: 200,
    schema: z.object({
      from: z.iso.date(),
      to: z.iso.date(),
      days: z.array(
        z.object({
          day: z.iso.date(),
          kind: z.enum(['recognition', 'synthesis', 'language_model']),
          engine: z.string(),
          unit: z.string().meta({ description: '`audio_ms`, `characters`, `input_tokens`, …' }),
          quantity: z.number(),
          cost_micros: z.number().nullable().meta({ description: 'Millionths of the currency; null without a price.' }),
          currency: z.string().nullable(),
        }),
      ),
      is_whole: z.boolean().meta({ description: 'False when there is more than an answer holds: ask for fewer days.' }),
    }),
  },
});
