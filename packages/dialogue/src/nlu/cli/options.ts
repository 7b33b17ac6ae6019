import { parseArgs } from 'node:util';
import { NluError } from '../nlu-error.ts';

export type NluCommand =
  | {
      readonly type: 'evaluate';
      readonly train: string;
      readonly test: string;
      /** `local:FOLDER` or an address, in place of the trained model. */
      readonly embeddings: string | undefined;
      readonly json: boolean;
      readonly seed: number;
    }
  | { readonly type: 'train'; readonly train: string; readonly out: string; readonly seed: number }
  | { readonly type: 'try'; readonly model: string; readonly text: string; readonly json: boolean };

export const usage = `Learns what callers mean from examples, and tells how well.

  npm run nlu -- evaluate --train FILE --test FILE [--json]   learn from one file, ask for the other
  npm run nlu -- train --train FILE --out FILE                keep what was learnt
  npm run nlu -- try --model FILE [--json] "what is said"     ask what was learnt

  Files are JSON arrays of {"text": "...", "intent": "..."}. In a test, "intent": null is a text that no intent is for.

  --embeddings local:FOLDER | URL   evaluate by the meaning of sentences, by a model in a folder (model.onnx, tokenizer.json) or a
             server that speaks OpenAI's embeddings (its NLU_EMBEDDINGS_MODEL and NLU_EMBEDDINGS_KEY are in the environment)
  --seed N   of the shuffling (1): the same files and seed give the same model
  --json     one JSON object instead of sentences`;

/** @throws NluError `arguments_invalid` with a sentence for whoever typed them */
export function readCommand(args: readonly string[]): NluCommand {
  const { values, positionals } = parse(args);
  const [command, ...rest] = positionals;
  const needed = (name: 'train' | 'test' | 'out' | 'model') => {
    const value = values[name];
    if (value === undefined || value === '') throw wrong(`${command} wants --${name} FILE.`);
    return value;
  };
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed) || seed < 0) throw wrong(`--seed wants a whole number, not "${values.seed}".`);
  if (command !== 'try' && rest.length > 0) throw wrong(`"${rest.join(' ')}" was not expected.`);
  switch (command) {
    case 'evaluate':
      return {
        type: 'evaluate',
        train: needed('train'),
        test: needed('test'),
        embeddings: embeddingsOf(values.embeddings),
        json: values.json,
        seed,
      };
    case 'train':
      return { type: 'train', train: needed('train'), out: needed('out'), seed };
    case 'try':
      if (rest.length === 0) throw wrong('try wants the text that was said.');
      return { type: 'try', model: needed('model'), text: rest.join(' '), json: values.json };
    default:
      throw wrong(command === undefined ? 'There is no command.' : `There is no command "${command}".`);
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        train: { type: 'string' },
        test: { type: 'string' },
        embeddings: { type: 'string' },
        out: { type: 'string' },
        model: { type: 'string' },
        seed: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
      },
    });
  } catch (cause) {
    throw new NluError('arguments_invalid', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function embeddingsOf(value: string | undefined): string | undefined {
  if (value === undefined || /^(local:.|https?:\/\/.)/.test(value)) return value;
  throw wrong(`--embeddings wants local:FOLDER or an address that begins with http:// or https://, not "${value}".`);
}

function wrong(reason: string): NluError {
  return new NluError('arguments_invalid', reason);
}
