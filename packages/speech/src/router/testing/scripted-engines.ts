import type { Recognizer } from '@parley/engine/ports/recognizer.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { speaksLanguage } from '../../provider/languages.ts';
import type { Accounts, EngineChoice } from '../../registry.ts';
import { SpeechError } from '../../speech-error.ts';
import type { EngineDirectory, EngineMakers } from '../engine-directory.ts';

interface ScriptedEngines {
  readonly recognizers?: Readonly<Record<string, (choice: EngineChoice, account: unknown) => Recognizer>>;
  readonly voices?: Readonly<Record<string, (choice: EngineChoice, account: unknown) => Synthesizer>>;
  /** By engine; left out: `en`. */
  readonly languages?: Readonly<Record<string, readonly string[]>>;
  /** Providers that need an account; others do without. Each engine is of the provider of its name up to the first `-`. */
  readonly paid?: readonly string[];
}

/** A registry of engines that tests make, and how many were made. */
export function createScriptedEngines({ recognizers = {}, voices = {}, languages = {}, paid = [] }: ScriptedEngines) {
  const made: string[] = [];
  const providerOf = (name: string) => name.split('-')[0] ?? name;
  const languagesOf = (name: string) => languages[name] ?? ['en'];
  const accountFor = (name: string, accounts: Accounts): unknown => {
    const provider = providerOf(name);
    if (Object.hasOwn(accounts, provider)) return accounts[provider];
    if (paid.includes(provider))
      throw new SpeechError('account_missing', `${provider}: set ${provider.toUpperCase()}_KEY.`);
    return {};
  };
  const make = <Part>(
    from: Readonly<Record<string, (choice: EngineChoice, account: unknown) => Part>>,
    choice: EngineChoice,
    accounts: Accounts,
  ): Part => {
    const create = from[choice.name];
    if (create === undefined) throw new SpeechError('provider_unknown', choice.name);
    made.push(choice.name);
    return create(choice, accountFor(choice.name, accounts));
  };
  const engines: EngineDirectory & EngineMakers & { readonly made: readonly string[] } = {
    made,
    findEngine(kind, name) {
      if (!Object.hasOwn(kind === 'recognizer' ? recognizers : voices, name)) {
        throw new SpeechError('provider_unknown', `"${name}" is not there.`);
      }
      const provider = { name: providerOf(name), title: providerOf(name) };
      return { provider, engine: { title: `The ${name}`, languagesOf: () => languagesOf(name) } };
    },
    accountFor: (_kind, name, accounts) => accountFor(name, accounts),
    enginesFor: (kind, language) =>
      Object.keys(kind === 'recognizer' ? recognizers : voices).filter((name) =>
        speaksLanguage(languagesOf(name), language),
      ),
    createRecognizer: (choice, accounts) => make(recognizers, choice, accounts),
    createSynthesizer: (choice, accounts) => make(voices, choice, accounts),
  };
  return engines;
}
