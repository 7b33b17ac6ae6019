import type { LanguageModel } from '@parley/speech/language-models/language-model.ts';
import { watchLanguageModel } from '@parley/speech/language-models/watch-language-model.ts';
import type { OutsideCalls } from '../resilience/outside-call.ts';
import type { Metrics } from './metrics.ts';

/**
 * The language model, timed, and left alone for a while when it fails again and again. Whoever asks has limits of time of their own,
 * and decides whether to ask again.
 */
export function watchModel(
  model: LanguageModel,
  outside: OutsideCalls,
  metrics: Metrics,
  part = 'language_model',
): LanguageModel {
  const labels = { model: typeof model === 'string' ? model : model.modelId };
  const call = outside.of(part, {
    timeoutMs: undefined,
    // Until an answer begins it occupies a place; more than a process has calls.
    maxConcurrent: 200,
    maxWaiting: 0,
    isTrouble: (error) => !isRefusal(error),
  });
  return watchLanguageModel(model, {
    request: (ask, signal) => call.run(ask, signal === undefined ? {} : { signal }),
    onFirstOutput: (ms) => metrics.observe('parley_model_first_output_seconds', labels, ms / 1000),
    onDone: (ms) => metrics.observe('parley_model_seconds', labels, ms / 1000),
    onFailed: () => metrics.count('parley_model_errors_total', labels),
  });
}

/** What it would refuse again, however well it is: a wrong key, a request that it does not understand. Too many (429) is trouble. */
function isRefusal(error: unknown): boolean {
  const status: unknown = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 && status !== 408 && status !== 429;
}
