import type { RecognizerVocabulary } from '@parley/engine/ports/recognizer.ts';

/** Agents of one server; the oldest make room. */
const maxVocabularies = 256;

/** What agents expect to hear, for the hints of later requests. */
export interface Vocabularies {
  add(vocabulary: RecognizerVocabulary): void;
  get(id: string): RecognizerVocabulary | undefined;
}

export function createVocabularies(): Vocabularies {
  const byId = new Map<string, RecognizerVocabulary>();
  return {
    add(vocabulary) {
      byId.delete(vocabulary.id);
      byId.set(vocabulary.id, vocabulary);
      const [oldest] = byId.keys();
      if (byId.size > maxVocabularies && oldest !== undefined) byId.delete(oldest);
    },
    get: (id) => byId.get(id),
  };
}
