import { writeFileSync } from 'node:fs';
import { createEndpointEmbedder } from '../endpoint-embedder.ts';
import { parseIntentModel, serializeIntentModel } from '../intent-model-file.ts';
import { NluError } from '../nlu-error.ts';
import { createPredictor } from '../predict-intent.ts';
import type { SentenceEmbedder } from '../sentence-embedder.ts';
import { trainIntentModel } from '../train-intent-model.ts';
import { readBytes, readExamples, readTests } from './example-files.ts';
import { type NluCommand, readCommand, usage } from './options.ts';
import { type EvaluationReport, embeddingReport, evaluationReport, printEvaluation } from './report.ts';

export interface NluCommandParts {
  write(text: string): void;
  fail(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Opens a sentence model that is in a folder of this machine.
   *
   * @throws NluError that says what is wrong with it
   */
  openLocalEmbedder(folder: string): Promise<SentenceEmbedder & { close(): Promise<void> }>;
}

/** `npm run nlu`: gives the code to exit with, 2 when it was asked wrongly. */
export async function runNluCommand(args: readonly string[], parts: NluCommandParts): Promise<number> {
  try {
    const text = args.includes('--help') || args.length === 0 ? usage : await run(readCommand(args), parts);
    parts.write(`${text}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof NluError)) throw error;
    parts.fail(`${error.message}\n`);
    return 2;
  }
}

async function run(command: NluCommand, parts: NluCommandParts): Promise<string> {
  switch (command.type) {
    case 'evaluate': {
      const report = await evaluate(command, parts);
      // What was not tested is told as null, so that every field is always there.
      return command.json
        ? JSON.stringify(report, (_, value) => (value === undefined ? null : value))
        : printEvaluation(report);
    }
    case 'train': {
      const model = trainIntentModel(readExamples(command.train), { seed: command.seed });
      const bytes = serializeIntentModel(model);
      write(command.out, bytes);
      return `${command.out}: ${model.intents.length} intents, ${bytes.length} bytes.`;
    }
    case 'try': {
      const guess = createPredictor(parseIntentModel(readBytes(command.model)))(command.text);
      if (command.json) return JSON.stringify({ ...guess, intent: guess.intent ?? null });
      const lines = guess.ranking.map(({ intent, confidence }) => `  ${confidence.toFixed(3)}  ${intent}`);
      return [guess.intent ?? 'None of the intents.', ...lines].join('\n');
    }
  }
}

/** A thousand texts of a slow server take this long; more are a test of the server, not of the examples. */
const embeddingTimeoutMs = 30 * 60_000;
const localPrefix = 'local:';
/** As the server has it. */
const defaultEmbeddingModel = 'text-embedding-3-small';

async function evaluate(
  { train, test, embeddings, seed }: Extract<NluCommand, { type: 'evaluate' }>,
  { env, openLocalEmbedder }: NluCommandParts,
): Promise<EvaluationReport> {
  const examples = readExamples(train);
  const tests = readTests(test);
  if (embeddings === undefined) return evaluationReport(examples, tests, seed);
  const signal = AbortSignal.timeout(embeddingTimeoutMs);
  if (!embeddings.startsWith(localPrefix)) {
    const { NLU_EMBEDDINGS_MODEL: model, NLU_EMBEDDINGS_KEY: apiKey } = env;
    const server = { baseUrl: embeddings, model: model || defaultEmbeddingModel, apiKey: apiKey || undefined };
    return embeddingReport(examples, tests, createEndpointEmbedder(server), signal);
  }
  const embedder = await openLocalEmbedder(embeddings.slice(localPrefix.length));
  try {
    return await embeddingReport(examples, tests, embedder, signal);
  } finally {
    await embedder.close();
  }
}

function write(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(path, bytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new NluError('file_unwritable', `${path} cannot be written: ${reason}`, { cause });
  }
}
