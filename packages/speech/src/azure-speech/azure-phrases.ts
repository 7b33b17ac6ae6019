import type { RecognizerVocabulary } from '@parley/engine/ports/recognizer.ts';

/** What the service takes of phrases, by its documentation. */
const maxPhrases = 500;
/** Longer ones are sentences, which do not help. */
const maxPhraseLength = 200;

/** The phrases to listen for: those of what was asked first, then the others, each once, as many as are taken. */
export function phrasesFor(
  vocabulary: RecognizerVocabulary | undefined,
  context: string | undefined,
): readonly string[] {
  if (vocabulary === undefined) return [];
  const asked =
    context !== undefined && Object.hasOwn(vocabulary.contexts, context) ? vocabulary.contexts[context] : [];
  const unique = new Map<string, string>();
  for (const phrase of [...(asked ?? []), ...vocabulary.phrases]) {
    const trimmed = phrase.trim();
    const key = trimmed.toLowerCase();
    if (trimmed === '' || trimmed.length > maxPhraseLength || unique.has(key)) continue;
    unique.set(key, trimmed);
    if (unique.size === maxPhrases) break;
  }
  return [...unique.values()];
}
