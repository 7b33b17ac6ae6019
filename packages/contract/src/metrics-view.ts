import { z } from 'zod';

/** What `/metrics` answers with as JSON; times in milliseconds. */
export const metricsViewSchema = z.object({
  timestamp: z.iso.datetime(),
  performanceStats: z.object({
    activeTurns: z.int().nonnegative().meta({ description: 'Turns that are being answered now.' }),
    averageProcessingTime: z.number().nonnegative().meta({
      description:
        'From the end of the turn to the first sound (or the text) of its answer, on average since the start.',
    }),
    phaseBreakdown: z.record(z.string(), z.object({ avg: z.number().nonnegative(), count: z.int().nonnegative() })),
  }),
  targetLatency: z.number().positive().meta({ description: 'What is aimed at, from voice to voice.' }),
});
export type MetricsView = z.infer<typeof metricsViewSchema>;
