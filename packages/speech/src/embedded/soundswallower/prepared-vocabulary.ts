import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecognizerVocabulary } from '@parley/engine/ports/recognizer.ts';
import { garbageWord } from '../../grammar/compile-grammar.ts';
import { formatDictionary, fromFlitePhones, pickPronunciations } from '../../grammar/dictionary.ts';
import { LISTENER_WORDS } from '../../grammar/listener-words.ts';
import { spokenWords } from '../../grammar/normalize.ts';
import { vocabularyGrammars, WHOLE } from '../../grammar/vocabulary-grammars.ts';
import { loadFlite } from '../flite/flite-program.ts';

/** All that a decoder needs of a vocabulary, as text. */
export interface PreparedVocabulary {
  readonly dictionary: string;
  /** Words that are a phrase by themselves, such as `yes`. */
  readonly saidAlone: ReadonlySet<string>;
  /**
   * Whether a text is one of the few short answers that the question is after: any of a question with few answers, and
   * those which every question takes (yes, no, cancel). Names and days are not: too many other words sound like one.
   */
  isAwaited(context: string | undefined, text: string): boolean;
  /** The grammar of the context, or the whole vocabulary's when there is none of that name. */
  grammar(context: string | undefined): { readonly name: string; readonly fsg: string };
}

/** Phones of the English model. */
const PHONES =
  'AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH'.split(' ');

/** Answers of a closed question (yes or no, a menu). */
const FEW_ANSWERS = 60;
/** Longer answers bring evidence enough of their own. */
const SHORT_ANSWER_WORDS = 2;

/** Compile the grammars and collect the pronunciations; takes about 100 ms, 200 ms when words must be guessed at. */
export async function prepareVocabulary(
  vocabulary: RecognizerVocabulary,
  modelFolder: string,
): Promise<PreparedVocabulary> {
  const grammars = vocabularyGrammars(vocabulary, { garbagePhones: PHONES });
  const whole = grammars(WHOLE);
  if (whole === undefined) throw new Error('A vocabulary without a grammar cannot be listened with.');
  const pronunciations = pickPronunciations(await readFile(join(modelFolder, 'dict.txt'), 'utf8'), whole.words);
  const missing = whole.words.filter((word) => !pronunciations.has(word));
  if (missing.length > 0) {
    // The voice reads by letter-to-sound rules what no dictionary has: names, brands.
    const guessed = (await loadFlite()).pronounce(missing);
    for (const [index, word] of missing.entries()) {
      const phones = fromFlitePhones(guessed[index] ?? []);
      if (phones === '')
        throw new Error(`The word "${word}" of the vocabulary cannot be pronounced. Spell it as it is spoken.`);
      pronunciations.set(word, [phones]);
    }
  }
  const phrases = [...vocabulary.phrases, ...Object.values(vocabulary.contexts).flat()].map(spokenWords);
  const answers = new Map(Object.entries(vocabulary.contexts).map(([name, texts]) => [name, shortAnswers(texts)]));
  const always = common([...answers.values()]);
  for (const phone of PHONES) pronunciations.set(garbageWord(phone), [phone]);
  return {
    dictionary: formatDictionary(pronunciations),
    saidAlone: new Set([...phrases, ...LISTENER_WORDS].flatMap((words) => (words.length === 1 ? words : []))),
    isAwaited(context, text) {
      if (always.has(text)) return true;
      const own = context === undefined ? undefined : answers.get(context);
      return own !== undefined && own.size <= FEW_ANSWERS && own.has(text);
    },
    grammar(context) {
      const own = context === undefined ? undefined : grammars(context);
      return own === undefined || context === undefined
        ? { name: WHOLE, fsg: whole.fsg }
        : { name: context, fsg: own.fsg };
    },
  };
}

function shortAnswers(phrases: readonly string[]): ReadonlySet<string> {
  const spoken = phrases.map(spokenWords).filter((words) => words.length <= SHORT_ANSWER_WORDS);
  return new Set(spoken.map((words) => words.join(' ')));
}

/** What is in all of several sets; of a single one it says nothing that it is in all. */
function common(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  const [first, ...others] = sets;
  if (first === undefined || others.length === 0) return new Set();
  return new Set([...first].filter((text) => others.every((set) => set.has(text))));
}
