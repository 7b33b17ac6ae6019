import type { IncomingMessage } from 'node:http';
import { apiRoutes } from '@parley/contract/api/routes.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Metrics } from './metrics.ts';
import { readTraceContext } from './trace-context.ts';
import type { Span, Tracing } from './tracing.ts';

/** The id of a request is its trace's: of the caller's `traceparent`, or a new one. It stands in error bodies, logs and spans alike. */
export function requestTraceId(request: Pick<IncomingMessage, 'headers'>): string {
  return readTraceContext(request.headers.traceparent).traceId;
}

/** Logs, counts and traces each request when it is answered: its route, status and time; never its address, which may hold secrets. */
export function installHttpTelemetry(app: FastifyInstance, metrics: Metrics, tracing: Tracing): void {
  const spans = new WeakMap<FastifyRequest, Span>();
  if (tracing.isOn) {
    app.addHook('onRequest', (request, _reply, done) => {
      const { parentSpanId } = readTraceContext(request.headers.traceparent);
      const route = routeOf(request);
      spans.set(
        request,
        tracing.begin({
          name: `${request.method} ${route}`,
          kind: 'server',
          traceId: request.id,
          parentSpanId,
          attributes: {
            'http.request.method': request.method,
            'http.route': request.routeOptions.url ?? '',
            'parley.route': route,
            'conversation.id': conversationOf(request),
          },
        }),
      );
      done();
    });
  }
  app.addHook('onResponse', (request, reply, done) => {
    const route = routeOf(request);
    const status = reply.statusCode;
    const durationMs = reply.elapsedTime;
    metrics.count('parley_http_requests_total', { route, status: String(status) });
    metrics.observe('parley_http_request_seconds', { route }, durationMs / 1000);
    if (status === 429) metrics.count('parley_rate_limited_total', { route });
    // Balancers and Prometheus ask every few seconds; that they did says nothing.
    const level = quiet.has(route) ? 'debug' : 'info';
    request.log[level](
      {
        route,
        method: request.method,
        status,
        duration_ms: Math.round(durationMs * 10) / 10,
        conversation_id: conversationOf(request),
      },
      'request',
    );
    const span = spans.get(request);
    span?.set({ 'http.response.status_code': status });
    span?.end({ error: status >= 500 ? String(status) : undefined });
    done();
  });
}

const quiet = new Set(['/health', '/ready', 'get_metrics']);

/** Ids of routes by how Fastify knows them. */
const routeIds = new Map(
  apiRoutes.map(({ id, method, path }) => [`${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`, id]),
);

/** A route's id, or its pattern where it is outside of the API. What matched nothing is one: anybody can make up addresses. */
function routeOf({ method, routeOptions: { url } }: FastifyRequest): string {
  if (url === undefined) return 'unmatched';
  return routeIds.get(`${method} ${url}`) ?? url;
}

function conversationOf({ params }: FastifyRequest): string | undefined {
  if (typeof params !== 'object' || params === null) return undefined;
  const named: { conversation_id?: unknown; session_id?: unknown } = params;
  const id = named.conversation_id ?? named.session_id;
  // Only what can be an id: an address may hold anything.
  return typeof id === 'string' && /^[0-9a-f-]{36}$/i.test(id) ? id : undefined;
}
