import { tokenize } from '../entities/entity.ts';

/** The best guess at what the caller wants. `confidence` is 0 to 1; 1 means the words of an example. */
export interface Classification<Intent extends string> {
  readonly intent: Intent | undefined;
  readonly confidence: number;
}

export interface ClassifierOptions {
  /** Below this no intent is named: a wrong guess costs the caller more than a question. */
  readonly minConfidence: number;
  /** Words looked at. Intents are said at once; what follows is story. */
  readonly maxWords: number;
}

export const defaultClassifierOptions: ClassifierOptions = { minConfidence: 0.55, maxWords: 24 };

/**
 * Learn intents from examples. An utterance is compared with each example by the words they share (rare words count
 * more) and by their letter trigrams (so that "cancle" is near "cancel"); the nearest example names the intent. Two
 * intents almost equally near lower the confidence. Placeholders such as `{day}` in examples are words like others:
 * mask the entities of the utterance in the same way.
 */
export function createClassifier<Intent extends string>(
  examples: Readonly<Record<Intent, readonly string[]>>,
  options: ClassifierOptions = defaultClassifierOptions,
): (utterance: string) => Classification<Intent> {
  const known: { intent: Intent; features: Features }[] = [];
  const holders = new Map<string, number[]>();
  for (const intent in examples) {
    for (const example of examples[intent]) {
      const features = featuresOf(example, options.maxWords);
      for (const feature of [...features.words, ...features.trigrams]) {
        holders.set(feature, [...(holders.get(feature) ?? []), known.length]);
      }
      known.push({ intent, features });
    }
  }
  const weigh = (word: string) => Math.log(1 + known.length / (holders.get(word)?.length ?? 0.5));
  const sum = (words: ReadonlySet<string>) => [...words].reduce((total, word) => total + weigh(word), 0);
  const sums = known.map(({ features }) => sum(features.words));
  return (utterance) => {
    const features = featuresOf(utterance, options.maxWords);
    if (features.words.size === 0) return { intent: undefined, confidence: 0 };
    const total = sum(features.words);
    const shared = new Float64Array(known.length);
    const letters = new Float64Array(known.length);
    for (const word of features.words)
      for (const at of holders.get(word) ?? []) shared[at] = (shared[at] ?? 0) + weigh(word);
    for (const trigram of features.trigrams)
      for (const at of holders.get(trigram) ?? []) letters[at] = (letters[at] ?? 0) + 1;
    const best = new Map<Intent, number>();
    for (const [at, { intent, features: example }] of known.entries()) {
      const byWords = (2 * (shared[at] ?? 0)) / (total + (sums[at] ?? 0));
      const byLetters = (2 * (letters[at] ?? 0)) / Math.max(1, features.trigrams.size + example.trigrams.size);
      const score = Math.max(WORD_SHARE * byWords + (1 - WORD_SHARE) * byLetters, LETTERS_ALONE * byLetters);
      if (score > (best.get(intent) ?? 0)) best.set(intent, score);
    }
    const [first, second] = [...best].sort((a, b) => b[1] - a[1]);
    if (first === undefined) return { intent: undefined, confidence: 0 };
    const margin = first[1] - (second?.[1] ?? 0);
    const confidence =
      Math.round(first[1] * (first[1] < 0.999 && margin < NARROW_MARGIN ? NARROW_PENALTY : 1) * 1000) / 1000;
    return { intent: confidence >= options.minConfidence ? first[0] : undefined, confidence };
  };
}

/** Nearer than this the runner-up is as likely. */
const NARROW_MARGIN = 0.05;
const NARROW_PENALTY = 0.85;
/** Words carry the meaning, letters forgive the spelling. */
const WORD_SHARE = 0.65;
/** Trust in letters when no word is right: a misspelt example, but never a certain one. */
const LETTERS_ALONE = 0.9;

interface Features {
  readonly words: ReadonlySet<string>;
  /** Each with a leading tilde, which no word has. */
  readonly trigrams: ReadonlySet<string>;
}

function featuresOf(text: string, maxWords: number): Features {
  const words = tokenize(text)
    .map((token) => token.text)
    .filter((word) => !EMPTY_WORDS.has(word))
    .slice(0, maxWords);
  const kept =
    words.length > 0
      ? words
      : tokenize(text)
          .map((token) => token.text)
          .slice(0, maxWords);
  const trigrams = new Set<string>();
  const joined = ` ${kept.join(' ')} `;
  for (let at = 0; at + 3 <= joined.length; at += 1) trigrams.add(`~${joined.slice(at, at + 3)}`);
  return { words: new Set(kept), trigrams };
}

const EMPTY_WORDS = new Set(['please', 'uh', 'um', 'er', 'well', 'so', 'the', 'a', 'an', 'just']);
