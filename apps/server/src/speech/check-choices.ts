import { WireError } from '@parley/contract/errors.ts';
import { type Accounts, findEngine, parseEngineChoice } from '@parley/speech/registry.ts';
import { type EngineDirectory, type SpeechKind, writeEngineChoice } from '@parley/speech/router/engine-directory.ts';
import { checkSpeechWishes, type SpeechWishes } from '@parley/speech/router/plan.ts';
import { SpeechError } from '@parley/speech/speech-error.ts';
import { accountFields } from './tenant-account.ts';

/** An engine that cannot be used as it is named. */
export interface ChoiceProblem {
  readonly kind: SpeechKind;
  readonly engine: string;
  readonly reason: string;
  /** In a sentence, with who could be used instead. */
  readonly message: string;
}

export interface ChoiceCheck {
  readonly wishes: SpeechWishes;
  /** Those in which the engines that are named for no locale in particular must be of use. */
  readonly languages: readonly string[];
  readonly accounts: Accounts;
  readonly directory: EngineDirectory;
  /** Engines of this server's own settings, as they are written there: anybody may name them. */
  readonly ownEngines: readonly string[];
}

/** What is wrong with the engines that a tenant names: such as there are not, without an account, of other languages, not for tenants. */
export function choiceProblems({ wishes, languages, accounts, directory, ownEngines }: ChoiceCheck): ChoiceProblem[] {
  const problems: ChoiceProblem[] = checkSpeechWishes(wishes, languages, accounts, directory).map(
    ({ kind, engine, reason, message }) => ({ kind, engine, reason, message }),
  );
  return [...problems, ...reservedChoices(wishes, ownEngines)];
}

/**
 * Of the engines that a tenant names, those whose options are for whoever runs the server alone.
 * @param ownEngines as `ChoiceCheck.ownEngines`
 */
export function reservedChoices(wishes: SpeechWishes, ownEngines: readonly string[]): readonly ChoiceProblem[] {
  const refusal = reservedFor(ownEngines);
  return namedEngines(wishes).flatMap(({ kind, engine }) => {
    const message = refusal(kind, engine);
    return message === undefined ? [] : [{ kind, engine, reason: 'options_reserved', message }];
  });
}

/** Of one engine, as people write it: why its options are for whoever runs the server; undefined where they are not. */
export function reservedFor(ownEngines: readonly string[]): (kind: SpeechKind, engine: string) => string | undefined {
  const own = new Set(ownEngines.map(canonical));
  return (kind, engine) => (own.has(canonical(engine)) ? undefined : reserved(kind, engine));
}

/** @throws WireError `speech_invalid` */
export function refuseChoices(problems: readonly ChoiceProblem[]): void {
  if (problems.length > 0) throw new WireError('speech_invalid', { problems });
}

/**
 * What runs on this machine takes files, programs and processes by its options: for whoever runs the server to decide. Options of others
 * go to their vendor; an address among them would be connected to.
 */
function reserved(kind: SpeechKind, written: string): string | undefined {
  const { name, options = {} } = parseEngineChoice(written);
  if (Object.keys(options).length === 0) return undefined;
  try {
    const { provider } = findEngine(kind, name);
    if (accountFields(provider).isEmpty) {
      return `Options of ${provider.title} are set by whoever runs the server; name it without, or as the server does.`;
    }
    const addresses = Object.entries(options).filter(([, value]) => String(value).includes('://'));
    return addresses.length === 0 ? undefined : `Addresses belong into the account, not into options of ${name}.`;
  } catch (error) {
    // That there is none is told already.
    if (error instanceof SpeechError) return undefined;
    throw error;
  }
}

function namedEngines({ by_locale: byLocale = {}, ...all }: SpeechWishes) {
  return [all, ...Object.values(byLocale)].flatMap(({ recognizers = [], voices = [] }) => [
    ...recognizers.map((engine) => ({ kind: 'recognizer' as const, engine: canonical(engine) })),
    ...voices.map((voice) => ({
      kind: 'synthesizer' as const,
      engine: canonical(typeof voice === 'string' ? voice : voice.engine),
    })),
  ]);
}

function canonical(written: string): string {
  return writeEngineChoice(parseEngineChoice(written));
}
