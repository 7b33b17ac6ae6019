import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';
import type { AgentSpeechSettings } from '@parley/contract/speech-settings.ts';
import type { NodeParts } from './node-parts.ts';

/** What the agent is used with. */
export interface KnownParts {
  /** Names of the tools and integrations that it has. */
  readonly tools: readonly string[];
  /** Whether a language model is configured: it takes model steps, and tells intents that have no examples. */
  readonly hasModel: boolean;
  /** What is to be said of the engines that it names for its ears and voices; left out where nobody knows of engines. */
  readonly checkSpeech?: ((speech: AgentSpeechSettings, language: string) => SpeechFindings) | undefined;
}

/** Each in a sentence. */
export interface SpeechFindings {
  /** Why nobody would listen or speak in the language. */
  readonly errors: readonly string[];
  /** Who is passed over, and why. */
  readonly warnings: readonly string[];
}

/** The names that a definition gives to things; what others refer to must be among them. */
export interface KnownNames {
  readonly slots: ReadonlySet<string>;
  readonly intents: ReadonlySet<string>;
  readonly lists: ReadonlySet<string>;
  readonly flows: ReadonlySet<string>;
  readonly facts: ReadonlySet<string>;
  readonly tools: ReadonlySet<string>;
  /** Names under which any node of the agent keeps a result. */
  readonly results: ReadonlySet<string>;
  readonly hasModel: boolean;
}

export function knownNames(definition: AgentDefinition, known: KnownParts, parts: Iterable<NodeParts>): KnownNames {
  // The platform's own sentences tell what they are about there.
  const results = new Set(['system']);
  for (const { keeps } of parts) for (const name of keeps) results.add(name);
  return {
    slots: new Set(Object.keys(definition.slots)),
    intents: new Set(Object.keys(definition.intents)),
    lists: new Set(Object.keys(definition.lists)),
    flows: new Set(Object.keys(definition.flows)),
    facts: new Set(Object.keys(definition.facts)),
    tools: new Set(known.tools),
    results,
    hasModel: known.hasModel,
  };
}
