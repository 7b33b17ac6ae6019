import { primaryLanguage } from '../provider/languages.ts';
import { isCommonEnglishWord } from './english-words.ts';
import { loadLetterGuesser } from './letter-guesser.ts';
import { hasVietnameseLetters, isBareVietnameseSyllable } from './vietnamese-syllables.ts';

export interface DetectedLanguage {
  /** As it stands in the candidates; undefined when the text has no words. */
  readonly language: string | undefined;
  /** 0–1: how likely it is this one and none of the other candidates. */
  readonly confidence: number;
}

/** What people write and speak to agents, as far as it can be told apart. */
export const detectableLanguages: readonly string[] = (
  'ar be bg bn cs da de el en es et fa fi fr ga gu he hi hu hy id is it ja kk km kn ko lt lv mk mn my nb nl pl pt ro ru sk sr sv ta te ' +
  'th tl tr uk ur vi zh'
).split(' ');

/** More of a text says nothing new. */
const maxCharacters = 2000;

/**
 * The language of a text, short ones too: by its letters, and for Vietnamese (with and without its marks) and English by their words.
 * The first call loads the letter statistics: 200 ms and 50 MB; each takes 0.1 ms then.
 *
 * Measured on what people say to four agents (557 lines of Vietnamese, 3,400 of English, four to five words long, dates and
 * "ok" among them): between these two languages 98.6% of Vietnamese, 95.2% of it without marks and all of the English is told right;
 * among all languages 97.8, 85.5 and 97.9%. Of what it says with a confidence of 0.9 among all languages, 99.8% is right.
 *
 * @param candidates BCP 47; left out: `detectableLanguages`. The fewer, the surer.
 */
export async function detectLanguage(
  text: string,
  candidates: readonly string[] = detectableLanguages,
): Promise<DetectedLanguage> {
  const written = text.slice(0, maxCharacters).normalize('NFC').toLowerCase();
  const words = written.match(/[\p{L}\p{M}][\p{L}\p{M}'’]*/gu) ?? [];
  if (words.length === 0) return { language: undefined, confidence: 0 };
  const guess = await loadLetterGuesser();
  const letters = guess(written, candidates.map(primaryLanguage));
  const kinds = words.map(kindOf);
  const isOwn = hasVietnameseLetters(written);
  const scored = candidates.map((language) => {
    const primary = primaryLanguage(language);
    const floor = primary === 'vi' || primary === 'en' ? knownFloor : otherFloor / candidates.length;
    const byLetters = Math.log((letters.get(primary) ?? 0) + floor);
    // Whoever writes one such letter writes Vietnamese, or a Vietnamese name in another language.
    const byMarks = isOwn && primary === 'vi' ? ownLetterWeight : 0;
    return { language, score: byLetters + byMarks + wordScore(primary, kinds) };
  });
  const best = scored.reduce<(typeof scored)[number] | undefined>(
    (most, one) => (most === undefined || one.score > most.score ? one : most),
    undefined,
  );
  if (best === undefined) return { language: undefined, confidence: 0 };
  const rivals = scored.reduce((sum, { score }) => sum + Math.exp(score - best.score), 0);
  return { language: best.language, confidence: 1 / rivals };
}

type WordKind = 'both' | 'syllable' | 'english' | 'neither' | 'foreign';

function kindOf(word: string): WordKind {
  const bare = word.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('đ', 'd').replaceAll('’', "'");
  // Another script says nothing about these two, and its letters say all.
  if (!/^[a-z']+$/.test(bare)) return 'foreign';
  const isSyllable = isBareVietnameseSyllable(bare);
  const isEnglish = bare === word.replaceAll('’', "'") && isCommonEnglishWord(bare);
  if (isSyllable) return isEnglish ? 'both' : 'syllable';
  return isEnglish ? 'english' : 'neither';
}

/**
 * How often words of each kind come in each language. Measured over 7,600 Vietnamese words without marks and 6,200 English ones (the
 * sentences of the engine's completeness data); the others are an estimate over eight languages of Europe and Indonesian.
 */
const rates: Readonly<Record<'vi' | 'en' | 'other', Readonly<Record<WordKind, number>>>> = {
  vi: { both: 0.046, syllable: 0.95, english: 0.002, neither: 0.005, foreign: 0.005 },
  en: { both: 0.31, syllable: 0.02, english: 0.37, neither: 0.3, foreign: 0.005 },
  other: { both: 0.1, syllable: 0.19, english: 0.02, neither: 0.69, foreign: 0.69 },
};
/** Words of a sentence depend on one another: as many independent ones say less. */
const wordWeight = 0.7;
/** What the letters of a short text rule out of the two languages whose words are known, they rule out nearly; of all others together more. */
const knownFloor = 0.02;
const otherFloor = 0.04;
const ownLetterWeight = Math.log(1000);

function wordScore(primary: string, kinds: readonly WordKind[]): number {
  const of = rates[primary === 'vi' || primary === 'en' ? primary : 'other'];
  return wordWeight * kinds.reduce((sum, kind) => sum + Math.log(of[kind]), 0);
}
