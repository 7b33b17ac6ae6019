/**
 * Languages of an engine as BCP 47 tags. A tag without a region (`vi`) stands for all its regions, and is stood for by them.
 * `any`: whoever runs it decides (a server of one's own, a folder of models).
 */
export type Languages = 'any' | readonly string[];

/** Whether an engine or a voice of these languages takes the wanted one; other regions of the same language count, and `mul` is any. */
export function speaksLanguage(languages: Languages, wanted: string): boolean {
  if (languages === 'any') return true;
  return languages.some((language) => language === 'mul' || primaryLanguage(language) === primaryLanguage(wanted));
}

/** `vi` of `vi-VN`. */
export function primaryLanguage(tag: string): string {
  return (tag.split(/[-_]/)[0] ?? '').toLowerCase();
}
