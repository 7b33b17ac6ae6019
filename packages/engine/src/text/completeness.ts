import { words } from './words.ts';

/** How the words so far sound. */
export interface Completeness {
  readonly kind: 'complete' | 'incomplete' | 'dictating';
  /** Of the turn being over, 0–1. */
  readonly probability: number;
}

/**
 * Could the speaker be done after these words? Judged from how they end: nobody stops for good after "the" or "my name is",
 * and a telephone number comes in groups. Knows English and Vietnamese; of other languages every text sounds complete.
 *
 * @param expects the vocabulary context of the question that was asked; `phone`, `digits` and `spelling` are dictated
 * @param language BCP 47
 */
export function completeness(text: string, expects: string | undefined, language: string): Completeness {
  const spoken = words(text);
  const last = spoken.at(-1);
  if (last === undefined) return likely('complete');
  const lists = openEndings[language.toLowerCase().split('-')[0] ?? ''];
  if (lists === undefined) return likely('complete');
  if (lists.words.has(last)) return likely('incomplete');
  const tail = spoken.slice(-4).join(' ');
  if (lists.phrases.some((phrase) => tail === phrase || tail.endsWith(` ${phrase}`))) return likely('incomplete');
  return likely(isDictating(spoken, expects, lists.digits) ? 'dictating' : 'complete');
}

function likely(kind: Completeness['kind']): Completeness {
  return { kind, probability: { complete: 0.9, dictating: 0.3, incomplete: 0.05 }[kind] };
}

/** Ten digits are a whole telephone number in most of the world; with fewer, more may come. */
const wholeNumberDigits = 10;
/** "Three thirty" is a time; three digits in a row, without having been asked for a number, are the start of one. */
const unaskedDigits = 3;

function isDictating(spoken: readonly string[], expects: string | undefined, digitWords: ReadonlySet<string>): boolean {
  let digits = 0;
  for (const word of spoken.toReversed()) {
    if (/^\d+$/.test(word)) digits += word.length;
    else if (digitWords.has(word)) digits += 1;
    else break;
  }
  if (digits === 0 || digits >= wholeNumberDigits) return false;
  return expects === 'phone' || expects === 'digits' || expects === 'spelling' || digits >= unaskedDigits;
}

interface OpenEndings {
  /** Words that no sentence ends with. */
  readonly words: ReadonlySet<string>;
  /** Beginnings that want more. */
  readonly phrases: readonly string[];
  readonly digits: ReadonlySet<string>;
}

const openEndings: Readonly<Record<string, OpenEndings>> = {
  en: {
    words: new Set(
      (
        'a an the my your his our their and or but so because if when while with for from to at of in on by about ' +
        'than who is are was were am be would could should can will um uh er erm hmm like i we he she they ' +
        "it's i'm i'd i'll let's can't don't next some any half quarter past between"
      ).split(' '),
    ),
    phrases: [
      'my name',
      'my number',
      'my phone',
      'i want',
      'i need',
      'i would like',
      "i'd like",
      'can i get',
      'can you',
    ],
    digits: new Set('oh zero one two three four five six seven eight nine double triple'.split(' ')),
  },
  vi: {
    words: new Set(
      'và hay hoặc nhưng vì nếu khi với cho của ở tại là thì mà để từ đến vào lúc à ừm ờ tôi em anh chị muốn cần'.split(
        ' ',
      ),
    ),
    phrases: ['tên tôi', 'tên em', 'số của', 'tôi muốn', 'em muốn', 'cho tôi', 'cho em'],
    digits: new Set('không một hai ba bốn năm sáu bảy tám chín'.split(' ')),
  },
};
