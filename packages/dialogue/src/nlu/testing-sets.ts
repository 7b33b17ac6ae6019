import { readExamples, readTests } from './cli/example-files.ts';
import { randomOf } from './linear-svm.ts';

/** The sets of this project, for tests: where they lie, whole, and drawn from anew. */
export function pathOfSet(language: 'en' | 'vi', part: 'train' | 'test'): string {
  return new URL(`../../data/nlu/${language}.${part}.json`, import.meta.url).pathname;
}

/** All texts with an intent, and all without. */
export function wholeSet(language: 'en' | 'vi') {
  const tests = readTests(pathOfSet(language, 'test'));
  const own = tests.flatMap(({ text, intent }) => (intent === null ? [] : [{ text, intent }]));
  const foreign = tests.filter(({ intent }) => intent === null);
  return { own: [...readExamples(pathOfSet(language, 'train')), ...own], foreign };
}

/** So many examples of each intent to learn from, and the others to ask for; another draw for each seed. */
export function drawFrom(language: 'en' | 'vi', examplesAnIntent: number, seed: number) {
  const { own, foreign } = wholeSet(language);
  const next = randomOf(seed);
  const taken = new Map<string, number>();
  const mixed = own.map((example) => ({ example, place: next() })).sort((a, b) => a.place - b.place);
  const train: typeof own = [];
  const test: typeof own = [];
  for (const { example } of mixed) {
    const count = taken.get(example.intent) ?? 0;
    taken.set(example.intent, count + 1);
    (count < examplesAnIntent ? train : test).push(example);
  }
  return { train, test, foreign };
}
