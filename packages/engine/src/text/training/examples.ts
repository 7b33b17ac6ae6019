import type { Random } from '../../simulation/random.ts';
import { fillers } from '../completeness/features.ts';
import { functionWords } from '../completeness/function-words.ts';
import { type LabelledSentence, linesOf, sentencesOf } from './templates.ts';

/** Words so far, and how likely a speaker who stops after them is done. */
export interface Example {
  readonly text: string;
  /** 0–1. */
  readonly done: number;
  /** Written by hand, and so more like what people say than what templates give. */
  readonly isWritten: boolean;
}

/** Templates give a hundred times as many beginnings and teach less each; 1, 4 and 10 were tried on the tuning set. */
const writtenWeight = 40;
/** Of pauses after a word that is no function word, against those after one. */
const midPhraseWeight = 0.5;

/** How much an example counts: nobody hesitates as often in the middle of a name as after "the" or "um". */
export function weightOf({ text, done, isWritten }: Example): number {
  const last = text.split(' ').at(-1) ?? '';
  const share = isWritten ? writtenWeight : 1;
  return share * (done > 0 || functionWords.has(last) || fillers.has(last) ? 1 : midPhraseWeight);
}

/** What a language is learnt from; the text of its files. */
export interface TrainingData {
  readonly templates: string;
  readonly sentences: string;
  readonly fragments: string;
}

/** Different sentences of one template. Beyond some forty they only repeat the values of the slots. */
const perTemplate = 48;
/** A place where the sentence may end but this speaker went on: most of those who pause there are done. */
const mayEnd = 0.85;

/**
 * Every beginning of every sentence, and what spoils them on the way: fillers, names never seen, numerals for number words,
 * a sentence after a sentence, Vietnamese without its marks. Where texts coincide the more finished one holds.
 */
export function createExamples(data: TrainingData, language: 'en' | 'vi', random: Random): readonly Example[] {
  const examples = new Map<string, Example>();
  let isWritten = false;
  const add = (spoken: readonly string[], done: number) => keep(examples, { text: spoken.join(' '), done, isWritten });
  const addSentence = ({ words, canEnd }: LabelledSentence, before: readonly string[] = []) => {
    for (let count = 1; count <= words.length; count += 1) {
      const done = count === words.length ? 1 : canEnd[count - 1] === true ? mayEnd : 0;
      add([...before, ...words.slice(0, count)], done);
    }
  };
  const written = linesOf(data.sentences).map(writtenSentence);
  const templated = sentencesOf(data.templates, perTemplate, random);
  for (const sentence of templated) addSentence(sentence);
  isWritten = true;
  for (const sentence of written) addSentence(sentence);
  for (const line of linesOf(data.fragments)) add(line.split(' '), 0);

  const fillerWords = fillersOf[language];
  const sentences = [...templated, ...written];
  isWritten = false;
  for (const sentence of sentences) {
    if (random.chance(0.2)) {
      const count = random.int(1, sentence.words.length);
      add([...sentence.words.slice(0, count), oneOf(fillerWords, random)], 0);
    }
    if (random.chance(0.25)) addSentence(withStranger(sentence, random));
    if (random.chance(0.15)) addSentence(withNumerals(sentence, language));
    if (random.chance(0.1)) addSentence(sentence, oneOf(sentences, random).words);
    if (random.chance(0.15)) addSentence(sentence, [oneOf(openings[language], random)]);
  }
  const marked = [...examples.values()];
  if (language === 'vi') for (const example of marked) keep(examples, { ...example, text: withoutMarks(example.text) });
  return [...examples.values()];
}

function keep(examples: Map<string, Example>, example: Example): void {
  const { text } = example;
  const known = examples.get(text);
  if (text !== '' && (known === undefined || known.done < example.done)) examples.set(text, example);
}

/** Vietnamese as it is typed in haste, and as some recognisers write it. */
export function withoutMarks(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('đ', 'd').replaceAll('Đ', 'D');
}

const fillersOf = {
  en: [...fillers].filter((filler) => /^[a-z]+$/.test(filler)),
  vi: ['ừm', 'ờ', 'à', 'um'],
} as const;

const openings = {
  en: ['yes', 'yeah', 'okay', 'so', 'well', 'no', 'actually', 'and', 'but', 'sorry', 'right', 'oh'],
  vi: ['dạ', 'vâng', 'ừ', 'thế', 'à', 'không', 'nhưng', 'vậy', 'thực ra'],
} as const;

/** A `/` stands where the sentence may end before its line does. */
function writtenSentence(line: string): LabelledSentence {
  const marked = line.split(' ');
  const words = marked.filter((word) => word !== '/');
  const canEnd = marked.flatMap((word, index) =>
    word === '/' ? [] : [index === marked.length - 1 || marked[index + 1] === '/'],
  );
  return { words, canEnd };
}

/** One longer word becomes one that nobody knows: the model must judge by what stands around it. */
function withStranger({ words, canEnd }: LabelledSentence, random: Random): LabelledSentence {
  const long = words.flatMap((word, index) => (word.length > 3 ? [index] : []));
  if (long.length === 0) return { words, canEnd };
  const at = oneOf(long, random);
  const letters = 'abcdefghiklmnoprstuvy';
  const stranger = Array.from({ length: random.int(3, 8) }, () => oneOf([...letters], random)).join('');
  return { words: words.map((word, index) => (index === at ? stranger : word)), canEnd };
}

function withNumerals({ words, canEnd }: LabelledSentence, language: 'en' | 'vi'): LabelledSentence {
  return { words: words.map((word) => (numberWords[language].has(word) ? '10' : word)), canEnd };
}

const numberWords = {
  en: new Set('two three four five six seven eight nine ten eleven twelve twenty fifty'.split(' ')),
  vi: new Set('hai ba bốn năm sáu bảy tám chín mười'.split(' ')),
} as const;

function oneOf<Item>(items: readonly Item[], random: Random): Item {
  const item = items[random.int(0, items.length - 1)];
  if (item === undefined) throw new Error('There is nothing to choose from.');
  return item;
}
