import { randomUUID } from 'node:crypto';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { ConnectionGuard } from '@parley/integrations/http/connection-guard.ts';
import { providers } from '@parley/speech/registry.ts';
import type { EngineDirectory, EngineMakers, SpeechKind } from '@parley/speech/router/engine-directory.ts';
import type { SpeechWishes } from '@parley/speech/router/plan.ts';
import { createMemorySpeechCache } from '@parley/speech/router/speech-cache.ts';
import { createSpeechRouter, type SpeechRouter } from '@parley/speech/router/speech-router.ts';
import type { HandledRoute } from '../api/handle.ts';
import type { SpeechFor } from '../conversations/resident.ts';
import type { SettingsCheck } from '../identity/identity-parts.ts';
import type { Sealer } from '../privacy/sealer.ts';
import type { Redis } from '../redis/redis.ts';
import type { Database } from '../storage/database.ts';
import { createAlwaysSaid } from './always-said.ts';
import { choiceProblems, refuseChoices, reservedFor } from './check-choices.ts';
import { createOrganizationAccounts } from './organization-accounts.ts';
import { createOrganizationSpeech } from './organization-speech.ts';
import { createOrganizationSpeechRepository } from './organization-speech-repository.ts';
import type { OwnEngines } from './own-engines.ts';
import { createProviderAccountsRepository } from './provider-accounts-repository.ts';
import { providerRoutes } from './provider-routes.ts';
import { createReadyAgents, type ReadyAgents } from './ready-agents.ts';
import { createRedisSpeechCache } from './redis-speech-cache.ts';
import { countRequest, type RequestUsage } from './request-usage.ts';
import { createServerSpeech, type ServerSpeech } from './server-speech.ts';
import type { ServerSpeechSettings } from './speech-settings.ts';
import { tenantLookup } from './tenant-account.ts';
import { createUsageMeter, metered } from './usage-meter.ts';
import { createUsageRepository, type UsageRepository } from './usage-repository.ts';
import { createUsageWriter } from './usage-writer.ts';
import { type ListedVoice, listVoicesOf } from './voice-list.ts';

export interface SpeechRoomParts {
  readonly settings: ServerSpeechSettings;
  readonly own: OwnEngines;
  /** Counted already. */
  readonly engines: EngineDirectory & EngineMakers;
  readonly database: Database;
  readonly sealer: Sealer;
  /** Undefined: sentences are kept in this process's memory alone. */
  readonly redis: Redis | undefined;
  /** What tenants' accounts may reach. */
  readonly guard: ConnectionGuard;
  readonly clock: Clock;
  readonly onError: (error: unknown, context: string) => void;
}

export interface SpeechRoom {
  readonly speech: ServerSpeech;
  readonly router: SpeechRouter;
  readonly routes: readonly HandledRoute[];
  readonly settingsCheck: SettingsCheck;
  /** Agents that were just published are made ready to be called. */
  readonly agents: Pick<ReadyAgents, 'add' | 'know'>;
  /** For lists to choose from. */
  voicesOf(organizationId: string, language: string | undefined): Promise<readonly ListedVoice[]>;
  /** Whether a tenant may name it. @throws WireError `speech_invalid` */
  checkEngine(organizationId: string, kind: SpeechKind, engine: string): Promise<void>;
  /** For conversations: what they take is counted, and written when they are over. */
  readonly speechFor: SpeechFor;
  /** Counts what one request outside of conversations takes; written once it is over. */
  count(organizationId: string): RequestUsage;
  /** Sums by day. */
  readonly usageDays: UsageRepository['days'];
  /** Resolves when all engines are closed, and what was taken of them is written. */
  close(): Promise<void>;
}

/** Who listens and speaks, for whom, with whose accounts, and at what cost. */
export function createSpeechRoom(parts: SpeechRoomParts): SpeechRoom {
  const { settings, own, engines, database, sealer, redis, guard, clock, onError } = parts;
  const memory = settings.cacheBytes === 0 ? undefined : createMemorySpeechCache({ maxBytes: settings.cacheBytes });
  const alwaysSaid = createAlwaysSaid();
  const router = createSpeechRouter({
    clock,
    onError,
    server: { recognizers: own.recognizers, voices: own.synthesizers, accounts: own.accounts },
    engines,
    isPersonal: (text, { organizationId }) => !alwaysSaid.has(text, organizationId),
    cache: memory === undefined || redis === undefined ? memory : createRedisSpeechCache(memory, redis, sealer),
  });
  const repository = createProviderAccountsRepository(database, sealer);
  const accounts = createOrganizationAccounts({
    repository,
    server: own.accounts,
    lookup: tenantLookup(guard),
    onError,
  });
  const organizations = createOrganizationSpeech(createOrganizationSpeechRepository(database), onError);
  const speech = createServerSpeech({
    router,
    accounts,
    settings: organizations,
    server: {
      engines: { recognizers: own.recognizers, voices: own.synthesizers },
      accounts: own.accounts,
      prices: settings.prices,
      directory: engines,
    },
  });
  const usages = createUsageRepository(database);
  const usage = createUsageWriter(usages, onError);
  const now = () => new Date(clock.epochMs());
  const ownEngines = [...own.recognizers, ...own.synthesizers];
  const reserved = reservedFor(ownEngines);
  const check = async (organizationId: string, wishes: SpeechWishes) => {
    const known = { wishes, accounts: await accounts.of(organizationId), directory: engines, ownEngines };
    refuseChoices(choiceProblems({ ...known, languages: [] }));
  };

  const agents = createReadyAgents({ speech, router, alwaysSaid, onError });
  return {
    speech,
    router,
    agents,
    routes: providerRoutes({ providers, repository, accounts, server: own.accounts, guard }),
    settingsCheck: {
      check: async (organizationId, { speech: wishes }) => {
        if (wishes !== undefined) await check(organizationId, wishes);
      },
      changed: (organizationId) => organizations.forget(organizationId),
    },
    voicesOf: async (organizationId, language) =>
      listVoicesOf({
        router,
        own: own.synthesizers,
        isReserved: (engine) => reserved('synthesizer', engine) !== undefined,
        organizationId,
        settings: await organizations.of(organizationId),
        accounts: await accounts.of(organizationId),
        language,
      }),
    checkEngine: (organizationId, kind, engine) =>
      check(organizationId, kind === 'recognizer' ? { recognizers: [engine] } : { voices: [engine] }),
    speechFor: async ({ id, organizationId, agentId, flowId }, hosted) => {
      const { agent, speech: wishes } = hosted;
      agents.know(hosted, organizationId);
      const meter = createUsageMeter(await speech.pricesOf(organizationId));
      const use = { organizationId, conversationId: id, agentId, onUsage: meter.speech };
      const stayId = randomUUID();
      return {
        ...(await speech.open(use, { language: agent.language, speech: wishes, isServers: flowId === undefined })),
        metered: (bare) => metered(bare, meter),
        onClosed: () =>
          usage.write({ organizationId, conversationId: id, stayId, endedAt: now(), lines: meter.lines() }),
      };
    },
    count: (organizationId) =>
      countRequest((lines) =>
        usage.write({ organizationId, conversationId: undefined, stayId: randomUUID(), endedAt: now(), lines }),
      ),
    usageDays: usages.days,
    close: async () => {
      await agents.close();
      await router.close();
      await usage.close();
    },
  };
}
