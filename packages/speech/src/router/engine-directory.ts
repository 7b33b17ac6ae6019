import type { Recognizer } from '@parley/engine/ports/recognizer.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import type { EngineContext, Provider, RecognizerEngine, SynthesizerEngine } from '../provider/provider.ts';
import type { Accounts, EngineChoice } from '../registry.ts';

export type SpeechKind = 'recognizer' | 'synthesizer';

/** What the router and its plans know of the providers: the registry, or what a test puts in its place. */
export interface EngineDirectory {
  /** @throws SpeechError `provider_unknown` */
  findEngine(
    kind: SpeechKind,
    name: string,
  ): {
    readonly provider: Pick<Provider, 'name' | 'title'>;
    readonly engine: Pick<RecognizerEngine | SynthesizerEngine, 'title' | 'languagesOf'>;
  };
  /** What the engine's provider is reached with. @throws SpeechError `account_missing` */
  accountFor(kind: SpeechKind, name: string, accounts: Accounts): unknown;
  /** Names of the engines that know a language. */
  enginesFor(kind: SpeechKind, language: string): readonly string[];
}

/** Makes engines; no request is made yet. Throws SpeechError. */
export interface EngineMakers {
  createRecognizer(choice: EngineChoice, accounts: Accounts, context: EngineContext): Recognizer;
  createSynthesizer(choice: EngineChoice, accounts: Accounts, context: EngineContext): Synthesizer;
}

/** An engine as people write it, its options in the order of their names: the same text for the same engine. */
export function writeEngineChoice({ name, options }: EngineChoice): string {
  const entries = Object.entries(options ?? {});
  if (entries.length === 0) return name;
  const parameters = new URLSearchParams(entries.map(([key, value]): [string, string] => [key, String(value)]));
  parameters.sort();
  return `${name}?${parameters}`;
}
