import type { Recognizer } from '@parley/engine/ports/recognizer.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { z } from 'zod';
import { anthropicProvider } from './anthropic/anthropic-provider.ts';
import { azureOpenaiProvider } from './azure-openai/azure-openai-provider.ts';
import { azureSpeechProvider } from './azure-speech/azure-speech-provider.ts';
import { deepgramProvider } from './deepgram/deepgram-provider.ts';
import { elevenLabsProvider } from './elevenlabs/elevenlabs-provider.ts';
import { embeddedProvider } from './embedded/embedded-provider.ts';
import { espeakProvider } from './espeak/espeak-provider.ts';
import type { LanguageModel } from './language-models/language-model.ts';
import { openaiProvider } from './openai/openai-provider.ts';
import { openaiCompatibleProvider } from './openai-compatible/openai-compatible-provider.ts';
import { contextOf } from './provider/guarded-account.ts';
import { speaksLanguage } from './provider/languages.ts';
import type {
  EngineContext,
  LanguageModelEngine,
  Provider,
  RecognizerEngine,
  SynthesizerEngine,
} from './provider/provider.ts';
import { rivaProvider } from './riva/riva-provider.ts';
import { scriptedProvider } from './scripted/scripted-provider.ts';
import { sherpaProvider } from './sherpa/sherpa-provider.ts';
import { SpeechError } from './speech-error.ts';

/** All providers, in the order in which people see them. A new one is one line here and one above. */
export const providers: readonly Provider[] = [
  embeddedProvider,
  espeakProvider,
  deepgramProvider,
  elevenLabsProvider,
  azureSpeechProvider,
  rivaProvider,
  sherpaProvider,
  openaiProvider,
  azureOpenaiProvider,
  openaiCompatibleProvider,
  anthropicProvider,
  scriptedProvider,
];

/** An engine by its name, with the options that whoever chose it wrote. */
export interface EngineChoice {
  readonly name: string;
  /** As the engine's `options` take them; left out: its defaults. */
  readonly options?: Readonly<Record<string, unknown>>;
}

interface EngineKinds {
  readonly recognizer: RecognizerEngine;
  readonly synthesizer: SynthesizerEngine;
  readonly languageModel: LanguageModelEngine;
}
export type EngineKind = keyof EngineKinds;

/**
 * The engine of a name and the provider whose account it needs.
 * @throws SpeechError `provider_unknown`, with those that there are
 */
export function findEngine<Kind extends EngineKind>(
  kind: Kind,
  name: string,
): { readonly provider: Provider; readonly engine: EngineKinds[Kind] } {
  const found = listEngines(kind).find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = listEngines(kind).map((one) => one.name);
  throw new SpeechError('provider_unknown', `"${name}" is not one of ${names.join(', ')}.`);
}

/** All engines of a kind, in the order of their providers. */
export function listEngines<Kind extends EngineKind>(
  kind: Kind,
): readonly { readonly name: string; readonly provider: Provider; readonly engine: EngineKinds[Kind] }[] {
  return providers.flatMap((provider) =>
    Object.entries(enginesOf(provider)[kind]).map(([name, engine]) => ({ name, provider, engine })),
  );
}

function enginesOf(provider: Provider): { readonly [Kind in EngineKind]: Readonly<Record<string, EngineKinds[Kind]>> } {
  return {
    recognizer: provider.recognizers,
    synthesizer: provider.synthesizers,
    languageModel: provider.languageModels,
  };
}

/** What each provider is reached with: by provider name, as `Provider.account` takes it. */
export type Accounts = Readonly<Record<string, unknown>>;

/** The settings of all providers, for the one place where the environment is read. */
export const providerSettings: Readonly<Record<string, z.ZodType>> = Object.assign(
  {},
  ...providers.map(({ settings }) => settings),
);

/** The accounts that the environment's settings come to. */
export function accountsOf(settings: Readonly<Record<string, unknown>>): Accounts {
  return Object.fromEntries(
    providers.flatMap((provider) => {
      const account = provider.accountOf(settings);
      return account === undefined ? [] : [[provider.name, account]];
    }),
  );
}

