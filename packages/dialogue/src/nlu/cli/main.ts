import { writeFileSync } from 'node:fs';
import { parseIntentModel, serializeIntentModel } from '../intent-model-file.ts';
import { NluError } from '../nlu-error.ts';
import { createPredictor } from '../predict-intent.ts';
import { trainIntentModel } from '../train-intent-model.ts';
import { readBytes, readExamples, readTests } from './example-files.ts';
import { type NluCommand, readCommand, usage } from './options.ts';
import { evaluationReport, printEvaluation } from './report.ts';

/** `npm run nlu`: exits with 2 when it was asked wrongly. */
process.exitCode = main(process.argv.slice(2));

function main(args: readonly string[]): number {
  if (args.includes('--help') || args.length === 0) return tell(usage);
  try {
    return tell(run(readCommand(args)));
  } catch (error) {
    if (!(error instanceof NluError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
}

function run(command: NluCommand): string {
  switch (command.type) {
    case 'evaluate': {
      const report = evaluationReport(readExamples(command.train), readTests(command.test), command.seed);
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

function write(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(path, bytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new NluError('file_unwritable', `${path} cannot be written: ${reason}`, { cause });
  }
}

function tell(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}
