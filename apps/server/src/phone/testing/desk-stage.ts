import { createTalk } from '@parley/channels/phone/talk.ts';
import { createLightVoiceDetector } from '@parley/engine/audio/light-voice-detector.ts';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { AgentOutput } from '@parley/engine/ports/agent.ts';
import {
  createScriptedAgent,
  createScriptedRecognizer,
  createScriptedSynthesizer,
  tone,
} from '@parley/engine/simulation/scripted-parts.ts';
import { createAgentDirectory } from '../../conversations/agent-directory.ts';
import { ConversationHost } from '../../conversations/conversation-host.ts';
import type { HostedAgent } from '../../conversations/hosted-agent.ts';
import { createMemoryRateLimiter } from '../../edge/memory-rate-limiter.ts';
import { createOutgoingHosts } from '../../edge/outgoing-hosts.ts';
import { createSoleOwnership } from '../../sessions/ownership.ts';
import { createMemorySessionStore } from '../../sessions/session-store.ts';
import { defaultOrganizationId } from '../../storage/schema/organizations.ts';
import { noMetrics } from '../../telemetry/metrics.ts';
import { type ApiServer, startApiServer } from '../../testing/api-server.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../../testing/databases.ts';
import { createTestSessions } from '../../testing/sessions.ts';
import { cacheNumbers } from '../cached-numbers.ts';
import { createCallsRepository } from '../calls-repository.ts';
import { createPhoneDesk } from '../create-phone-desk.ts';
import { createInOrder } from '../in-order.ts';
import { createNumbersRepository } from '../numbers-repository.ts';
import { createOutboundCalls } from '../outbound-calls.ts';
import type { Dialer, PhoneDesk } from '../phone-desk.ts';
import { phoneRoutes } from '../phone-routes.ts';
import type { UnspokenAgent } from '../report-unspoken.ts';
import { createWaysOut } from '../ways-out.ts';

/** A desk over a real database and real conversations, with its API; only who listens and speaks is scripted. */
export interface DeskStage {
  readonly desk: PhoneDesk;
  readonly api: ApiServer;
  readonly host: ConversationHost;
  readonly opened: TestDatabase;
  /** What went wrong behind the scenes. */
  readonly errors: unknown[];
  /** Who was called that cannot be spoken. */
  readonly unspoken: UnspokenAgent[];
  close(): Promise<void>;
}

export interface DeskStageOptions {
  readonly dialers?: readonly Dialer[];
  readonly maxCalls?: number;
  /** Calls a minute of one caller. */
  readonly callsPerMinute?: number;
  /** The process is late. */
  readonly isOverloaded?: () => boolean;
  readonly perHour?: number;
  readonly atOnce?: number;
  readonly prefixes?: readonly string[];
  /** Organizations to which the telephone is open; all when left out. */
  readonly mayUse?: (organizationId: string) => boolean;
}

export async function openDeskStage(options: DeskStageOptions = {}): Promise<DeskStage> {
  const [kind = 'embedded'] = databaseKinds;
  const opened = await openTestDatabase(kind);
  const { database } = opened;
  const test = createTestSessions(database);
  const clock = createSystemClock();
  const errors: unknown[] = [];
  const { mayUse = () => true } = options;
  const onError = (error: unknown) => void errors.push(error);
  const unspoken: UnspokenAgent[] = [];
  const onUnspoken = (called: UnspokenAgent) => void unspoken.push(called);
  const agents = new Map([
    ['receptionist', agentNamed('receptionist')],
    ['hotel', agentNamed('hotel')],
    ['lan', agentNamed('lan', 'vi-VN')],
    // In a language that nobody here speaks.
    ['niamh', agentNamed('niamh', 'ga-IE')],
  ]);
  const host = new ConversationHost(
    {
      store: test.sessions,
      directory: createAgentDirectory(agents, 'receptionist'),
      ownership: createSoleOwnership(),
      sessions: createMemorySessionStore(),
      speechFor: async (_, { agent }) => ({
        isSpoken: agent.language !== 'ga-IE',
        recognizer: createScriptedRecognizer(clock, () => ({ kind: 'nothing' })),
        synthesizer: createScriptedSynthesizer(clock),
      }),
      voiceDetector: createLightVoiceDetector(),
      recorderFor: (stay) => test.recorder(stay),
      clock,
      onError,
    },
    { maxCalls: options.maxCalls ?? 20, maxChats: 20, unloadAfterMs: 60_000 },
  );
  const numbers = cacheNumbers(createNumbersRepository(database));
  const calls = createCallsRepository(database);
  const limiter = createMemoryRateLimiter();
  // A few tones do: who waits here is a test.
  const music = tone(1000);
  const records = createInOrder(onError);
  const desk = createPhoneDesk({
    ...{ host, calls, records, numbers, mayUse, defaultOrganizationId, metrics: noMetrics, onError, timeZone: 'UTC' },
    onUnspoken,
    isAgent: (id) => agents.has(id),
    admit: (caller) => limiter.take([{ key: caller, limit: options.callsPerMinute ?? 1000, windowMs: 60_000 }]),
    isOverloaded: options.isOverloaded ?? (() => false),
    createTalk: (leg, conversation) => createTalk(leg, conversation, { clock, music }),
  });
  const ways = createWaysOut({
    ...{ numbers, onError, mayUse },
    ownNumbers: new Map([['+35312220000', 'twilio']]),
  });
  for (const dialer of options.dialers ?? []) ways.open(dialer);
  const outbound = createOutboundCalls({
    ...{ host, desk, ways, calls, numbers, onUnspoken, onError },
    rules: { prefixes: options.prefixes ?? [], hosts: createOutgoingHosts([]), trunkHost: undefined },
    limits: { perHour: options.perHour ?? 100, atOnce: options.atOnce ?? 100 },
    standInNumber: () => undefined,
  });
  const routes = phoneRoutes({ host, desk, numbers, calls, outbound, mayUse, timeZone: 'UTC' });
  const api = await startApiServer(routes, { database, sealer: test.sealer });
  return {
    ...{ desk, api, host, opened, errors, unspoken },
    close: async () => {
      await outbound.close();
      await host.suspendAll();
      await records.settled(5000);
      await api.close();
      await opened.close();
    },
  };
}

function agentNamed(id: string, language = 'en-US'): HostedAgent {
  const agent = createScriptedAgent(async function* (cue): AsyncGenerator<AgentOutput> {
    yield { type: 'say', text: cue.type === 'greet' ? `This is the ${id}.` : 'Fine.' };
    yield { type: 'finished', memory: {}, expects: undefined, end: false };
  });
  const vocabulary = { id, phrases: [], contexts: {} };
  return { agent: { ...agent, id, language }, name: id, description: '', vocabulary, suggestions: [] };
}
