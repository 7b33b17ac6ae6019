import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createWebRtcChannel } from '@parley/channels/webrtc/webrtc-channel.ts';
import { apiRoutes } from '@parley/contract/api/routes.ts';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { Recognizer, RecognizerVocabulary } from '@parley/engine/ports/recognizer.ts';
import type { IntegrationCall } from '@parley/integrations/ports.ts';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { createAgents, defaultAgentId } from './agents/create-agents.ts';
import { createConfiguredModel, createFlowParts } from './agents/flow-parts.ts';
import { createUnderstanding } from './agents/understanding.ts';
import { installChat } from './api/chat.ts';
import { conversationRoutes } from './api/conversations.ts';
import { installDocs } from './api/docs.ts';
import { installErrorHandling } from './api/errors.ts';
import { installHealth } from './api/health.ts';
import { installRoutes, requireHandlers } from './api/install-routes.ts';
import { createOperatorKeyScheme } from './api/operator-key.ts';
import { installPage } from './api/page.ts';
import type { Config } from './config.ts';
import { createAgentDirectory } from './conversations/agent-directory.ts';
import { ConversationHost, hostDefaults } from './conversations/conversation-host.ts';
import { sessionRoutes } from './conversations/session-routes.ts';
import { createEdge } from './edge/create-edge.ts';
import { edgeServerOptions } from './edge/http-limits.ts';
import { createOrganizationLimitsStore } from './edge/organization-limits-store.ts';
import { isNetwork } from './edge/outgoing-hosts.ts';
import { createApiCalledEvents } from './events/api-called.ts';
import { createOutboxRelay } from './events/outbox-relay.ts';
import { createFlows } from './flows/create-flows.ts';
import { createIdentity } from './identity/create-identity.ts';
import { createJobs } from './jobs/jobs.ts';
import { createPrivacy } from './privacy/create-privacy.ts';
import { createEnvelopeSealer } from './privacy/envelope-sealer.ts';
import { openKeys } from './privacy/open-keys.ts';
import { createRedactingDestination } from './privacy/redacting-destination.ts';
import { createRedaction } from './privacy/redaction.ts';
import { guardRegion } from './privacy/region-guard.ts';
import { createRecordingsRoom } from './recordings/create-recordings.ts';
import { recordRoutes } from './records/record-routes.ts';
import { openRedis } from './redis/redis.ts';
import { guardBlobStore } from './resilience/guarded-blob-store.ts';
import { guardDatabase } from './resilience/guarded-database.ts';
import { guardEmbedder } from './resilience/guarded-embedder.ts';
import { guardOidcClient } from './resilience/guarded-oidc-client.ts';
import { createSessions } from './sessions/create-sessions.ts';
import { createSpeechParts, createVoiceDetector } from './speech-parts.ts';
import { StartError, systemCode } from './start-errors.ts';
import { createIdempotencyStore } from './storage/idempotency-store.ts';
import { openStorage } from './storage/open-storage.ts';
import { openPendingWrites } from './storage/pending-writes.ts';
import { createRecorder } from './storage/recorder.ts';
import { defaultOrganizationId } from './storage/schema/organizations.ts';
import { makeTurnPartitions } from './storage/turn-partitions.ts';
import { countOpened } from './telemetry/count-opened.ts';
import { createTelemetry, observeServer, outboxDependency, redisDependency } from './telemetry/create-telemetry.ts';
import { installHttpTelemetry, requestTraceId } from './telemetry/http-telemetry.ts';
import { createLog } from './telemetry/log.ts';
import { createMetricsTokenScheme, metricsRoutes } from './telemetry/metrics-routes.ts';
import { databaseDependency, diskSpace } from './telemetry/readiness.ts';
import { watchModel } from './telemetry/watched-model.ts';
import { createWebhooks } from './webhooks/create-webhooks.ts';

export interface RunningServer {
  readonly port: number;
  readonly operatorKey: string;
  readonly voiceCalls: number;
  /** Let calls end for a while, leave the rest as it is stored, free everything. */
  stop(drainTimeoutMs: number): Promise<void>;
  /** Do not wait for calls any longer. */
  hurry(): void;
}

export interface ServerEvents {
  /** What takes its time at start, in words for a person. */
  readonly report: (line: string) => void;
  /** Something without which nothing works is gone; the process should stop. */
  readonly onFatal: (message: string) => void;
}

/** Largest body of a request: an SDP offer with many candidates is about 10 kB. */
const bodyLimitBytes = 128 * 1024;

