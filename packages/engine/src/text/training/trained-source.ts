import { readFile } from 'node:fs/promises';
import { createRandom } from '../../simulation/random.ts';
import { type Calibration, calibrate } from './calibrate.ts';
import { judgedPauses } from './evaluate.ts';
import { createExamples } from './examples.ts';
import { type TrainedModel, train } from './train.ts';

const languages = ['en', 'vi'] as const;

/** Where the engine has its weights. */
export const weightsFile = new URL('../completeness/weights.ts', import.meta.url);

/** Trains both languages, a second or two; the source text of the weights. */
export async function trainedSource(log: (line: string) => void): Promise<string> {
  const trained: Record<string, TrainedModel & Calibration> = {};
  for (const language of languages) {
    const random = createRandom(`completeness/${language}`);
    const data = await dataOf(language);
    const examples = createExamples(data, language, random);
    const done = examples.filter((example) => example.done > 0).length;
    log(`${language}: ${examples.length} beginnings of sentences, ${done} of which may be the end`);
    const model = train(examples, random);
    trained[language] = { ...model, ...calibrate(model, judgedPauses(data.tuning)) };
  }
  return sourceOf(trained);
}

/** The text of a language's files. */
export async function dataOf(language: 'en' | 'vi') {
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
    return `  ${language}: {\n    scale: ${rounded(scale * factor)},\n    offset: ${rounded(offset)},\n    base64:\n      '${base64}',\n  },\n`;
  });
  return `/** Written by \`npm run train -- completeness\` from packages/engine/data/completeness: 8-bit weights, one a bucket. */
export const trainedWeights: Readonly<
  Record<CompletenessLanguage, { readonly scale: number; readonly offset: number; readonly base64: string }>
> = {
${entries.join('')}};

export type CompletenessLanguage = ${languages.map((language) => `'${language}'`).join(' | ')};
`;
}

/** Six digits, without zeros at the end. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
