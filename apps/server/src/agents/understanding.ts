import type { BuildOptions } from '@parley/dialogue/flow/build-agent.ts';
import { createEndpointEmbedder } from '@parley/dialogue/nlu/endpoint-embedder.ts';
import type { SentenceEmbedder } from '@parley/dialogue/nlu/sentence-embedder.ts';
import { createLocalEmbedder } from '@parley/speech/embeddings/local-embedder.ts';
import { SpeechError } from '@parley/speech/speech-error.ts';
import type { Config } from '../config.ts';
import { StartError } from '../start-errors.ts';

/**
 * What the agents' classifiers may use besides their training, as configured. A server that is away is told of and tried again later;
 * a folder that cannot be used is an error of the configuration. `guard` goes between a server and all who ask it.
 *
 * @throws StartError `config_invalid`
 */
export async function createUnderstanding(
  { embeddings }: Pick<Config, 'embeddings'>,
  onError: (error: unknown, context: string) => void,
  own: (close: () => Promise<void>) => void,
  guard: (server: SentenceEmbedder) => SentenceEmbedder = (server) => server,
): Promise<Pick<BuildOptions, 'embedder' | 'onEmbedderFailure'>> {
  if (embeddings === undefined) return {};
  const onEmbedderFailure = (error: unknown) => onError(error, 'sentence embeddings');
  if (embeddings.type === 'server') {
    return { embedder: guard(createEndpointEmbedder(embeddings)), onEmbedderFailure };
  }
  try {
    const embedder = await createLocalEmbedder(embeddings.folder);
    own(() => embedder.close());
    return { embedder, onEmbedderFailure };
  } catch (error) {
    if (!(error instanceof SpeechError)) throw error;
    throw new StartError('config_invalid', `NLU_EMBEDDINGS: ${error.message} Correct it and start again.`);
  }
}