const dayMs = 24 * 60 * 60_000;

/** Where the page is built to. */
const pageFolder = fileURLToPath(new URL('../../console/dist', import.meta.url));

/**
 * The composition root: what is wired to what.
 * @throws StartError with one sentence for a person
 */
export async function startServer(config: Config, events: ServerEvents): Promise<RunningServer> {
  // To stderr: stdout belongs to the person who started it.
  const log = createLog({
    level: config.logLevel,
    format: config.telemetry.logFormat,
    ...(config.privacy.redactsLogs && { through: createRedactingDestination }),
  });
  const owned: (() => unknown)[] = [];
  const free = async () => {
    for (const close of owned.splice(0).toReversed()) await close();
  };
  try {
    return await assemble(config, events, log, owned, free);
  } catch (error) {
    await free();
    throw error;
  }
}

async function assemble(
  config: Config,
  events: ServerEvents,
  log: FastifyBaseLogger,
  owned: (() => unknown)[],
  free: () => Promise<void>,
): Promise<RunningServer> {
  const abort = new AbortController();
  owned.push(() => abort.abort());
  const app = Fastify({
    ...edgeServerOptions(config.edge),
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'trace_id' }),
    genReqId: requestTraceId,
    bodyLimit: bodyLimitBytes,
    // By then calls and chats were let go; half a request must not keep the process from ending.
    forceCloseConnections: true,
  });

  await checkUdpPort(config.webrtcPort);

  const onError = (error: unknown, context: string) => log.error({ err: error }, context);
  const clock = createSystemClock((error) => onError(error, 'a frame of a call'));
  const telemetry = await createTelemetry(config.telemetry, log);
  owned.push(() => telemetry.close());
  installHttpTelemetry(app, telemetry.metrics, telemetry.tracing);

  // The threads load while the database starts.
  const { recognizer, synthesizer } = createSpeechParts(config, clock, onError, (close) => owned.push(close));
  const voiceDetector = await createVoiceDetector(config.voiceDetector, onError);
  owned.push(() => voiceDetector.close());

  const storage = await openStorage(
    config,
    {
      report: events.report,
      onError: (error, what) => log.warn({ err: error }, what),
      onDatabaseDied: (detail) => events.onFatal(`The database ended by itself. ${detail}`),
    },
    abort.signal,
    (database) => guardDatabase(database, telemetry.outside, telemetry.metrics),
  );
  owned.push(() => storage.close());
  telemetry.dependencies.push(
    databaseDependency(() => storage.ping()),
    diskSpace(config.dataDir),
  );
  const jobs = createJobs({ database: storage.database, onError });
  owned.push(() => jobs.close());
  // A start makes them; a server that runs for months must too.
  jobs.every('make_turn_partitions', dayMs, () => makeTurnPartitions(storage.database));
  const { url: redisUrl, keyPrefix } = config.redis;
  /** Undefined: what replicas would share is kept in this process's memory. */
  const redis =
    redisUrl === undefined
      ? undefined
      : await openRedis({ url: redisUrl, keyPrefix }, (error) => log.warn({ err: error }, 'Redis'));
  if (redis !== undefined) {
    owned.push(() => redis.close());
    telemetry.dependencies.push(redisDependency(redis));
    if (redis.state !== 'ready') events.report('Redis cannot be reached; going on without it until it is there.');
  }
  const operatorKey = await storage.folder.secret('operator-key');
  const sealer = createEnvelopeSealer(await openKeys(storage.database, config.privacy, storage.folder), onError);

  const identity = await createIdentity({
    settings: config.identity,
    port: config.port,
    database: storage.database,
    sealer,
    jobs,
    report: events.report,
    onError,
    guardOidc: (client) => guardOidcClient(client, telemetry.outside),
  });
  owned.push(() => identity.close());

  const apiCalled = createApiCalledEvents(storage.database, onError);
  owned.push(() => apiCalled.close());
  const onIntegrationCall = (call: IntegrationCall) => {
    telemetry.onIntegrationCall(call);
    apiCalled.record(call);
  };
  const configuredModel = createConfiguredModel(config);
  const languageModel =
    configuredModel === undefined ? undefined : watchModel(configuredModel, telemetry.outside, telemetry.metrics);
  const flowParts = createFlowParts(languageModel, clock, onError, (close) => owned.push(close));
  const understanding = await createUnderstanding(
    config,
    onError,
    (close) => owned.push(close),
    (server) => guardEmbedder(server, telemetry.outside),
  );
  const agents = await createAgents({
    config,
    languageModel,
    clock,
    flowParts,
    understanding,
    onIntegrationCall,
    calendarFor: storage.calendarFor,
    onError,
    own: (close) => owned.push(close),
  });
  const flows = createFlows({
    database: storage.database,
    sealer,
    agents,
    defaultAgentId,
    flowParts,
    understanding,
    allowPrivateAddresses: config.edge.outgoingAllowedHosts.filter(isNetwork),
    onIntegrationCall: (_organizationId, call) => onIntegrationCall(call),
    onError,
  });
  owned.push(() => flows.close());
  const voiced = [...agents].flatMap(([id, { hasVoice, vocabulary }]) => (hasVoice ? [{ id, vocabulary }] : []));
  const first = voiced.find(({ id }) => id === defaultAgentId);
  const prepared = first === undefined ? Promise.resolve() : recognizer.prepare(first.vocabulary, abort.signal);
  // Awaited below; until then its failure must not be an unhandled one.
  prepared.catch(() => {});

  const recordings = await createRecordingsRoom({
    settings: config.recordings,
    dataDir: storage.folder.path,
    database: storage.database,
    isAlone: config.database.url === undefined,
    sealer,
    jobs,
    clock,
    redis,
    onError,
    guardStore: (store) => guardBlobStore(store, telemetry.outside),
    onFinished: (outcome) => telemetry.metrics.count('parley_recordings_total', { outcome }),
  });
  owned.push(() => recordings.close());
  const sessions = await createSessions({
    settings: config.sessions,
    database: storage.database,
    sealer,
    redis,
    jobs,
    onError,
  });
  owned.push(() => sessions.close());
  const redaction = createRedaction(storage.database);
  const privacy = createPrivacy({ settings: config.privacy, database: storage.database, sealer, redaction, jobs });
  const recorderParts = { database: storage.database, sealer, redaction };
  const pending = await openPendingWrites({
    folder: storage.folder.path,
    sealer,
    recorderFor: ({ organizationId, channelType }) =>
      createRecorder(recorderParts, { organizationId, channelType, version: undefined }),
    report: (message, figures) => log.warn(figures, message),
    onError,
    metrics: telemetry.metrics,
  });
  owned.push(() => pending.close());
  telemetry.dependencies.push(pending.dependency);
  // What the last process left behind, before anybody comes back to it.
  await pending.flush();
  const edge = createEdge({
    settings: config.edge,
    redis,
    organizations: createOrganizationLimitsStore(storage.database, (error) =>
      onError(error, 'limits of organizations'),
    ),
    onError,
  });
  owned.push(() => edge.close());
  const host = new ConversationHost(
    {
      recognizer,
      voiceDetector,
      synthesizer,
      store: guardRegion(countOpened(sessions.repository, telemetry.metrics), storage.database, config.privacy.region),
      sessions: sessions.store,
      ownership: sessions.ownership,
      directory: createAgentDirectory(agents, defaultAgentId, flows.directory),
      recorderFor: (stay) => pending.keepFor(stay, createRecorder(recorderParts, stay)),
      clock,
      onError,
      watch: telemetry.conversations.watch,
      planRecording: recordings.planRecording,
      enterOrganization: edge.callSlots.enter,
    },
    { ...hostDefaults, maxCalls: config.maxConversations, maxChats: config.sessions.maxChats },
  );
  const webrtc = createWebRtcChannel({
    port: config.webrtcPort,
    iceServers: config.iceServers,
    publicIp: config.publicIp,
    clock,
  });
  owned.push(() => webrtc.close());

  installErrorHandling(app);
  await edge.install(app);
  const webhooks = createWebhooks({
    database: storage.database,
    jobs,
    fetch: edge.guardedFetch,
    sealer,
    onError,
    onAttempt: ({ outcome }) => telemetry.metrics.count('parley_webhook_deliveries_total', { outcome }),
  });
  owned.push(() => webhooks.close());
  const relay = createOutboxRelay({ database: storage.database, subscribers: [webhooks.subscriber], jobs, onError });
  owned.push(() => relay.close());
  telemetry.dependencies.push(outboxDependency(() => relay.backlog));
  telemetry.metrics.gauge('parley_outbox_pending', {}, () => relay.backlog.events);
  telemetry.metrics.gauge('parley_outbox_lag_seconds', {}, () => relay.backlog.oldestWaitsMs / 1000);
  installHealth(app, host, telemetry.readiness);
  const { maxConversations } = config;
  observeServer(telemetry, { host, maxConversations, webrtc, redis });
  const routes = [
    ...conversationRoutes({
      host,
      webrtc,
      records: storage.conversations,
      publishedFlows: flows.directory.published,
      onViewed: privacy.onConversationViewed,
      prepareVoice: ({ vocabulary }, signal) => recognizer.prepare(vocabulary, signal),
      defaultAgentId,
      defaultTimeZone: config.timeZone,
      iceServers: [...config.iceServers],
    }),
    ...identity.routes,
    ...sessionRoutes({
      host,
      sessions: sessions.repository,
      records: storage.conversations,
      spoken: { recognizer, fetch: edge.guardedFetch },
      defaultTimeZone: config.timeZone,
    }),
    ...recordRoutes(storage.database),
    ...privacy.routes,
    ...flows.routes,
    ...webhooks.routes,
    ...recordings.routes,
    ...metricsRoutes({
      metrics: telemetry.metrics,
      activeTurns: () => telemetry.conversations.activeTurns,
      targetLatencyMs: config.telemetry.targetLatencyMs,
    }),
  ];
  const { metricsToken } = config.telemetry;
  const metricsReader =
    metricsToken === undefined ? [] : [createMetricsTokenScheme(metricsToken, defaultOrganizationId)];
  installRoutes(app, routes, {
    gate: {
      schemes: [...metricsReader, createOperatorKeyScheme(operatorKey, defaultOrganizationId), ...identity.schemes],
      openConversation: (conversationId, token) => host.authorize(conversationId, token),
      defaultOrganizationId,
    },
    idempotency: createIdempotencyStore(storage.database, sealer),
    admit: edge.admit,
  });
  identity.installProtocols(app);
  requireHandlers(apiRoutes, routes);
  await installDocs(app, apiRoutes);
  if (existsSync(pageFolder)) await installPage(app, pageFolder);
  const chat = installChat(app.server, host, edge.admitUpgrade, log);

  await prepared;
  // Ends before the recogniser does: what is owned last is freed first.
  const preparing = new AbortController();
  owned.push(() => preparing.abort());
  void prepareRest(
    recognizer,
    voiced.map(({ vocabulary }) => vocabulary),
    preparing.signal,
    onError,
  );
  const port = await listen(app, config);
  owned.push(() => app.close());
  return {
    port,
    operatorKey,
    get voiceCalls() {
      return host.voiceCalls;
    },
    async stop(drainTimeoutMs) {
      await host.drain(drainTimeoutMs);
      chat.close();
      await free();
    },
    hurry: () => host.hurry(),
  };
}

