import { openQuestion } from '../ports/recognizer.ts';
import { isBareThing } from './completeness/bare-things.ts';
import { functionWords } from './completeness/function-words.ts';
import { doneProbability } from './completeness/model.ts';
import { openEndings } from './completeness/open-endings.ts';
import { isWholeAnswer } from './completeness/whole-answers.ts';
import { dictation } from './dictation.ts';
import { words } from './words.ts';

/** How the words so far sound. */
export interface Completeness {
  readonly kind: 'complete' | 'incomplete' | 'dictating';
  /** Of the turn being over, 0–1. */
  readonly probability: number;
}

/**
 * Could the speaker be done after these words? Numbers, spelled names and addresses that come piece by piece are known by rule; so
 * are endings that no sentence has ("the", "my name is"); all else is judged by a small trained model. Knows English and Vietnamese
 * (with and without marks); of other languages every text sounds complete. Some ten microseconds.
 *
 * @param context the vocabulary context of the question that was asked; `phone`, `digits`, `spelling`, `email` and `address` are dictated
 * @param language BCP 47
 */
export function completeness(text: string, context: string | undefined, language: string): Completeness {
  const expects = context === openQuestion ? undefined : context;
  const code = language.toLowerCase().split('-')[0];
  const spoken = words(text);
  const last = spoken.at(-1);
  if (last === undefined || (code !== 'en' && code !== 'vi'))
    return { kind: 'complete', probability: unknownProbability };
  const dictated = dictation(spoken, expects, code);
  if (dictated === 'going') return { kind: 'dictating', probability: dictatingProbability };
  if (dictated === 'over') return { kind: 'complete', probability: dictatedProbability };
  if (isWholeAnswer(spoken, code)) return { kind: 'complete', probability: wholeProbability };
  if (expects === 'name' && spoken.length <= firstNameWords[code])
    return { kind: 'complete', probability: firstNameProbability };
  const open = openEndings[code];
  const tail = ` ${spoken.slice(-4).join(' ')}`;
  if (open.words.has(last) || open.phrases.some((phrase) => tail.endsWith(` ${phrase}`))) {
    return { kind: 'incomplete', probability: openProbability };
  }
  const judged = doneProbability(text, code) ?? unknownProbability;
  const likely = Math.max(judged, answerProbability(spoken, expects));
  const isBare = expects === undefined && isBareThing(spoken, code);
  const probability = isBare ? Math.min(bareThingProbability, likely) : likely;
  return { kind: probability >= completeFrom ? 'complete' : 'incomplete', probability };
}

/** A few words that name a thing are an answer, above all when there was a question; 0 for all others. */
function answerProbability(spoken: readonly string[], expects: string | undefined): number {
  if (spoken.length > answerWords || functionWords.has(spoken.at(-1) ?? '')) return 0;
  if (expects !== undefined) return askedProbability;
  return spoken.length === 1 ? aloneProbability : 0;
}

/** Most answers to a narrow question have no more. */
const answerWords = 3;
const askedProbability = 0.95;
const aloneProbability = 0.8;

/** From here on a sentence counts as complete: more speakers who pause there are done than are not. */
const completeFrom = 0.5;
/** Nothing speaks against the end. */
const unknownProbability = 0.95;
/** A number or an address that is whole: now and then an extension follows. */
const dictatedProbability = 0.95;
const wholeProbability = 0.95;
/** Asked for their name, people say the first, and after a moment often the last; a whole Vietnamese name has three or four words. */
const firstNameWords = { en: 1, vi: 2 } as const;
const firstNameProbability = 0.82;
/** More often than not something is said of it, but it may be all that somebody wants. */
const bareThingProbability = 0.6;
const dictatingProbability = 0.2;
const openProbability = 0.03;
