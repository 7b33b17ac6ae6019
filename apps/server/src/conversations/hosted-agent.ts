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
  /** Its language is heard and spoken here; otherwise it is talked to in text. */
  readonly hasVoice: boolean;
}
