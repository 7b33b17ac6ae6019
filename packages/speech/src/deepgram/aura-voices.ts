import type { Voice } from '@parley/engine/ports/synthesizer.ts';
import { primaryLanguage } from '../provider/languages.ts';

/** Of Aura-2, by language, as the vendor's SDK 5.13.0 lists them; the first is the language's default. */
const names: Readonly<Record<string, string>> = {
  en: `thalia amalthea andromeda apollo arcas aries asteria athena atlas aurora callista cora cordelia delia draco electra harmonia
    helena hera hermes hyperion iris janus juno jupiter luna mars minerva neptune odysseus ophelia orion orpheus pandora phoebe pluto
    saturn selene theia vesta zeus`,
  es: `celeste agustina alvaro antonia aquila carina diana estrella gloria javier luciano nestor olivia selena silvia sirio valerio`,
  de: 'viktoria aurelia elara fabian julius kara lara',
  nl: 'rhea beatrix cornelia daphne hestia lars leda roman sander',
  fr: 'agathe hector',
  it: 'livia cesare cinzia demetra dionisio elio flavio maia melia',
  ja: 'izanami ama ebisu fujin uzume',
};

export const auraLanguages: readonly string[] = Object.keys(names);

export const auraVoices: readonly Voice[] = Object.entries(names).flatMap(([language, list]) =>
  list.split(/\s+/).map((name) => ({
    id: `aura-2-${name}-${language}`,
    title: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    language,
  })),
);

/** How voices are called; there may be new ones, and the older ones without a number. */
export const auraVoiceId: RegExp = /^aura(-\d)?-[a-z]+-[a-z]{2}$/;

/**
 * The voice for a language: the one asked for, the one chosen for its language, or the language's default.
 * @returns undefined for a language that there is no voice of
 */
export function auraVoice(
  wanted: string | undefined,
  chosen: string | undefined,
  language: string,
): string | undefined {
  if (wanted !== undefined) return wanted;
  const primary = primaryLanguage(language);
  if (chosen?.endsWith(`-${primary}`)) return chosen;
  return auraVoices.find((voice) => voice.language === primary)?.id;
}
