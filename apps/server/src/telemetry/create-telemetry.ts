import { readFileSync } from 'node:fs';
import type { WebRtcChannel } from '@parley/channels/webrtc/webrtc-channel.ts';
import type { IntegrationCall } from '@parley/integrations/ports.ts';
import type { EngineDirectory, EngineMakers } from '@parley/speech/router/engine-directory.ts';
import type { FastifyBaseLogger } from 'fastify';
import type { ConversationHost } from '../conversations/conversation-host.ts';
import type { Redis } from '../redis/redis.ts';
import { createOutsideCalls, type OutsideCalls } from '../resilience/outside-call.ts';
import { createMetrics, type MetricsRegistry } from './metrics.ts';
import { createReadiness, type Dependency, type Readiness } from './readiness.ts';
import type { TelemetrySettings } from './telemetry-settings.ts';
import { noTracing, type Tracing } from './tracing.ts';
import { type ConversationWatcher, createConversationWatcher } from './watch-conversation.ts';
import { watchEngines } from './watched-engines.ts';

/** What the server tells of itself: what is counted, what is traced, what is well. */
export interface Telemetry {
  readonly metrics: MetricsRegistry;
  readonly tracing: Tracing;
  readonly conversations: ConversationWatcher;
  readonly outside: OutsideCalls;
  /** What listens and speaks, counted by engine. */
  readonly watchEngines: (engines: EngineDirectory & EngineMakers) => EngineDirectory & EngineMakers;
  /** Rooms add theirs. */
  readonly dependencies: Dependency[];
  readonly readiness: () => Promise<Readiness>;
  /** An outside system was asked on behalf of a caller: logged without what was said, counted, and in the turn's trace. */
  readonly onIntegrationCall: (call: IntegrationCall) => void;
  close(): Promise<void>;
}

const packageFile = new URL('../../package.json', import.meta.url);

export async function createTelemetry(settings: TelemetrySettings, log: FastifyBaseLogger): Promise<Telemetry> {
  const metrics = createMetrics();
  const version = versionOf(readFileSync(packageFile, 'utf8'));
  metrics.gauge('parley_info', { version }, () => 1);
  const outside = createOutsideCalls(metrics);
  const tracing = await createTracing(settings, version);
  const conversations = createConversationWatcher(metrics, tracing, (error, context, ids) =>
    log.error({ err: error, conversation_id: ids.conversationId, organization_id: ids.organizationId }, context),
  );
  const dependencies: Dependency[] = [];
  return {
    metrics,
    tracing,
    conversations,
    outside,
    watchEngines: (engines) => watchEngines(engines, metrics),
    dependencies,
    readiness: createReadiness(() => [...dependencies, ...breakers(outside)], metrics),
    onIntegrationCall: (call) => {
      const tool = `${call.integration}.${call.operation}`;
      const outcome = call.outcome === 'ok' ? 'ok' : 'failed';
      metrics.observe('parley_tool_seconds', { tool, outcome }, call.durationMs / 1000);
      conversations
        .spansOf(call.conversationId)
        ?.current.child('tool', { 'tool.name': tool, 'tool.attempt': call.attempt }, call.startedEpochMs)
        .end({
          error: call.outcome === 'ok' ? undefined : call.outcome,
          endedAtEpochMs: call.startedEpochMs + call.durationMs,
        });
      const { integration, operation, status, attempt } = call;
      log.info(
        {
          integration,
          operation,
          outcome: call.outcome,
          status,
          attempt,
          duration_ms: Math.round(call.durationMs),
          conversation_id: call.conversationId,
          turn_number: call.turnNumber,
        },
        'an outside system was asked',
      );
    },
    close: () => tracing.close(),
  };
}

/** What there is to read of the server's parts at each scrape. */
export function observeServer(
  { metrics }: Pick<Telemetry, 'metrics'>,
  parts: {
    readonly host: Pick<ConversationHost, 'liveCount' | 'voiceCalls'>;
    readonly maxConversations: number;
    readonly webrtc: Pick<WebRtcChannel, 'figures'>;
    readonly redis: Pick<Redis, 'state'> | undefined;
  },
): void {
  const { host, webrtc, redis } = parts;
  metrics.gauge('parley_conversations_active', { kind: 'voice' }, () => host.voiceCalls);
  metrics.gauge('parley_conversations_active', { kind: 'chat' }, () => host.liveCount - host.voiceCalls);
  metrics.gauge('parley_conversations_limit', {}, () => parts.maxConversations);
  metrics.total('parley_audio_frames_total', { direction: 'out' }, () => webrtc.figures.framesOut);
  metrics.total('parley_audio_packets_total', { outcome: 'late' }, () => webrtc.figures.packetsLate);
  metrics.total('parley_audio_packets_total', { outcome: 'lost' }, () => webrtc.figures.packetsLost);
  if (redis !== undefined) metrics.gauge('parley_redis_up', {}, () => (redis.state === 'ready' ? 1 : 0));
  // With all that was loaded, and nobody there yet.
  const idleBytes = process.memoryUsage.rss();
  metrics.gauge('parley_memory_per_conversation_bytes', {}, () =>
    host.liveCount === 0 ? 0 : Math.max(0, process.memoryUsage.rss() - idleBytes) / host.liveCount,
  );
}

/** Events are kept until they are handed on: late ones lose nothing. */
export function outboxDependency(
  backlog: () => { readonly events: number; readonly oldestWaitsMs: number },
): Dependency {
  return {
    name: 'outbox',
    isVital: false,
    check: () => {
      const { events, oldestWaitsMs } = backlog();
      if (oldestWaitsMs < lateMs) return { state: 'ok' };
      return {
        state: 'degraded',
        detail: `${events} events wait, the oldest for ${Math.round(oldestWaitsMs / 1000)} s.`,
      };
    },
  };
}

/** Batches take a fraction of a second; what waits for a minute waits for a subscriber that is in trouble. */
const lateMs = 60_000;

/** Redis is never vital: what it shares, each process knows for itself meanwhile. */
export function redisDependency(redis: Pick<Redis, 'state'>): Dependency {
  return {
    name: 'redis',
    isVital: false,
    check: () =>
      redis.state === 'ready'
        ? { state: 'ok' }
        : { state: 'degraded', detail: 'Redis is away; this process goes on alone.' },
  };
}

/** Loaded only when there is a collector: the SDK costs some megabytes and a tenth of a second. */
async function createTracing({ tracing }: TelemetrySettings, version: string): Promise<Tracing> {
  if (tracing === undefined) return noTracing;
  const { createOtlpTracing } = await import('./otlp-tracing.ts');
  return createOtlpTracing(tracing, version);
}

/** The database says for itself how it is. */
function breakers(outside: OutsideCalls): Dependency[] {
  return outside.all
    .filter(({ name }) => name !== 'database')
    .map((call) => ({
      name: call.name,
      isVital: false,
      check: () =>
        call.state === 'closed'
          ? { state: 'ok' }
          : { state: 'degraded', detail: 'It failed several times in a row and is left alone.' },
    }));
}

function versionOf(text: string): string {
  const parsed: unknown = JSON.parse(text);
  const found = typeof parsed === 'object' && parsed !== null && 'version' in parsed ? parsed.version : undefined;
  return typeof found === 'string' ? found : 'unknown';
}
