import { primaryLanguage, speaksLanguage } from '../provider/languages.ts';
import { type Accounts, type EngineChoice, parseEngineChoice } from '../registry.ts';
import { SpeechError } from '../speech-error.ts';
import { type EngineDirectory, type SpeechKind, writeEngineChoice } from './engine-directory.ts';

/** Engines as people write them; a voice may name the one of the engine's catalogue. */
interface EngineWishes {
  readonly recognizers?: readonly string[] | undefined;
  readonly voices?: readonly (string | { readonly engine: string; readonly voice?: string | undefined })[] | undefined;
}

/** What an organization or an agent says, in the form of the contract's `SpeechSettings` and `AgentSpeechSettings`. */
export interface SpeechWishes extends EngineWishes {
  readonly by_locale?: Readonly<Record<string, EngineWishes>> | undefined;
  readonly fallbacks?: 'none' | 'server' | undefined;
  readonly cache?: boolean | undefined;
  readonly hedge?: boolean | undefined;
}

/** Whose word counts: the agent's before its organization's before the server's. */
export interface SpeechLayers {
  readonly server: {
    readonly recognizers: readonly string[];
    readonly voices: readonly string[];
  };
  readonly organization?: SpeechWishes | undefined;
  readonly agent?: SpeechWishes | undefined;
  /**
   * Why organization or agent may not have an engine as they name it; undefined where they may. Asked of each, also of those that were
   * looked at when they were written down: what may be named can have changed since.
   */
  readonly refuses?:
    | ((by: 'organization' | 'agent', kind: SpeechKind, engine: string) => string | undefined)
    | undefined;
}

export interface PlannedEngine {
  /** As people write it, the same text for the same engine: for records, metrics and prices. */
  readonly id: string;
  readonly choice: EngineChoice;
  readonly provider: string;
}

export interface PlannedVoice extends PlannedEngine {
  /** In the engine's own catalogue. */
  readonly voice: string | undefined;
}

/** What listens and speaks in a conversation, in order of preference. */
export interface SpeechPlan {
  readonly language: string;
  readonly recognizers: readonly PlannedEngine[];
  readonly voices: readonly PlannedVoice[];
  readonly cache: boolean;
  readonly hedge: boolean;
  /** Named and not used, and why: to be shown to whoever named it. */
  readonly leftOut: readonly LeftOut[];
}

export interface LeftOut {
  readonly kind: SpeechKind;
  readonly engine: string;
  readonly reason:
    | 'provider_unknown'
    | 'options_invalid'
    | 'account_missing'
    | 'language_not_supported'
    | 'options_reserved';
  /** In a sentence. */
  readonly message: string;
}

/**
 * Who listens and who speaks in a conversation of a language. The most specific word counts, for ears and for voices by themselves: the
 * agent's for the locale, for the language, for all; then the organization's in the same order; then the server's. Behind engines of
 * an organization or agent the server's stand in only where it is said so.
 *
 * @throws SpeechError `language_not_supported` (names who has it) or the reason of the first that was left out, when nobody is left
 */
export function planSpeech(
  layers: SpeechLayers,
  language: string,
  accounts: Accounts,
  directory: EngineDirectory,
): SpeechPlan {
  const leftOut: LeftOut[] = [];
  const usable = (kind: SpeechKind, wished: readonly Wish[]): readonly PlannedVoice[] => {
    const before = leftOut.length;
    const planned = wished.flatMap((wish) => {
      const engine = refused(kind, wish, layers) ?? planEngine(kind, wish, language, accounts, directory);
      if ('reason' in engine) leftOut.push(engine);
      return 'reason' in engine ? [] : [engine];
    });
    if (planned.length === 0) throw nobodyLeft(kind, language, leftOut.slice(before), directory);
    return planned;
  };
  const { server, organization, agent } = layers;
  const serverVoices = server.voices.map((engine) => ({ engine, voice: undefined }));
  return {
    language,
    recognizers: usable(
      'recognizer',
      wishedFor(layers, language, ({ recognizers }) => recognizers?.map(asWish), server.recognizers.map(asWish)),
    ),
    voices: usable(
      'synthesizer',
      wishedFor(layers, language, ({ voices }) => voices?.map(asWish), serverVoices),
    ),
    cache: agent?.cache ?? organization?.cache ?? true,
    hedge: agent?.hedge ?? organization?.hedge ?? false,
    leftOut,
  };
}

/**
 * What is wrong with the engines that someone names, for each locale that they name some for: to be told when settings are written.
 * @param languages those in which the engines named for no locale in particular must be of use; empty: they are looked for only
 */
