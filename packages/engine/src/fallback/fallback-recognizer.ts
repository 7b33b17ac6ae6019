import type { Clock } from '../ports/clock.ts';
import type { Recognizer } from '../ports/recognizer.ts';
import { type BreakerOptions, breakerDefaults } from './breaker.ts';
import { closeAll } from './close-all.ts';
import { createFallbackEar, type FallbackEar } from './fallback-ear.ts';
import { FallbackError } from './fallback-error.ts';
import { createReadiness, type ReadinessOptions } from './readiness.ts';
import { createRotation } from './rotation.ts';

export interface FallbackRecognizerOptions extends ReadinessOptions {
  /** The longest from the end of an utterance to its final. */
  readonly finalTimeoutMs: number;
  /** Sound kept since the last final, for another engine to hear. */
  readonly keptAudioMs: number;
  /** Time that an engine needs to hear a second of sound that it gets at once, in seconds. */
  readonly catchUpFactor: number;
  readonly closeTimeoutMs: number;
  readonly breaker: BreakerOptions;
}

export const fallbackRecognizerDefaults: FallbackRecognizerOptions = {
  // Finals over a network take 100–700 ms. The turn machine goes on without one after 3 s: the second engine has time left.
  finalTimeoutMs: 1200,
  // An utterance is cut at 30 s; the rest is for the one before it. 35 s are 1.1 MB, while somebody speaks.
  keptAudioMs: 35_000,
  // The embedded engine hears a second in 70 ms when it is alone, and others must not be thought dead under load.
  catchUpFactor: 0.25,
  // A grammar of 12,000 phrases is compiled in seconds on a busy machine.
  prepareTimeoutMs: 30_000,
  // A server that starts does not wait for a part that hangs.
  prepareGraceMs: 5000,
  // A vendor's hiccup is over by then; one that is away for hours is asked every five minutes.
  prepareRetryMs: 5000,
  maxPrepareRetryMs: 300_000,
  closeTimeoutMs: 5000,
  breaker: breakerDefaults,
};

/**
 * Recognisers that stand in for one another, in order of preference. When one fails or gives no final in time, the next
 * hears all that was said since the last final: no words are lost, and each utterance has one final, in order. Engines that
 * could not be prepared or do not know the language are left out.
 *
 * Failure codes of a stream: `recognizers_exhausted`, `recognizer_closed`.
 *
 * @param onError what was got over: for the log
 * @throws FallbackError `no_parts`; `prepare` throws `parts_exhausted` when none could be made ready
 */
export function createFallbackRecognizer(
  parts: readonly Recognizer[],
  options: FallbackRecognizerOptions,
  clock: Clock,
  onError: (error: FallbackError) => void,
): Recognizer {
  if (parts.length === 0) throw new FallbackError('no_parts', 'recognisers');
  const rotation = createRotation(parts, clock, options.breaker);
  const readiness = createReadiness(parts, clock, options, onError);
  const ears = new Set<FallbackEar>();
  /** Languages that an engine refused: it is not asked again. */
  const refused = new Set<string>();
  let closing: Promise<void> | undefined;

  return {
    name: parts.map(({ name }) => name).join(','),
    prepare: readiness.prepare,
    open(open, onEvent) {
      const { language, vocabularyId } = open;
      readiness.refresh(vocabularyId);
      const ear = createFallbackEar(
        {
          rotation,
          options,
          clock,
          onError,
          isUsable: (index) =>
            closing === undefined && readiness.isReady(index, vocabularyId) && !refused.has(`${index} ${language}`),
          onRefused(index, code) {
            if (code === 'vocabulary_not_prepared') readiness.forget(index, vocabularyId);
            else if (code === 'language_not_supported' && refused.size < maxRefused)
              refused.add(`${index} ${language}`);
          },
          onOver: () => ears.delete(ear),
        },
        open,
        onEvent,
      );
      if (open.signal.aborted) return ear;
      ears.add(ear);
      if (closing !== undefined) ear.fail('recognizer_closed', 'The recogniser is closed.');
      return ear;
    },
    close() {
      if (closing !== undefined) return closing;
      readiness.close();
      // Before the parts say that they are closed.
      for (const ear of [...ears]) ear.fail('recognizer_closed', 'The recogniser was closed.');
      closing = closeAll(parts, clock, options.closeTimeoutMs, onError);
      return closing;
    },
  };
}

/** Parts times languages; what is beyond is found out anew for each stream. */
const maxRefused = 512;
