import { z } from 'zod';

/** Where spans go. */
export interface TracingSettings {
  readonly tracesUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
}

export interface TelemetrySettings {
  /** Undefined: no traces are made. */
  readonly tracing: TracingSettings | undefined;
  /** Whoever sends it may read `/metrics`; undefined: only this machine and whoever has `metrics:read`. */
  readonly metricsToken: string | undefined;
  readonly logFormat: 'json' | 'pretty';
  /** What a caller should wait at most for the first sound of an answer. */
  readonly targetLatencyMs: number;
}

const address = z.url({ protocol: /^https?$/, error: 'must be an address that begins with http:// or https://' });

/** Names and forms of OpenTelemetry's own settings where it has them. */
export const telemetrySettingsShape = {
  OTEL_EXPORTER_OTLP_ENDPOINT: address.optional().meta({
    description: 'Collector of OpenTelemetry traces (OTLP over HTTP); without it no traces are made.',
    example: 'http://localhost:4318',
  }),
  OTEL_EXPORTER_OTLP_HEADERS: z
    .string()
    .regex(/^\s*[^=,\s]+=[^,]*(,\s*[^=,\s]+=[^,]*)*$/, 'must be name=value pairs separated by commas')
    .optional()
    .meta({
      description: 'Headers for the collector, as name=value pairs separated by commas.',
      example: 'authorization=Bearer%20…',
      isSecret: true,
    }),
  OTEL_SERVICE_NAME: z.string().trim().min(1).max(100).default('parley').meta({
    description: 'How this server is named in traces.',
    example: 'parley',
  }),
  // Long enough not to be guessed in the time that a token lives.
  METRICS_TOKEN: z.string().trim().min(16, 'must have at least 16 characters').optional().meta({
    description: 'Bearer token with which Prometheus reads /metrics from another machine.',
    example: 'a-long-random-text',
    isSecret: true,
  }),
  // Machines read logs more often than people do.
  LOG_FORMAT: z
    .enum(['json', 'pretty'], { error: 'must be json or pretty' })
    .default('json')
    .meta({ description: 'How log lines look: json for machines, pretty for a terminal.', example: 'json' }),
  // People who talk leave each other 0.2 s; beyond 0.8 s an answer on the phone begins to feel slow.
  TARGET_LATENCY_MS: z
    .string()
    .trim()
    .regex(/^\d{2,5}$/, 'must be a whole number of milliseconds from 10 to 99999')
    .transform(Number)
    .default(800)
    .meta({
      description: 'Longest wait for the first sound of an answer that is aimed at, in milliseconds.',
      example: '800',
    }),
};

const settingsSchema = z.object(telemetrySettingsShape);

export function telemetrySettingsOf(settings: z.output<typeof settingsSchema>): TelemetrySettings {
  const endpoint = settings.OTEL_EXPORTER_OTLP_ENDPOINT;
  return {
    tracing:
      endpoint === undefined
        ? undefined
        : {
            tracesUrl: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
            headers: headersOf(settings.OTEL_EXPORTER_OTLP_HEADERS),
            serviceName: settings.OTEL_SERVICE_NAME,
          },
    metricsToken: settings.METRICS_TOKEN,
    logFormat: settings.LOG_FORMAT,
    targetLatencyMs: settings.TARGET_LATENCY_MS,
  };
}

/** Values are percent-encoded, as W3C's baggage has them. */
function headersOf(text: string | undefined): Record<string, string> {
  return Object.fromEntries(
    (text ?? '').split(',').flatMap((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? [] : [[pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())]];
    }),
  );
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
