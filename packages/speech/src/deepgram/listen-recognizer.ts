import type { LineFormat } from '@parley/engine/ports/audio.ts';
import type {
  Recognizer,
  RecognizerEvent,
  RecognizerOptions,
  RecognizerStream,
  RecognizerVocabulary,
} from '@parley/engine/ports/recognizer.ts';
import { type Languages, speaksLanguage } from '../provider/languages.ts';
import type { ProviderFailure } from '../provider/provider-failure.ts';
import { prepareKeyTerms } from './key-terms.ts';

/** What a stream of either of the vendor's recognisers is made with. */
export interface ListenStreamParts {
  /** BCP 47; one that the model knows. */
  readonly language: string;
  /** Undefined when none was prepared: then it listens without. */
  readonly vocabulary: RecognizerVocabulary | undefined;
  readonly line: LineFormat;
  /** Aborted when the stream is over for whatever reason: it frees everything then. */
  readonly signal: AbortSignal;
  /** Nothing is told after the end. Not to be called from inside a call to the stream. */
  readonly emit: (event: RecognizerEvent) => void;
  /** Ends the stream and tells why. */
  readonly fail: (failure: ProviderFailure) => void;
}

/**
 * What the vendor's recognisers have in common: vocabularies, the beginnings and ends of streams.
 *
 * Failure codes of a stream: those of providers, and `recognizer_closed`.
 */
export function createListenRecognizer(
  name: string,
  languages: Languages,
  openStream: (parts: ListenStreamParts) => RecognizerStream,
): Recognizer {
  const vocabularies = new Map<string, RecognizerVocabulary>();
  const closers = new Set<() => void>();
  let closed = false;

  return {
    name,
    async prepare(vocabulary, signal) {
      signal.throwIfAborted();
      await prepareKeyTerms(vocabulary, signal);
      vocabularies.delete(vocabulary.id);
      vocabularies.set(vocabulary.id, vocabulary);
      const [oldest] = vocabularies.keys();
      if (vocabularies.size > maxVocabularies && oldest !== undefined) vocabularies.delete(oldest);
    },
    open(options, onEvent) {
      const { language, vocabularyId, line = 'wide', signal } = options;
      const stream = createStreamScope(options, onEvent);
      const { scope, fail, end } = stream;
      if (signal.aborted) return deaf;
      if (closed || !speaksLanguage(languages, language)) {
        queueMicrotask(() => {
          if (closed) end({ type: 'failed', code: 'recognizer_closed', message: 'The recogniser is closed.' });
          else fail({ code: 'language_not_supported', message: `${name} does not know ${language}.` });
        });
        return deaf;
      }
      const closer = () => end({ type: 'failed', code: 'recognizer_closed', message: 'The recogniser is closed.' });
      closers.add(closer);
      scope.signal.addEventListener('abort', () => closers.delete(closer), { once: true });
      const vocabulary = vocabularies.get(vocabularyId);
      return openStream({ language, vocabulary, line, signal: scope.signal, emit: stream.emit, fail });
    },
    async close() {
      closed = true;
      vocabularies.clear();
      for (const close of [...closers]) close();
    },
  };
}

/** More agents than one process runs; of one that was forgotten the next stream listens without key terms. */
const maxVocabularies = 256;

/** A stream that is over before it began. */
const deaf: RecognizerStream = {
  expect() {},
  utteranceStarted() {},
  write() {},
  utteranceEnded() {},
};

function createStreamScope({ signal }: RecognizerOptions, onEvent: (event: RecognizerEvent) => void) {
  const scope = new AbortController();
  const onAbort = () => scope.abort();
  signal.addEventListener('abort', onAbort, { once: true });
  const emit = (event: RecognizerEvent) => {
    if (!scope.signal.aborted && !signal.aborted) onEvent(event);
  };
  const end = (event: Extract<RecognizerEvent, { type: 'failed' }>) => {
    if (scope.signal.aborted || signal.aborted) return;
    signal.removeEventListener('abort', onAbort);
    scope.abort();
    onEvent(event);
  };
  const fail = (failure: ProviderFailure) => end({ type: 'failed', ...failure });
  return { scope, emit, end, fail };
}