export function checkSpeechWishes(
  wishes: SpeechWishes,
  languages: readonly string[],
  accounts: Accounts,
  directory: EngineDirectory,
): readonly LeftOut[] {
  const check = (named: EngineWishes, language: string | undefined) => {
    const of = (kind: SpeechKind, wished: readonly Wish[] | undefined) =>
      (wished ?? []).flatMap((wish) => {
        const engine = planEngine(kind, wish, language, accounts, directory);
        return 'reason' in engine ? [engine] : [];
      });
    return [...of('recognizer', named.recognizers?.map(asWish)), ...of('synthesizer', named.voices?.map(asWish))];
  };
  const forAll = (languages.length === 0 ? [undefined] : languages).flatMap((language) => check(wishes, language));
  return [...forAll, ...Object.entries(wishes.by_locale ?? {}).flatMap(([locale, named]) => check(named, locale))];
}

interface Wish {
  readonly engine: string;
  readonly voice: string | undefined;
  /** Undefined: the server. */
  readonly by?: 'organization' | 'agent';
}

function refused(kind: SpeechKind, { by, engine: written }: Wish, { refuses }: SpeechLayers): LeftOut | undefined {
  if (by === undefined) return undefined;
  const engine = writeEngineChoice(parseEngineChoice(written));
  const message = refuses?.(by, kind, engine);
  return message === undefined ? undefined : { kind, engine, reason: 'options_reserved', message };
}

function asWish(written: string | { readonly engine: string; readonly voice?: string | undefined }): Wish {
  return typeof written === 'string' ? { engine: written, voice: undefined } : { voice: undefined, ...written };
}

function wishedFor(
  { organization, agent }: SpeechLayers,
  language: string,
  of: (wishes: EngineWishes) => readonly Wish[] | undefined,
  server: readonly Wish[],
): readonly Wish[] {
  for (const by of ['agent', 'organization'] as const) {
    const wishes = by === 'agent' ? agent : organization;
    if (wishes === undefined) continue;
    for (const named of mostSpecificFirst(wishes, language)) {
      const wished = of(named)?.map((wish) => ({ ...wish, by }));
      if (wished === undefined) continue;
      const fallbacks = agent?.fallbacks ?? organization?.fallbacks ?? 'none';
      if (fallbacks === 'none') return wished;
      const ids = new Set(wished.map(({ engine }) => engine));
      return [...wished, ...server.filter(({ engine }) => !ids.has(engine))];
    }
  }
  return server;
}

function* mostSpecificFirst(wishes: SpeechWishes, language: string): Generator<EngineWishes> {
  const tag = (text: string) => text.replaceAll('_', '-').toLowerCase();
  const locales = Object.entries(wishes.by_locale ?? {});
  for (const wanted of new Set([tag(language), primaryLanguage(language)])) {
    for (const [locale, named] of locales) if (tag(locale) === wanted) yield named;
  }
  yield wishes;
}

/** @param language undefined: any will do */
function planEngine(
  kind: SpeechKind,
  { engine: written, voice }: Wish,
  language: string | undefined,
  accounts: Accounts,
  directory: EngineDirectory,
): PlannedVoice | LeftOut {
  const choice = parseEngineChoice(written);
  const id = writeEngineChoice(choice);
  try {
    const { provider, engine } = directory.findEngine(kind, choice.name);
    const languages = engine.languagesOf(choice.options ?? {});
    if (language !== undefined && !speaksLanguage(languages, language)) {
      const others = directory.enginesFor(kind, language);
      const message = `${engine.title} does not know ${language}. ${othersInWords(others)}`;
      return { kind, engine: id, reason: 'language_not_supported', message };
    }
    directory.accountFor(kind, choice.name, accounts);
    return { id, choice, provider: provider.name, voice };
  } catch (error) {
    if (!(error instanceof SpeechError)) throw error;
    const reason = reasons.find((one) => one === error.code);
    if (reason === undefined) throw error;
    return { kind, engine: id, reason, message: error.message };
  }
}

const reasons = ['provider_unknown', 'options_invalid', 'account_missing', 'language_not_supported'] as const;

function nobodyLeft(
  kind: SpeechKind,
  language: string,
  leftOut: readonly LeftOut[],
  directory: EngineDirectory,
): SpeechError {
  const [first] = leftOut;
  const all = leftOut.map(({ message }) => message).join(' ');
  if (first !== undefined && leftOut.every(({ reason }) => reason !== 'language_not_supported')) {
    return new SpeechError(first.reason, all);
  }
  const others = othersInWords(directory.enginesFor(kind, language));
  const noOne = kind === 'recognizer' ? `Nobody named understands ${language}.` : `No voice named speaks ${language}.`;
  return new SpeechError('language_not_supported', first === undefined ? `${noOne} ${others}` : `${noOne} ${all}`);
}

function othersInWords(names: readonly string[]): string {
  return names.length === 0 ? 'None of the others does.' : `These do: ${names.join(', ')}.`;
}
