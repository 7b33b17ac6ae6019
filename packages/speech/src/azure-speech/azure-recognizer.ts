import type { Recognizer, RecognizerEvent, RecognizerVocabulary } from '@parley/engine/ports/recognizer.ts';
import type { EngineContext } from '../provider/provider.ts';
import type { AzureAccount } from './azure-account.ts';
import { type AzureRecognizerOptions, azureRecognizerDefaults, openAzureStream } from './azure-recognizer-stream.ts';
import { loadSdk } from './sdk.ts';

/** Agents in use at once have as many; older ones are heard without their phrases until they are prepared again. */
const maxVocabularies = 1000;

/** Azure Speech through the vendor's SDK: a connection per caller, kept over the call; each utterance is a turn of its own on it. */
export function createAzureRecognizer(
  account: AzureAccount,
  given: Partial<AzureRecognizerOptions>,
  { clock, lookup, onError }: EngineContext,
): Recognizer {
  const options = { ...azureRecognizerDefaults, ...given };
  const vocabularies = new Map<string, RecognizerVocabulary>();
  const closing = new AbortController();
  // Not in the middle of somebody's call: it takes the process 115 ms.
  loadSdk().catch((error: unknown) => onError(error, 'loading the Azure Speech SDK'));
  return {
    name: 'azure-speech',
    async prepare(vocabulary, signal) {
      vocabularies.delete(vocabulary.id);
      vocabularies.set(vocabulary.id, vocabulary);
      const [oldest] = vocabularies.keys();
      if (vocabularies.size > maxVocabularies && oldest !== undefined) vocabularies.delete(oldest);
      await loadSdk();
      signal.throwIfAborted();
    },
    open({ language, vocabularyId, line = 'wide', signal }, onEvent: (event: RecognizerEvent) => void) {
      return openAzureStream(
        { account, language, line, vocabulary: vocabularies.get(vocabularyId), options },
        { clock, lookup, signal, closing: closing.signal },
        onEvent,
      );
    },
    async close() {
      closing.abort();
      vocabularies.clear();
    },
  };
}
