import { runNluCommand } from '@parley/dialogue/nlu/cli/nlu-command.ts';
import { NluError } from '@parley/dialogue/nlu/nlu-error.ts';
import { createLocalEmbedder } from '@parley/speech/embeddings/local-embedder.ts';
import { SpeechError } from '@parley/speech/speech-error.ts';

/** `npm run nlu`. */
process.exitCode = await runNluCommand(process.argv.slice(2), {
  write: (text) => void process.stdout.write(text),
  fail: (text) => void process.stderr.write(text),
  env: process.env,
  openLocalEmbedder: async (folder) => {
    const { embed, close, name } = await createLocalEmbedder(folder).catch(inWords);
    return { name, embed: (texts, signal) => embed(texts, signal).catch(inWords), close };
  },
});

function inWords(cause: unknown): never {
  if (cause instanceof SpeechError) throw new NluError('embedder_unusable', cause.message, { cause });
  throw cause;
}
