import { hostname } from 'node:os';
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, RandomIdGenerator, TracerProvider } from '@opentelemetry/sdk-trace';
import type { TracingSettings } from './telemetry-settings.ts';
import type { Span, SpanAttributes, Tracing } from './tracing.ts';

const exporting = {
  // Twenty spans a turn: some hundred turns. More is thrown away: what is told of calls is never worth the calls.
  maxQueueSize: 4096,
  maxExportBatchSize: 512,
  // Engineers who watch a call wait no longer than this for its turns.
  scheduledDelayMillis: 2000,
  exportTimeoutMillis: 5000,
};

/**
 * Spans sent to a collector by OTLP over HTTP (JSON). Loaded only when there is one.
 *
 * A conversation is a trace whose root lasts as long as it stays in this process; the root is sent at its end, its turns as they end.
 * So a call of an hour is seen turn by turn while it goes on, and a process that dies leaves the turns, without the root.
 */
export function createOtlpTracing(settings: TracingSettings, version: string): Tracing {
  const random = new RandomIdGenerator();
  // The SDK asks for the id inside of `startSpan`: set before, used once.
  let nextTraceId: string | undefined;
  const exporter = new OTLPTraceExporter({
    url: settings.tracesUrl,
    headers: { ...settings.headers },
    timeoutMillis: exporting.exportTimeoutMillis,
  });
  const provider = new TracerProvider({
    resource: defaultResource().merge(
      resourceFromAttributes({
        'service.name': settings.serviceName,
        'service.version': version,
        'service.instance.id': `${hostname()}:${process.pid}`,
      }),
    ),
    idGenerator: {
      generateTraceId: () => nextTraceId ?? random.generateTraceId(),
      generateSpanId: () => random.generateSpanId(),
    },
    spanProcessors: [new BatchSpanProcessor({ exporter, ...exporting })],
  });
  const tracer = provider.getTracer('parley', version);

  const start = (
    name: string,
    kind: SpanKind,
    attributes: SpanAttributes,
    context: Context,
    startTime?: number,
  ): Span => {
    const span = tracer.startSpan(
      name,
      { kind, attributes: defined(attributes), ...(startTime !== undefined && { startTime }) },
      context,
    );
    const inside = trace.setSpan(context, span);
    return {
      child: (childName, childAttributes = {}, startedAtEpochMs = nowEpochMs()) =>
        start(childName, SpanKind.INTERNAL, childAttributes, inside, startedAtEpochMs),
      set: (more) => void span.setAttributes(defined(more)),
      end: ({ error, endedAtEpochMs = nowEpochMs() } = {}) => {
        if (error !== undefined) {
          span.setAttribute('error.type', error);
          span.setStatus({ code: SpanStatusCode.ERROR, message: error });
        }
        span.end(endedAtEpochMs);
      },
    };
  };

  return {
    isOn: true,
    begin: ({ name, kind, traceId, parentSpanId, attributes }) => {
      const context =
        parentSpanId === undefined
          ? ROOT_CONTEXT
          : trace.setSpanContext(ROOT_CONTEXT, {
              traceId,
              spanId: parentSpanId,
              traceFlags: TraceFlags.SAMPLED,
              isRemote: true,
            });
      nextTraceId = traceId;
      try {
        return start(name, kind === 'server' ? SpanKind.SERVER : SpanKind.INTERNAL, attributes, context, nowEpochMs());
      } finally {
        nextTraceId = undefined;
      }
    },
    close: async () => {
      // A collector that is away must not keep the process from ending.
      await provider.shutdown().catch(() => {});
    },
  };
}

/** With fractions: stages last less than a millisecond. */
function nowEpochMs(): number {
  return performance.timeOrigin + performance.now();
}

function defined(attributes: SpanAttributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}
