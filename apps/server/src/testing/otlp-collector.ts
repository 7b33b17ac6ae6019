import { createServer } from 'node:http';
import { z } from 'zod';

/** A span as it came over the wire. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined for the root. */
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly attributes: ReadonlyMap<string, unknown>;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly isError: boolean;
}

/** Takes traces as an OpenTelemetry collector does: OTLP over HTTP, in JSON. */
export interface OtlpCollector {
  /** As `OTEL_EXPORTER_OTLP_ENDPOINT` would name it. */
  readonly url: string;
  readonly spans: readonly CollectedSpan[];
  readonly services: ReadonlySet<unknown>;
  /** Of each request. */
  readonly headers: readonly Readonly<Record<string, unknown>>[];
  close(): Promise<void>;
}

export async function startOtlpCollector(): Promise<OtlpCollector> {
  const spans: CollectedSpan[] = [];
  const services = new Set<unknown>();
  const headers: Readonly<Record<string, unknown>>[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      headers.push(request.headers);
      const body = requestSchema.safeParse(JSON.parse(Buffer.concat(chunks).toString()));
      if (request.url !== '/v1/traces' || !body.success) {
        response.writeHead(400).end();
        return;
      }
      for (const { resource, scopeSpans } of body.data.resourceSpans) {
        services.add(attributesOf(resource.attributes).get('service.name'));
        for (const scope of scopeSpans) spans.push(...scope.spans.map(toSpan));
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    services,
    headers,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const attributesSchema = z.array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) })).default([]);

const spanSchema = z.object({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z.string().optional(),
  name: z.string(),
  attributes: attributesSchema,
  startTimeUnixNano: z.coerce.number(),
  endTimeUnixNano: z.coerce.number(),
  status: z.object({ code: z.number().default(0) }).default({ code: 0 }),
});

const requestSchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: attributesSchema }),
      scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })),
    }),
  ),
});

function attributesOf(attributes: z.output<typeof attributesSchema>): Map<string, unknown> {
  return new Map(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

function toSpan(span: z.output<typeof spanSchema>): CollectedSpan {
  const { traceId, spanId, parentSpanId, name } = span;
  return {
    traceId,
    spanId,
    parentSpanId: parentSpanId === '' ? undefined : parentSpanId,
    name,
    attributes: attributesOf(span.attributes),
    startedAtMs: span.startTimeUnixNano / 1e6,
    endedAtMs: span.endTimeUnixNano / 1e6,
    isError: span.status.code === 2,
  };
}
