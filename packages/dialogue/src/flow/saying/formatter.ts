/** Making a formatter of Intl costs about a hundred times what using it does. A process speaks few languages; keep the last few. */
const maxKept = 200;

/** The formatter for the language and kind, made once. A tag that Intl does not take is read as English. */
export function formatterOf<Formatter>(
  kept: Map<string, Formatter>,
  language: string,
  kind: string,
  make: (language: string) => Formatter,
): Formatter {
  const key = `${language}/${kind}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = make(isLanguage(language) ? language : 'en');
  if (kept.size >= maxKept) kept.clear();
  kept.set(key, made);
  return made;
}

/** `en` of `en-GB`. */
export function baseLanguage(language: string): string {
  return language.split('-', 1)[0]?.toLowerCase() ?? '';
}

function isLanguage(language: string): boolean {
  try {
    return Intl.getCanonicalLocales(language).length === 1;
  } catch {
    return false;
  }
}
