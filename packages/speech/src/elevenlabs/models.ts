import { primaryLanguage } from '../provider/languages.ts';

/** What differs between the models, as far as speaking a sentence goes. */
export interface ElevenLabsModel {
  /** As its API writes them. */
  readonly languages: readonly string[];
  /** Takes `language_code`; the others hear the language from the text, and refuse or ignore it. */
  readonly takesLanguage: boolean;
  /** Reads numbers, dates and the like aloud as people do; the quick ones leave that out for speed. */
  readonly readsNumbers: boolean;
  /** Can be reached over WebSocket. */
  readonly hasSocket: boolean;
  /** Takes what was said before. */
  readonly stitches: boolean;
  /** The vendor's own limit of a request. */
  readonly maxCharacters: number;
  /** Three steps of stability (creative, natural, robust) instead of any value. */
  readonly hasStabilitySteps: boolean;
}

const english = ['en'];
/** Of eleven_multilingual_v2; Vietnamese is not among them. */
const multilingual = 'en ja zh de hi fr ko pt it es id nl tr fil pl sv bg ro ar cs el fi hr ms sk da ta uk ru'.split(
  ' ',
);
const flash = [...multilingual, 'hu', 'no', 'vi'];
const expressive = (
  'af ar as az be bg bn bs ca ceb cs cy da de el en es et fa fi fil fr ga gl gu ha he hi hr hu hy id is it ja jv ka kk kn ko ky ' +
  'lb ln lt lv mk ml mr ms ne nl no ny pa pl ps pt ro ru sd sk sl so sr sv sw ta te th tr uk ur vi zh'
).split(' ');

const quick = { readsNumbers: false, hasSocket: true, stitches: true, hasStabilitySteps: false };

const models = {
  eleven_flash_v2_5: { ...quick, languages: flash, takesLanguage: true, maxCharacters: 40_000 },
  eleven_turbo_v2_5: { ...quick, languages: flash, takesLanguage: true, maxCharacters: 40_000 },
  eleven_flash_v2: { ...quick, languages: english, takesLanguage: false, maxCharacters: 30_000 },
  eleven_turbo_v2: { ...quick, languages: english, takesLanguage: false, maxCharacters: 30_000 },
  eleven_multilingual_v2: {
    ...quick,
    languages: multilingual,
    takesLanguage: false,
    readsNumbers: true,
    maxCharacters: 10_000,
  },
  eleven_v3: {
    languages: expressive,
    takesLanguage: true,
    readsNumbers: true,
    hasSocket: false,
    stitches: false,
    maxCharacters: 5000,
    hasStabilitySteps: true,
  },
} as const satisfies Readonly<Record<string, ElevenLabsModel>>;

/** Names of the models that are known; later ones can be chosen all the same. */
export const modelNames: readonly string[] = Object.keys(models);

/** What is known of a model. One that came later is taken for one of many languages that decides on the language itself. */
export function modelTraits(name: string): ElevenLabsModel {
  // Its relatives, such as the one for conversations, are like it.
  if (name.startsWith('eleven_v3')) return models.eleven_v3;
  const known = new Map<string, ElevenLabsModel>(Object.entries(models)).get(name);
  return known ?? { ...models.eleven_multilingual_v2, languages: flash, maxCharacters: 5000 };
}

/**
 * The language as the API writes it.
 * @returns undefined for a language that the model does not know
 */
export function languageCode(model: ElevenLabsModel, tag: string): string | undefined {
  const primary = primaryLanguage(tag);
  const code = aliases.get(primary) ?? primary;
  return model.languages.includes(code) ? code : undefined;
}

/** The model's languages by all names that BCP 47 has for them. */
export function languageTags({ languages }: ElevenLabsModel): readonly string[] {
  return [...languages, ...[...aliases].flatMap(([alias, code]) => (languages.includes(code) ? [alias] : []))];
}

/** BCP 47 has more than one name for these. */
const aliases: ReadonlyMap<string, string> = new Map([
  ['nb', 'no'],
  ['nn', 'no'],
  ['tl', 'fil'],
  ['cmn', 'zh'],
  ['iw', 'he'],
  ['in', 'id'],
]);
