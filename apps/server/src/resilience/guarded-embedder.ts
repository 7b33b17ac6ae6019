import { NluError } from '@parley/dialogue/nlu/nlu-error.ts';
import type { SentenceEmbedder } from '@parley/dialogue/nlu/sentence-embedder.ts';
import { OutsideCallError, type OutsideCalls } from './outside-call.ts';

/** A server of embeddings, left alone for a while when it fails: agents then understand by what they were trained on alone, at once. */
export function guardEmbedder(embedder: SentenceEmbedder, outside: OutsideCalls): SentenceEmbedder {
  const call = outside.of('embeddings', {
    // Thousands of sentences at the training of an agent; a turn's single one is given up sooner by who asks.
    timeoutMs: 60_000,
    maxConcurrent: 50,
    maxWaiting: 200,
  });
  return {
    name: embedder.name,
    embed: async (texts, signal) => {
      try {
        return await call.run((inner) => embedder.embed(texts, inner), { signal });
      } catch (error) {
        if (error instanceof OutsideCallError) throw new NluError('service_failed', error.message);
        throw error;
      }
    },
  };
}
