import { z } from 'zod';
import { defineRoute } from './route.ts';

export const getMetrics = defineRoute({
  id: 'get_metrics',
  method: 'GET',
  path: '/metrics',
  tag: 'Telemetry',
  summary: 'Metrics for Prometheus, or a summary as JSON.',
  description:
    'The text format of Prometheus; with `format=json` or `Accept: application/json` a summary of where the time of turns goes. ' +
    'The figures are of all organizations on the server: only people of the default organization with `metrics:read`, and whoever sends the `METRICS_TOKEN`, ' +
    'may read them. There is no exception for requests from the same machine: behind a proxy every request comes from there.',
  access: { kind: 'permission', permission: 'metrics:read', within: 'default_organization' },
  input: z.object({ query: z.object({ format: z.enum(['json', 'prometheus']).optional() }) }),
  reply: { status: 200, mediaType: 'text/plain' },
});