/** @throws SpeechError `provider_unknown`, `account_missing`, `account_invalid`, `options_invalid`, or what the engine lacks */
export function createRecognizer(choice: EngineChoice, accounts: Accounts, context: EngineContext): Recognizer {
  const { provider, engine } = findEngine('recognizer', choice.name);
  return made(provider, engine, choice, accounts, context);
}

/** @throws SpeechError as `createRecognizer`, and `program_missing` */
export function createSynthesizer(choice: EngineChoice, accounts: Accounts, context: EngineContext): Synthesizer {
  const { provider, engine } = findEngine('synthesizer', choice.name);
  return made(provider, engine, choice, accounts, context);
}

/** Makes no request; a wrong key shows with the first one. @throws SpeechError as `createRecognizer` */
export function createLanguageModel(choice: EngineChoice, accounts: Accounts, context: EngineContext): LanguageModel {
  const { provider, engine } = findEngine('languageModel', choice.name);
  return made(provider, engine, choice, accounts, context);
}

/** By the look-up that the account is held to, if it is a tenant's. */
function made<Part>(
  provider: Provider,
  engine: { create(account: unknown, options: unknown, context: EngineContext): Part },
  { options }: EngineChoice,
  accounts: Accounts,
  context: EngineContext,
): Part {
  const account = accountFor(provider, accounts);
  return engine.create(account, options ?? {}, contextOf(account, context));
}

/**
 * Refuses a language that an engine does not know, and names those that do.
 * @throws SpeechError `language_not_supported`, `provider_unknown`, `options_invalid`
 */
export function requireLanguage(kind: 'recognizer' | 'synthesizer', choice: EngineChoice, language: string): void {
  const { engine } = findEngine(kind, choice.name);
  if (speaksLanguage(engine.languagesOf(choice.options ?? {}), language)) return;
  const others = enginesFor(kind, language);
  throw new SpeechError(
    'language_not_supported',
    `${engine.title} does not know ${language}. ${others.length === 0 ? 'None of the others does.' : `These do: ${others.join(', ')}.`}`,
  );
}

/** Names of the engines that know a language with their default options; those whose languages are up to whoever runs them last. */
export function enginesFor(kind: 'recognizer' | 'synthesizer', language: string): readonly string[] {
  const known = listEngines(kind).flatMap(({ name, engine }) => {
    const languages = languagesOrNone(engine);
    return languages !== undefined && speaksLanguage(languages, language) ? [{ name, isAny: languages === 'any' }] : [];
  });
  return [...known.filter(({ isAny }) => !isAny), ...known.filter(({ isAny }) => isAny)].map(({ name }) => name);
}

/** Undefined for an engine that cannot do without options (a folder, an address): nothing is known of it. */
function languagesOrNone(engine: RecognizerEngine | SynthesizerEngine) {
  try {
    return engine.languagesOf({});
  } catch {
    return undefined;
  }
}

/**
 * An engine as people write it: its name, and options behind a question mark: `deepgram?model=nova-2&endpointing=300`.
 */
export function parseEngineChoice(text: string): EngineChoice {
  const at = text.indexOf('?');
  if (at < 0) return { name: text.trim() };
  return { name: text.slice(0, at).trim(), options: Object.fromEntries(new URLSearchParams(text.slice(at + 1))) };
}

/** What can be chosen, for consoles and messages. */
export function listProviders() {
  return providers.map(({ name, title, account, recognizers, synthesizers, languageModels }) => ({
    name,
    title,
    accountSchema: z.toJSONSchema(account, { io: 'input' }),
    recognizers: described(recognizers),
    synthesizers: described(synthesizers),
    languageModels: described(languageModels),
  }));
}

function described(engines: Readonly<Record<string, { readonly title: string; readonly options: z.ZodType }>>) {
  return Object.entries(engines).map(([name, { title, options }]) => ({
    name,
    title,
    optionsSchema: z.toJSONSchema(options, { io: 'input' }),
  }));
}

/** What a provider is reached with. @throws SpeechError `account_missing`, with the settings that make one */
export function accountFor(provider: Provider, accounts: Accounts): unknown {
  const account = Object.hasOwn(accounts, provider.name) ? accounts[provider.name] : provider.accountOf({});
  if (account !== undefined) return account;
  const names = Object.keys(provider.settings);
  throw new SpeechError(
    'account_missing',
    `${provider.title}: set what it needs of ${names.join(', ')} (docs/providers.md).`,
  );
}
