import type { Calendar } from '@parley/agent-receptionist/availability/calendar.ts';
import type { BuildOptions } from '@parley/dialogue/flow/build-agent.ts';
import type { FlowParts, HandOff } from '@parley/dialogue/flow/runner/parts.ts';
import type { KnownParts } from '@parley/dialogue/flow/validation/known-names.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { IntegrationCall } from '@parley/integrations/ports.ts';
import type { LanguageModel } from '@parley/speech/language-models/language-model.ts';
import type { Config } from '../config.ts';
import type { HostedAgent } from '../conversations/hosted-agent.ts';

/** What the agents of a server are made of. */
export interface AgentParts {
  readonly config: Config;
  /** The appointments of an organization's shop. */
  readonly calendarFor: (organizationId: string) => Calendar;
  /** What every flow has besides its tools: code steps, a language model where one is configured, and people who may take over. */
  readonly flowParts: Pick<FlowParts, 'code' | 'model' | 'handOff'>;
  /** Asks people to take over. */
  readonly handOff: HandOff;
  /** What their classifiers may use besides training. */
  readonly understanding: Pick<BuildOptions, 'embedder' | 'onEmbedderFailure'>;
  /** Whether the engines that they name can be used on this server. */
  readonly checkSpeech: KnownParts['checkSpeech'];
  /** For agents that are a language model with tools; undefined where none is configured. */
  readonly languageModel: LanguageModel | undefined;
  readonly clock: Clock;
  /** Told of each use of an outside system, without secrets. */
  readonly onIntegrationCall: (call: IntegrationCall) => void;
  readonly onError: (error: unknown, context: string) => void;
  /** Takes what must be closed at the end, also when a later agent cannot be made. */
  own(close: () => Promise<void> | void): void;
}

/** One agent or several, by the ids that conversations are opened with. */
export type CreateHostedAgents = (parts: AgentParts) => Promise<Readonly<Record<string, HostedAgent>>>;
