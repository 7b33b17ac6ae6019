import { wrapLanguageModel } from 'ai';
import type { LanguageModel } from './language-models.ts';

/** What looks on while a language model is asked. */
export interface ModelWatcher {
  /** Around the request, up to the beginning of its answer (or its end, for an answer in one piece). May refuse it by throwing. */
  request<T>(ask: () => Promise<T>, signal: AbortSignal | undefined): Promise<T>;
  /** The first words, or the first tool that it wants. `sinceAskedMs` as in `onDone`. */
  onFirstOutput(sinceAskedMs: number): void;
  /** The answer is complete. */
  onDone(sinceAskedMs: number): void;
  /** It failed; not because whoever asked gave it up. */
  onFailed(): void;
}

/** The same model, looked at. */
export function watchLanguageModel(model: LanguageModel, watcher: ModelWatcher): LanguageModel {
  const asked = async <T>(ask: () => PromiseLike<T>, signal: AbortSignal | undefined): Promise<T> => {
    try {
      return await watcher.request(async () => ask(), signal);
    } catch (error) {
      if (signal?.aborted !== true) watcher.onFailed();
      throw error;
    }
  };
  return wrapLanguageModel({
    model,
    middleware: {
      specificationVersion: 'v4',
      wrapGenerate: async ({ doGenerate, params }) => {
        const startedAtMs = performance.now();
        const answer = await asked(doGenerate, params.abortSignal);
        const tookMs = performance.now() - startedAtMs;
        watcher.onFirstOutput(tookMs);
        watcher.onDone(tookMs);
        return answer;
      },
      wrapStream: async ({ doStream, params }) => {
        const startedAtMs = performance.now();
        const answer = await asked(doStream, params.abortSignal);
        return { ...answer, stream: answer.stream.pipeThrough(look(watcher, startedAtMs, params.abortSignal)) };
      },
    },
  });
}

/** Parts that come before the model has said anything. */
const preludes: ReadonlySet<string> = new Set([
  'stream-start',
  'response-metadata',
  'raw',
  'text-start',
  'reasoning-start',
]);

/** Passes every part on as it is. */
function look<Part extends { readonly type: string }>(
  watcher: ModelWatcher,
  startedAtMs: number,
  signal: AbortSignal | undefined,
): TransformStream<Part, Part> {
  let hasBegun = false;
  return new TransformStream({
    transform(part, controller) {
      const sinceAskedMs = performance.now() - startedAtMs;
      if (!hasBegun && !preludes.has(part.type)) {
        hasBegun = true;
        watcher.onFirstOutput(sinceAskedMs);
      }
      if (part.type === 'finish') watcher.onDone(sinceAskedMs);
      if (part.type === 'error' && signal?.aborted !== true) watcher.onFailed();
      controller.enqueue(part);
    },
  });
}
