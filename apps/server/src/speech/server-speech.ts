import type { AgentSpeechSettings, SpeechPrices } from '@parley/contract/speech-settings.ts';
import type { SpeechFindings } from '@parley/dialogue/flow/validation/known-names.ts';
import type { Recognizer, RecognizerVocabulary } from '@parley/engine/ports/recognizer.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import type { Accounts } from '@parley/speech/registry.ts';
import type { EngineDirectory, SpeechKind } from '@parley/speech/router/engine-directory.ts';
import { planSpeech, type SpeechLayers, type SpeechPlan, type SpeechWishes } from '@parley/speech/router/plan.ts';
import type { SpeechRouter } from '@parley/speech/router/speech-router.ts';
import type { SpeechScope } from '@parley/speech/router/speech-scope.ts';
import { SpeechError } from '@parley/speech/speech-error.ts';
import { absentSpeech } from './absent-speech.ts';
import { reservedChoices, reservedFor } from './check-choices.ts';
import type { OrganizationAccounts } from './organization-accounts.ts';
import type { OrganizationSpeech } from './organization-speech.ts';

/** Of an agent, what its ears and voices depend on. */
export interface SpokenAgent {
  /** BCP 47. */
  readonly language: string;
  readonly speech?: AgentSpeechSettings | undefined;
  /** It ships, or stands in a folder: whoever runs the server wrote it, and may name engines with any options. */
  readonly isServers?: boolean | undefined;
}

/** One conversation, or one request outside of any. */
export interface SpeechUse {
  readonly organizationId: string;
  readonly conversationId: string | undefined;
  readonly agentId: string | undefined;
  readonly onUsage: SpeechScope['onUsage'];
}

/** Who listens and speaks for whom: the router, by what the server, its organizations and their agents say. */
export interface ServerSpeech {
  /**
   * @param needs what of it will be used; the other half of the plan is not to be relied on
   * @throws SpeechError why nobody can listen or speak; WireError `storage_unavailable`
   */
  scopeFor(use: SpeechUse, agent: SpokenAgent, needs?: SpeechKind): Promise<SpeechScope>;
  /**
   * Ear and voice. Where nobody can listen or speak, parts that say so when they are used: the conversation goes on in text.
   * @throws WireError `storage_unavailable`
   */
  open(
    use: SpeechUse,
    agent: SpokenAgent,
  ): Promise<{ readonly isSpoken: boolean; readonly recognizer: Recognizer; readonly synthesizer: Synthesizer }>;
  /** Ear or voice alone. @throws as `scopeFor` */
  openPart(
    use: SpeechUse,
    agent: SpokenAgent,
    needs: SpeechKind,
  ): Promise<{ readonly recognizer: Recognizer; readonly synthesizer: Synthesizer }>;
  /** Whether it can be talked to in the organization. */
  isSpokenFor(organizationId: string, agent: SpokenAgent): Promise<boolean>;
  /**
   * Resolves when what listens knows the agent's words.
   * @param organizationId undefined: the server's own engines, with its own accounts
   * @throws as `SpeechRouter.prepare`, and SpeechError when nobody can listen or speak
   */
  prepare(
    organizationId: string | undefined,
    agent: SpokenAgent,
    vocabulary: RecognizerVocabulary,
    signal: AbortSignal,
  ): Promise<void>;
  /** By the server's own engines alone. */
  canSpeak(agent: SpokenAgent): boolean;
  /** For the check of agents that organizations make: what is wrong with them must not be published. */
  checkFor(organizationId: string): Promise<(speech: AgentSpeechSettings, language: string) => SpeechFindings>;
  /** The same by the server's own engines alone, for agents of folders. */
  check(speech: AgentSpeechSettings, language: string): SpeechFindings;
  readonly pricesOf: (organizationId: string) => Promise<SpeechPrices | undefined>;
}

export interface ServerSpeechParts {
  readonly router: SpeechRouter;
  readonly accounts: OrganizationAccounts;
  readonly settings: OrganizationSpeech;
  /** Of the environment. */
  readonly server: {
    readonly engines: SpeechLayers['server'];
    readonly accounts: Accounts;
    readonly prices: SpeechPrices | undefined;
    readonly directory: EngineDirectory;
  };
}

