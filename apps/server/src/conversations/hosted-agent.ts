import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';
import type { AgentSpeechSettings } from '@parley/contract/speech-settings.ts';
import type { IntentClassifier } from '@parley/dialogue/nlu/intent-classifier.ts';
import type { Agent } from '@parley/engine/ports/agent.ts';
import type { RecognizerVocabulary } from '@parley/engine/ports/recognizer.ts';

/** An agent with what the house needs to offer it. */
export interface HostedAgent {
  readonly agent: Agent;
  readonly name: string;
  /** What it is for, in a sentence. */
  readonly description: string;
  readonly vocabulary: RecognizerVocabulary;
  /** First sentences to suggest to somebody who does not know what to say. */
  readonly suggestions: readonly string[];
  /** What it says itself about who listens and speaks; the organization's settings, or the server's, hold where it is left out. */
  readonly speech?: AgentSpeechSettings | undefined;
  /** Whether its calls are recorded, where the organization leaves that to agents; not when left out. */
  readonly records?: boolean | undefined;
  /** What a flow agent understands with, for whoever asks what a text means to it; undefined for language models. */
  readonly understanding?: {
    readonly definition: AgentDefinition;
    /** By base language: `en`. */
    readonly classifiers: ReadonlyMap<string, IntentClassifier>;
  };
  /** The same agent in the organization's own world (its calendar); undefined where this one is it. */
  readonly forOrganization?: (organizationId: string) => Promise<HostedAgent> | undefined;
}
