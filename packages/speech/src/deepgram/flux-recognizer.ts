import type { Recognizer } from '@parley/engine/ports/recognizer.ts';
import type { EngineContext } from '../provider/provider.ts';
import type { DeepgramAccount } from './deepgram-account.ts';
import { type FluxOptions, fluxLanguages } from './flux-options.ts';
import { openFluxStream } from './flux-stream.ts';
import { createListenRecognizer } from './listen-recognizer.ts';

/** Deepgram's recogniser for conversations: it tells words, and when the turn is probably or certainly over. */
export function createFluxRecognizer(
  account: DeepgramAccount,
  options: FluxOptions,
  context: EngineContext,
): Recognizer {
  return createListenRecognizer('deepgram-flux', fluxLanguages(options), (parts) =>
    openFluxStream(parts, account, options, context),
  );
}
