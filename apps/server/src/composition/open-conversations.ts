import { createWebRtcChannel } from '@parley/channels/webrtc/webrtc-channel.ts';
import { ConversationHost, hostDefaults } from '../conversations/conversation-host.ts';
import { createEdge } from '../edge/create-edge.ts';
import { createOrganizationLimitsStore } from '../edge/organization-limits-store.ts';
import { guardRegion } from '../privacy/region-guard.ts';
import { createRecordingsRoom } from '../recordings/create-recordings.ts';
import { guardBlobStore } from '../resilience/guarded-blob-store.ts';
import { createSessions } from '../sessions/create-sessions.ts';
import { openPendingWrites } from '../storage/pending-writes.ts';
import { createRecorder } from '../storage/recorder.ts';
import { createTurnWriter } from '../storage/turn-writer-repository.ts';
import { countOpened } from '../telemetry/count-opened.ts';
import { observeServer } from '../telemetry/create-telemetry.ts';
import type { Agents } from './open-agents.ts';
import type { Foundations } from './open-foundations.ts';
import type { Speech, SpeechRooms } from './open-speech.ts';

export type Conversations = Awaited<ReturnType<typeof openConversations>>;

/** What conversations are made of, how they are kept, and how many there may be. */
export async function openConversations(
  foundations: Foundations,
  { voiceDetector, speechFor }: Pick<Speech, 'voiceDetector'> & Pick<SpeechRooms, 'speechFor'>,
  { directory }: Agents,
) {
  const { config, log, owned, onError, clock, telemetry, database, folder, jobs, redis, sealer, redaction } =
    foundations;
  const recordings = await createRecordingsRoom({
    settings: config.recordings,
    dataDir: folder.path,
    database,
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

  const sessions = await createSessions({ settings: config.sessions, database, sealer, redis, jobs, onError });
  owned.push(() => sessions.close());

  const recorderParts = { database, sealer, redaction, turns: createTurnWriter(database) };
  const pending = await openPendingWrites({
    folder: folder.path,
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
    organizations: createOrganizationLimitsStore(database, (error) => onError(error, 'limits of organizations')),
    vendorPaths: config.twilio === undefined ? [] : ['/voice'],
    onError,
  });
  owned.push(() => edge.close());

  const host = new ConversationHost(
    {
      voiceDetector,
      speechFor,
      store: guardRegion(countOpened(sessions.repository, telemetry.metrics), database, config.privacy.region),
      sessions: sessions.store,
      ownership: sessions.ownership,
      directory,
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
  observeServer(telemetry, { host, maxConversations: config.maxConversations, webrtc, redis });
  return { host, webrtc, sessions, recordings, edge };
}