/**
 * The media port is opened with the first call; that it is free is said at start.
 * @throws StartError `port_in_use`
 */
async function checkUdpPort(port: number): Promise<void> {
  const socket = createSocket('udp4');
  try {
    socket.bind(port);
    await once(socket, 'listening');
  } catch (error) {
    throw new StartError(
      'port_in_use',
      `UDP port ${port} cannot be used for calls (${systemCode(error)}). Choose another: WEBRTC_PORT=8091 npm start`,
      { cause: error },
    );
  } finally {
    socket.close();
  }
}

/** Whoever calls an agent before its turn has come waits for it alone. */
async function prepareRest(
  recognizer: Recognizer,
  vocabularies: readonly RecognizerVocabulary[],
  signal: AbortSignal,
  onError: (error: unknown, context: string) => void,
): Promise<void> {
  for (const vocabulary of vocabularies) {
    try {
      await recognizer.prepare(vocabulary, signal);
    } catch (error) {
      if (signal.aborted) return;
      onError(error, `the vocabulary of ${vocabulary.id}`);
    }
  }
}

/** @throws StartError `port_in_use`, `config_invalid` */
async function listen(app: FastifyInstance, { host, port }: Config): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EADDRINUSE') {
      throw new StartError(
        'port_in_use',
        `Port ${port} is in use. Stop what uses it, or choose another: PORT=8090 npm start`,
      );
    }
    if (code === 'EACCES') {
      throw new StartError(
        'port_in_use',
        `Port ${port} needs rights that this user lacks. Choose one above 1023: PORT=8090 npm start`,
      );
    }
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new StartError(
        'config_invalid',
        `HOST ${host} is no address of this machine. Use localhost, or 0.0.0.0 for all.`,
      );
    }
    throw error;
  }
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}
