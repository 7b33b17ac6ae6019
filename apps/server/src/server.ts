import type { SipPeer } from '@parley/channels/sip/message/sip-message.ts';
import { installChat } from './api/chat.ts';
import { createApp } from './composition/create-app.ts';
import { checkUdpPort, listen } from './composition/listen.ts';
import { openAgents } from './composition/open-agents.ts';
import { openConversations } from './composition/open-conversations.ts';
import { openEvents } from './composition/open-events.ts';
import { createBasics, openFoundations, type StartEvents } from './composition/open-foundations.ts';
import { openPhone } from './composition/open-phone.ts';
import { learnVocabularies, openSpeech, openSpeechRoom } from './composition/open-speech.ts';
import { openTransfers } from './composition/open-transfers.ts';
import { openTwilio } from './composition/open-twilio.ts';
import { createOwned, type Owned } from './composition/owned.ts';
import type { Config } from './config.ts';
import { openMediaServers } from './phone/media-servers/media-servers.ts';
import { createRedactingDestination } from './privacy/redacting-destination.ts';
import { createLog } from './telemetry/log.ts';

export interface RunningServer {
  readonly port: number;
  readonly operatorKey: string;
  /** This start made the key: nobody was told it before. */
  readonly isOperatorKeyNew: boolean;
  readonly voiceCalls: number;
  /** Where telephones call by SIP, with the ports that were got; empty where there is none. */
  readonly sipListening: readonly SipPeer[];
  /** Let balancers find out (`DRAIN_SECONDS`) and calls end for a while, leave the rest as it is stored, free everything. */
  stop(drainTimeoutMs: number): Promise<void>;
  /** Do not wait for balancers and calls any longer. */
  hurry(): void;
}

/**
 * The composition root: what is wired to what, in the order of what needs what. Each step is a file of composition/.
 * @throws StartError with one sentence for a person
 */
export async function startServer(config: Config, events: StartEvents): Promise<RunningServer> {
  // To stderr: stdout belongs to the person who started it.
  const log = createLog({
    level: config.logLevel,
    format: config.telemetry.logFormat,
    ...(config.privacy.redactsLogs && { through: createRedactingDestination }),
  });
  const owned = createOwned((error) => log.error({ err: error }, 'freeing what was opened'));
  try {
    return await assemble(config, events, log, owned);
  } catch (error) {
    await owned.free();
    throw error;
  }
}

async function assemble(
  config: Config,
  events: StartEvents,
  log: ReturnType<typeof createLog>,
  owned: Owned,
): Promise<RunningServer> {
  await checkUdpPort(config.webrtcPort);
  const basics = createBasics(config, events, log, owned);
  // Its threads load while the database starts.
  const speech = await openSpeech(basics);
  const foundations = await openFoundations(basics);
  const rooms = openSpeechRoom(foundations, speech);
  const agents = await openAgents(foundations, rooms);
  // Its thread learns while the rest is opened.
  const learned = learnVocabularies(rooms, agents.shipped, foundations);
  // Awaited below; until then its failure must not be an unhandled one.
  learned.catch(() => {});
  const conversations = await openConversations(foundations, { ...speech, ...rooms }, agents);
  const told = openEvents(foundations, conversations);
  const phone = await openPhone(foundations, conversations);
  const mediaServers = await openMediaServers({
    desk: phone.desk,
    settings: config.mediaServers,
    host: config.host,
    clock: foundations.clock,
    onRefused: (reason) => log.warn({ reason }, 'a call of a media server was refused'),
    onError: foundations.onError,
  });
  owned.push(() => mediaServers.close());
  const twilio = await openTwilio(foundations, phone, agents, conversations);
  const transfers = openTransfers(foundations, agents, conversations, phone);
  const isOperatorKeyNew = !(await foundations.folder.hasSecret('operator-key'));
  const operatorKey = await foundations.folder.secret('operator-key');
  const { app, transcribeStream } = await createApp(foundations, {
    speech: rooms,
    agents,
    conversations,
    events: told,
    phone,
    transfers,
    twilio,
    operatorKey,
  });
  const { host, edge } = conversations;
  const chat = installChat(app.server, host, edge.admitUpgrade, log, [
    transcribeStream,
    mediaServers.route,
    ...(twilio === undefined ? [] : [twilio.streams]),
  ]);

  await learned;
  await phone.listen();
  const port = await listen(app, config);
  owned.push(() => app.close());
  // First of all: they work with what is closed after them. What of them was not done waits in the database.
  owned.push(() => foundations.jobs.close());
  return {
    port,
    operatorKey,
    isOperatorKeyNew,
    get voiceCalls() {
      return host.voiceCalls;
    },
    get sipListening() {
      return phone.sipListening;
    },
    async stop(drainTimeoutMs) {
      phone.drain();
      const isQuiet = () => phone.desk.liveCalls + transfers.browserCalls === 0;
      await host.drain(drainTimeoutMs, drainTimeoutMs > 0 ? config.drainAnnounceMs : 0, isQuiet);
      chat.close();
      transcribeStream.close();
      await owned.free();
    },
    hurry: () => host.hurry(),
  };
}
