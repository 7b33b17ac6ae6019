// npm run train -- completeness: learns from packages/engine/data what the engine ships as weights. The same data gives the same
// weights; `--check` writes nothing and fails when the committed ones are others.
import { readFile, writeFile } from 'node:fs/promises';
import { createRandom } from '../../simulation/random.ts';
import { type Calibration, calibrate } from './calibrate.ts';
import { judgedPauses } from './evaluate.ts';
import { createExamples } from './examples.ts';
import { type TrainedModel, train } from './train.ts';

const languages = ['en', 'vi'] as const;
const weightsFile = new URL('../completeness/weights.ts', import.meta.url);

const [model, ...flags] = process.argv.slice(2);
if (model !== 'completeness') {
  process.stderr.write('Say what to train: npm run train -- completeness [--check]\n');
  process.exitCode = 2;
} else {
  await trainCompleteness(flags.includes('--check'));
}

async function trainCompleteness(checkOnly: boolean): Promise<void> {
  const trained: Record<string, TrainedModel & Calibration> = {};
  for (const language of languages) {
    const random = createRandom(`completeness/${language}`);
    const data = await dataOf(language);
    const examples = createExamples(data, language, random);
    const done = examples.filter((example) => example.done > 0).length;
    process.stdout.write(`${language}: ${examples.length} beginnings of sentences, ${done} of which may be the end\n`);
    const model = train(examples, random);
    trained[language] = { ...model, ...calibrate(model, judgedPauses(data.tuning)) };
  }
  const source = sourceOf(trained);
  if (!checkOnly) return writeFile(weightsFile, source);
  if ((await readFile(weightsFile, 'utf8')) === source) return;
  process.stderr.write('The weights are not those that the data gives. Run npm run train -- completeness.\n');
  process.exitCode = 1;
}

async function dataOf(language: string) {
  const read = (name: string) =>
    readFile(new URL(`../../../data/completeness/${language}/${name}.txt`, import.meta.url), 'utf8');
  const [templates, sentences, fragments, tuning] = await Promise.all([
    read('templates'),
    read('sentences'),
    read('fragments'),
    read('tuning'),
  ]);
  return { templates, sentences, fragments, tuning };
}

function sourceOf(trained: Readonly<Record<string, TrainedModel & Calibration>>): string {
  const entries = Object.entries(trained).map(([language, { scale, values, factor, offset }]) => {
    const base64 = Buffer.from(values.buffer).toString('base64');
    return `  ${language}: {\n    scale: ${(scale * factor).toPrecision(6)},\n    offset: ${offset.toPrecision(6)},\n    base64:\n      '${base64}',\n  },\n`;
  });
  return `/** Written by \`npm run train -- completeness\` from packages/engine/data/completeness: 8-bit weights, one a bucket. */
export const trainedWeights: Readonly<
  Record<CompletenessLanguage, { readonly scale: number; readonly offset: number; readonly base64: string }>
> = {
${entries.join('')}};

export type CompletenessLanguage = ${languages.map((language) => `'${language}'`).join(' | ')};
`;
}
