import { ApiError } from '@parley/client/api-error.ts';
import type { GetOrganizationOutput } from '@parley/client/generated/api.ts';
import { z } from 'zod';

export type SpeechSettings = NonNullable<GetOrganizationOutput['settings']['speech']>;

/** As many as the settings take. */
export const maxEngines = 4;

/** An engine in an order of preference; `voice` in the engine's own catalogue, undefined: as the engine chooses. */
export interface Choice {
  readonly engine: string;
  readonly voice: string | undefined;
}

/** Who listens and speaks in a language, in order of preference; empty: as it is for all languages, or as the server has it. */
export interface Preference {
  readonly recognizers: readonly Choice[];
  readonly voices: readonly Choice[];
}

/** What the form shows of an organization's settings. */
export interface SpeechChoice {
  readonly all: Preference;
  /** By BCP 47 tag. */
  readonly byLanguage: Readonly<Record<string, Preference>>;
  /** Whether the server's own engines stand in behind those that are named. */
  readonly hasServerBehind: boolean;
}

export type PreferenceKind = keyof Preference;

export function choiceOf(settings: SpeechSettings = {}): SpeechChoice {
  return {
    all: preferenceOf(settings),
    byLanguage: Object.fromEntries(
      Object.entries(settings.by_locale ?? {}).map(([language, named]) => [language, preferenceOf(named)]),
    ),
    hasServerBehind: settings.fallbacks === 'server',
  };
}

type Named = Pick<SpeechSettings, 'recognizers' | 'voices'>;

function preferenceOf({ recognizers = [], voices = [] }: Named): Preference {
  return {
    recognizers: recognizers.map((engine) => ({ engine, voice: undefined })),
    voices: voices.map((voice) =>
      typeof voice === 'string' ? { engine: voice, voice: undefined } : { engine: voice.engine, voice: voice.voice },
    ),
  };
}

/**
 * The settings with what was chosen; what the form does not show stays as it was.
 * @returns null when nothing is left to be set
 */
export function settingsOf(choice: SpeechChoice, before: SpeechSettings = {}): SpeechSettings | null {
  const { recognizers, voices, by_locale, fallbacks, ...others } = before;
  const languages = Object.entries(choice.byLanguage)
    .map(([language, preference]) => [language, namedOf(preference)] as const)
    .filter(([, named]) => Object.keys(named).length > 0);
  const settings: SpeechSettings = {
    ...others,
    ...namedOf(choice.all),
    ...(languages.length > 0 && { by_locale: Object.fromEntries(languages) }),
    ...(choice.hasServerBehind ? { fallbacks: 'server' } : fallbacks !== undefined && { fallbacks: 'none' }),
  };
  return Object.keys(settings).length === 0 ? null : settings;
}

function namedOf({ recognizers, voices }: Preference): Named {
  return {
    ...(recognizers.length > 0 && { recognizers: recognizers.map(({ engine }) => engine) }),
    ...(voices.length > 0 && {
      voices: voices.map(({ engine, voice }) => (voice === undefined ? engine : { engine, voice })),
    }),
  };
}

/** The one at `from` before or behind its neighbour; as it was where there is none. */
export function moved(choices: readonly Choice[], from: number, by: -1 | 1): readonly Choice[] {
  const [one, other] = [choices[from], choices[from + by]];
  if (one === undefined || other === undefined) return choices;
  return choices.map((choice, at) => (at === from ? other : at === from + by ? one : choice));
}

/** At the end; as they were when it is among them or there are as many as there may be. */
export function added(choices: readonly Choice[], choice: Choice): readonly Choice[] {
  const isThere = choices.some(({ engine, voice }) => engine === choice.engine && voice === choice.voice);
  return isThere || choices.length >= maxEngines ? choices : [...choices, choice];
}

export const languagePattern = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;

/** Why the server refuses, in sentences: each problem that it found, with who could be named instead. */
export function refusalOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return ['It could not be done.'];
  if (!(error instanceof ApiError)) return [error.message];
  const problems = problemsSchema.safeParse(error.details);
  if (problems.success && problems.data.problems.length > 0) {
    return [...new Set(problems.data.problems.map(({ message }) => message))];
  }
  const failure = failureSchema.safeParse(error.details);
  if (!failure.success) return [error.message];
  const { reason, message } = failure.data;
  return [failures.get(reason) ?? error.message, ...(message === '' ? [] : [message])];
}

/** What to do about an engine that could not speak; its own words come after. */
const failures: ReadonlyMap<string, string> = new Map([
  ['provider_unauthorized', 'The provider does not accept the key. Enter the right one above.'],
  ['provider_rate_limited', 'The account is at the limit of its provider. Try again in a moment.'],
  ['provider_refused', 'The provider does not do this with the account as it is.'],
  ['provider_unreachable', 'The provider cannot be reached. See whether its address is right.'],
  ['provider_timed_out', 'The provider did not answer in time. Try again.'],
  ['provider_failed', 'Something failed at the provider. Try again in a moment.'],
  ['provider_protocol', 'What answers is not the provider. See whether its address is right.'],
  ['voice_unknown', 'The account has no such voice. Choose another.'],
]);

const failureSchema = z.looseObject({ reason: z.string(), message: z.string().default('') });
const problemsSchema = z.looseObject({ problems: z.array(z.looseObject({ message: z.string() })) });