export function createServerSpeech({ router, accounts, settings, server }: ServerSpeechParts): ServerSpeech {
  const known = async (organizationId: string | undefined) => {
    if (organizationId === undefined) return { accounts: server.accounts, organization: undefined };
    const [own, organization] = await Promise.all([accounts.of(organizationId), settings.of(organizationId)]);
    return { accounts: own, organization };
  };
  const ownEngines = [...server.engines.recognizers, ...server.engines.voices];
  const refusal = reservedFor(ownEngines);
  const planFor = async (
    organizationId: string | undefined,
    { language, speech, isServers = false }: SpokenAgent,
    needs?: SpeechKind,
  ) => {
    const { accounts: own, organization } = await known(organizationId);
    const directory = needs === undefined ? server.directory : halfOf(server.directory, needs);
    // Whatever was checked when it was written: an earlier version may have let through what reaches into this machine.
    const refuses: SpeechLayers['refuses'] = (by, kind, engine) =>
      by === 'agent' && isServers ? undefined : refusal(kind, engine);
    const of = (wishes: SpeechWishes | undefined) => (needs === undefined ? wishes : halfOfWishes(wishes, needs));
    const layers = { server: server.engines, organization: of(organization), agent: of(speech), refuses };
    const plan = planSpeech(layers, language, own, directory);
    return { plan, accounts: own, organization };
  };
  const scopeFor: ServerSpeech['scopeFor'] = async (use, agent, needs) => {
    const { plan, accounts: own, organization } = await planFor(use.organizationId, agent, needs);
    return {
      ...use,
      plan,
      accounts: own,
      limits: limitsOfOwn(organization?.limits, own, server.accounts),
      prices: organization?.prices ?? server.prices,
    };
  };

  return {
    scopeFor,
    open: async (use, agent) => {
      try {
        return { ...router.forConversation(await scopeFor(use, agent)), isSpoken: true };
      } catch (error) {
        if (!(error instanceof SpeechError)) throw error;
        return { ...absentSpeech(error), isSpoken: false };
      }
    },
    openPart: async (use, agent, needs) => router.forConversation(await scopeFor(use, agent, needs)),
    isSpokenFor: async (organizationId, agent) => {
      try {
        await planFor(organizationId, agent);
        return true;
      } catch (error) {
        if (error instanceof SpeechError) return false;
        throw error;
      }
    },
    prepare: async (organizationId, agent, vocabulary, signal) => {
      const { plan, accounts: own, organization } = await planFor(organizationId, agent);
      const limits = limitsOfOwn(organization?.limits, own, server.accounts);
      await router.prepare(vocabulary, [{ plan, use: { accounts: own, limits } }], signal);
    },
    checkFor: async (organizationId) => {
      const { accounts: own, organization } = await known(organizationId);
      return (agent, language) => {
        const reserved = reservedChoices(agent, ownEngines).map(({ message }) => message);
        if (reserved.length > 0) return { errors: reserved, warnings: [] };
        return findings(() => router.plan({ organization, agent }, language, own));
      };
    },
    check: (agent, language) => findings(() => router.plan({ agent }, language, server.accounts)),
    canSpeak: ({ language, speech: agent }) =>
      findings(() => router.plan({ agent }, language, server.accounts)).errors.length === 0,
    pricesOf: async (organizationId) => (await settings.of(organizationId))?.prices ?? server.prices,
  };
}

/** How much of its own accounts an organization uses at once is for it to say; of the server's for the server. */
function limitsOfOwn(limits: SpeechScope['limits'], own: Accounts, servers: Accounts): SpeechScope['limits'] {
  if (limits === undefined) return undefined;
  return Object.fromEntries(Object.entries(limits).filter(([provider]) => own[provider] !== servers[provider]));
}

/** For whoever wants an ear or a voice alone: of the other kind anybody will do, since nobody is asked. */
function halfOf(directory: EngineDirectory, needs: SpeechKind): EngineDirectory {
  return {
    findEngine: (kind, name) => {
      const found = directory.findEngine(kind, name);
      return kind === needs ? found : { ...found, engine: { title: found.engine.title, languagesOf: () => 'any' } };
    },
    accountFor: (kind, name, accounts) => (kind === needs ? directory.accountFor(kind, name, accounts) : {}),
    enginesFor: (kind, language) => directory.enginesFor(kind, language),
  };
}

/** Of the other kind what the server names: nothing that is named besides must stand in the way. */
function halfOfWishes(wishes: SpeechWishes | undefined, needs: SpeechKind): SpeechWishes | undefined {
  if (wishes === undefined) return undefined;
  const half = ({ recognizers, voices }: SpeechWishes) => (needs === 'recognizer' ? { recognizers } : { voices });
  const { fallbacks, cache, hedge, by_locale: byLocale = {} } = wishes;
  const byLocaleHalf = Object.fromEntries(Object.entries(byLocale).map(([locale, named]) => [locale, half(named)]));
  return { ...half(wishes), fallbacks, cache, hedge, by_locale: byLocaleHalf };
}

function findings(plan: () => SpeechPlan): SpeechFindings {
  try {
    return { errors: [], warnings: plan().leftOut.map(({ message }) => message) };
  } catch (error) {
    if (error instanceof SpeechError) return { errors: [error.message], warnings: [] };
    throw error;
  }
}
