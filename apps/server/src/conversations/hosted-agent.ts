import type { Agent } from '@parley/engine/ports/agent.ts';
import type { RecognizerVocabulary } from '@parley/engine/ports/recognizer.ts';

/** An agent with what the house needs to offer it. */
export interface HostedAgent {
  readonly agent: Agent;
  readonly name: string;
  readonly vocabulary: RecognizerVocabulary;
  /** A first sentence to suggest to somebody who does not know what to say. */
  readonly greetingHint: string;
}
