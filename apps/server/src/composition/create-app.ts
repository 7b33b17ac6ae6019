import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { apiRoutes } from '@parley/contract/api/routes.ts';
import Fastify, { LogController } from 'fastify';
import { defaultAgentId } from '../agents/create-agents.ts';
import type { Gate } from '../api/authenticate.ts';
import { conversationRoutes } from '../api/conversations.ts';
import { installDocs } from '../api/docs.ts';
import { installErrorHandling } from '../api/errors.ts';
import type { HandledRoute } from '../api/handle.ts';
import { installHealth } from '../api/health.ts';
import { installRoutes, requireHandlers } from '../api/install-routes.ts';
import { createOperatorKeyScheme } from '../api/operator-key.ts';
import { installPage } from '../api/page.ts';
import { sessionRoutes } from '../conversations/session-routes.ts';
import { edgeServerOptions } from '../edge/http-limits.ts';
import { createIdentity } from '../identity/create-identity.ts';
import type { Twilio } from '../phone/twilio/create-twilio.ts';
import { createPrivacy } from '../privacy/create-privacy.ts';
import { recordRoutes } from '../records/record-routes.ts';
import { guardOidcClient } from '../resilience/guarded-oidc-client.ts';
import { installAudioBodies } from '../speech/audio-body.ts';
import { speechRoutes } from '../speech/speech-routes.ts';
import { createTranscribeStream } from '../speech/transcribe-stream.ts';
import { createIdempotencyStore } from '../storage/idempotency-store.ts';
import { defaultOrganizationId } from '../storage/schema/organizations.ts';
import { installHttpTelemetry, requestTraceId } from '../telemetry/http-telemetry.ts';
import { createMetricsTokenScheme, metricsRoutes } from '../telemetry/metrics-routes.ts';
import type { Agents } from './open-agents.ts';
import type { Conversations } from './open-conversations.ts';
import type { openEvents } from './open-events.ts';
import type { Foundations } from './open-foundations.ts';
import type { Phone } from './open-phone.ts';
import type { SpeechRooms } from './open-speech.ts';
import type { openTransfers } from './open-transfers.ts';

/** Largest body of a request: an SDP offer with many candidates is about 10 kB. */
const bodyLimitBytes = 128 * 1024;

/** Where the page is built to. */
const pageFolder = fileURLToPath(new URL('../../../console/dist', import.meta.url));

export interface Rooms {
  readonly speech: SpeechRooms;
  readonly agents: Agents;
  readonly conversations: Conversations;
  readonly events: ReturnType<typeof openEvents>;
  readonly phone: Phone;
  readonly transfers: ReturnType<typeof openTransfers>;
  /** Undefined where it is not set up. */
  readonly twilio: Pick<Twilio, 'installProtocols'> | undefined;
  /** Reads the records of the default organization. */
  readonly operatorKey: string;
}

/** Everything that is served over HTTP, ready to listen. */
export async function createApp(foundations: Foundations, rooms: Rooms) {
  const { config, log, owned, onError, telemetry, database, jobs, sealer, redaction } = foundations;
  const { host, edge } = rooms.conversations;
  const app = Fastify({
    ...edgeServerOptions(config.edge),
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'trace_id' }),
    genReqId: requestTraceId,
    bodyLimit: bodyLimitBytes,
    // By then calls and chats were let go; half a request must not keep the process from ending.
    forceCloseConnections: true,
  });
  const identity = await createIdentity({
    settings: config.identity,
    port: config.port,
    database,
    sealer,
    jobs,
    report: foundations.events.report,
    onError,
    settingsCheck: rooms.speech.settingsCheck,
    guardOidc: (client) => guardOidcClient(client, telemetry.outside),
  });
  owned.push(() => identity.close());
  const privacy = createPrivacy({
    settings: config.privacy,
    database,
    sealer,
    redaction,
    jobs,
    sessions: rooms.conversations.sessions.store,
  });

  installHttpTelemetry(app, telemetry.metrics, telemetry.tracing);
  installErrorHandling(app);
  await edge.install(app);
  installAudioBodies(app);
  installHealth(app, host, telemetry.readiness);
  const routes = [...identity.routes, ...privacy.routes, ...routesOf(foundations, rooms, privacy)];
  const { metricsToken } = config.telemetry;
  const metricsReader =
    metricsToken === undefined ? [] : [createMetricsTokenScheme(metricsToken, defaultOrganizationId)];
  const gate: Gate = {
    schemes: [...metricsReader, createOperatorKeyScheme(rooms.operatorKey, defaultOrganizationId), ...identity.schemes],
    openConversation: (conversationId, token) => host.authorize(conversationId, token),
    defaultOrganizationId,
  };
  installRoutes(app, routes, {
    gate,
    idempotency: createIdempotencyStore(database, sealer),
    admit: edge.admit,
  });
  identity.installProtocols(app);
  rooms.twilio?.installProtocols(app);
  requireHandlers(apiRoutes, routes);
  await installDocs(app, apiRoutes);
  if (existsSync(pageFolder)) await installPage(app, pageFolder);
  const transcribeStream = createTranscribeStream({ room: rooms.speech, directory: host.directory, gate });
  return { app, transcribeStream };
}

function routesOf(
  { config, storage, database, telemetry, onError }: Foundations,
  { speech, agents: { flows }, conversations, events, phone, transfers }: Rooms,
  { onConversationViewed }: Pick<ReturnType<typeof createPrivacy>, 'onConversationViewed'>,
): HandledRoute[] {
  const { host, webrtc, sessions, recordings, edge } = conversations;
  return [
    ...conversationRoutes({
      host,
      webrtc,
      reachable: transfers.reachable,
      records: storage.conversations,
      publishedFlows: flows.directory.published,
      onViewed: onConversationViewed,
      isSpokenFor: speech.speech.isSpokenFor,
      defaultAgentId,
      defaultTimeZone: config.timeZone,
      iceServers: [...config.iceServers],
    }),
    ...sessionRoutes({
      host,
      sessions: sessions.repository,
      records: storage.conversations,
      spoken: { fetch: edge.guardedFetch },
      defaultTimeZone: config.timeZone,
    }),
    ...recordRoutes(database),
    ...recordings.routes,
    ...flows.routes,
    ...speech.routes,
    ...speechRoutes({ room: speech, directory: host.directory, fetch: edge.guardedFetch, onError }),
    ...events.webhooks.routes,
    ...phone.routes,
    ...transfers.routes,
    ...metricsRoutes({
      metrics: telemetry.metrics,
      activeTurns: () => telemetry.conversations.activeTurns,
      targetLatencyMs: config.telemetry.targetLatencyMs,
    }),
  ];
}
