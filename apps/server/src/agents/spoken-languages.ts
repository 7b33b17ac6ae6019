/** Is the language heard by the embedded recogniser? Others are talked to in text until a recogniser is configured for them. */
export function isSpoken(language: string): boolean {
  return language.startsWith('en');
}
