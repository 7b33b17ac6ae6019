import { z } from 'zod';

/** How likely each language is by its letters, 0–1. Languages that are not in it are not likely at all, or not known. */
export type LetterGuesser = (text: string, languages: readonly string[]) => ReadonlyMap<string, number>;

let loading: Promise<LetterGuesser> | undefined;

/** Loads the statistics of letters on first use. */
export function loadLetterGuesser(): Promise<LetterGuesser> {
  loading ??= load();
  return loading;
}

const guessesSchema = z.array(z.object({ lang: z.string(), accuracy: z.number() }));

async function load(): Promise<LetterGuesser> {
  const { detectAll, supportedLanguages, toISO2 } = await import('tinyld');
  const known = new Set(supportedLanguages.map(toISO2));
  return (text, languages) => {
    const only = [...new Set(languages.map(inTables))].filter((language) => known.has(language));
    if (only.length === 0) return new Map();
    const accuracies = new Map(
      guessesSchema
        .parse(detectAll(text, { only }))
        .map(({ lang, accuracy }) => [lang, Math.min(1, Math.max(0, accuracy))]),
    );
    return new Map(languages.map((language) => [language, accuracies.get(inTables(language)) ?? 0]));
  };
}

/** Where the tables have another name or a nearest relative. */
const aliases: Readonly<Record<string, string>> = { nb: 'no', nn: 'no', fil: 'tl', yue: 'zh', wuu: 'zh' };

function inTables(language: string): string {
  return aliases[language] ?? language;
}
