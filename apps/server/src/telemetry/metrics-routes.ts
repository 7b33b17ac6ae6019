import { createHash, timingSafeEqual } from 'node:crypto';
import { getMetrics } from '@parley/contract/api/telemetry-api.ts';
import { type MetricsView, metricsViewSchema } from '@parley/contract/metrics-view.ts';
import type { AuthenticationScheme } from '../api/authenticate.ts';
import { type HandledRoute, handle } from '../api/handle.ts';
import type { MetricsRegistry } from './metrics.ts';
import { phaseHistogram } from './turn-figures.ts';

export interface MetricsRoutesParts {
  readonly metrics: MetricsRegistry;
  readonly activeTurns: () => number;
  readonly targetLatencyMs: number;
}

/** `GET /metrics`. */
export function metricsRoutes(parts: MetricsRoutesParts): HandledRoute[] {
  return [
    handle(getMetrics, async ({ query }, { http: { request, reply } }) => {
      const wantsJson = query.format === undefined ? prefersJson(request.headers.accept) : query.format === 'json';
      void reply.header('cache-control', 'no-store');
      if (wantsJson) await reply.send(metricsViewSchema.parse(await view(parts)));
      else await reply.type(parts.metrics.contentType).send(await parts.metrics.scrape());
      return undefined;
    }),
  ];
}

/** Whoever sends the token may read metrics, and nothing else. */
export function createMetricsTokenScheme(token: string, organizationId: string): AuthenticationScheme {
  const expected = digest(token);
  return {
    identify: async (_request, credential) => {
      if (credential === undefined || !timingSafeEqual(expected, digest(credential))) return undefined;
      return {
        actor: { kind: 'service', apiKeyId: 'metrics-token' },
        organizationId,
        permissions: new Set(['metrics:read']),
      };
    },
  };
}

/** What the caller waits for after the turn is known to be over. */
const processingPhases: ReadonlySet<string> = new Set(['transcript', 'agent', 'sentence', 'synthesis', 'playout']);

async function view({ metrics, activeTurns, targetLatencyMs }: MetricsRoutesParts): Promise<MetricsView> {
  const sums = await metrics.sums(phaseHistogram, 'phase');
  const phases = [...sums].filter(([, { count }]) => count > 0);
  const processingMs = phases
    .filter(([phase]) => processingPhases.has(phase))
    .reduce((total, [, { sum }]) => total + sum * 1000, 0);
  // The agent is asked in every turn; the other phases are not in all of them.
  const turns = sums.get('agent')?.count ?? 0;
  return {
    timestamp: new Date().toISOString(),
    performanceStats: {
      activeTurns: activeTurns(),
      averageProcessingTime: turns === 0 ? 0 : processingMs / turns,
      phaseBreakdown: Object.fromEntries(
        phases.map(([phase, { sum, count }]) => [phase, { avg: (sum * 1000) / count, count }]),
      ),
    },
    targetLatency: targetLatencyMs,
  };
}

/** Prometheus accepts anything, but names text first. */
function prefersJson(accept: string | undefined): boolean {
  return accept !== undefined && /^\s*application\/json\b/.test(accept);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
