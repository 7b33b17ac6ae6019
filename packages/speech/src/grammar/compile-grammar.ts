/** A phrase with how much it counts: expected answers count more than what may be said at any time. */
export interface WeightedPhrase {
  /** Spoken words in lower case. */
  readonly words: readonly string[];
  readonly weight: number;
}

export interface GrammarOptions {
  /** Phones of the acoustic model; each becomes a word `+aa+` of the garbage loop. */
  readonly garbagePhones: readonly string[];
  /** Share of the probability at each back-off that goes to sounds outside the vocabulary. */
  readonly garbageWeight?: number;
  /** Price of each phone in the loop; the phones need not share one probability, as the loop is a filler, not a model. */
  readonly garbagePhoneWeight?: number;
  /**
   * Histories of two words that are kept, those said most. None unless asked for: with 12,000 phrases a hundred made no
   * word more right, and a decoder (all hold their grammar) a third larger and slower to change.
   */
  readonly maxTrigramHistories?: number;
  /**
   * Probability that the speaker stops after any word, mid-phrase: to think, or because voice activity detection cut the
   * sentence there. The way over the back-off is too dear for it where a context's weights leave that next to nothing, and
   * a search that reaches no end has no words at all.
   */
  readonly breakOffWeight?: number;
  /** Absolute discount of the counts: what unseen successions of words share. 0.5 is the usual value. */
  readonly discount?: number;
}

export interface CompiledGrammar {
  /** The finite-state grammar in the text form of the Sphinx family. */
  readonly fsg: string;
  /** Words that need a pronunciation; garbage words are not among them. */
  readonly words: readonly string[];
}

/** Name of the garbage loop's word for a phone. */
export function garbageWord(phone: string): string {
  return `+${phone.toLowerCase()}+`;
}

export function isGarbageWord(word: string): boolean {
  return /^\+[a-z]+\+$/.test(word);
}

const START = '<s>';
const END = '</s>';

/**
 * A trigram model with back-off as a finite-state grammar. States are histories of two words, of one word, and none;
 * an arc without a word leaves a history for the shorter one at the price of what its discounts freed. A loop over all
 * phones at a low weight takes up what is not of the vocabulary, so that it need not become words of it.
 */
export function compileGrammar(phrases: readonly WeightedPhrase[], options: GrammarOptions): CompiledGrammar {
  const {
    garbagePhones,
    garbageWeight = 0.01,
    garbagePhoneWeight = 0.1,
    breakOffWeight = 0.01,
    discount = 0.5,
    maxTrigramHistories = 0,
  } = options;
  const counts = [
    new Map<string, Map<string, number>>(),
    new Map<string, Map<string, number>>(),
    new Map<string, Map<string, number>>(),
  ] as const;
  const [unigrams, bigrams, trigrams] = counts;
  const vocabulary = new Set<string>();
  for (const { words, weight } of phrases) {
    if (words.length === 0) continue;
    const line = [START, ...words, END];
    for (const word of words) vocabulary.add(word);
    for (let index = 1; index < line.length; index += 1) {
      const word = line[index] ?? END;
      const before = line[index - 1] ?? START;
      count(unigrams, '', word, weight);
      count(bigrams, before, word, weight);
      if (index > 1) count(trigrams, `${line[index - 2]} ${before}`, word, weight);
    }
  }
  if (vocabulary.size === 0) count(unigrams, '', END, 1);

  prune(trigrams, maxTrigramHistories);

  const ids = new Map<string, number>();
  const id = (state: string): number => {
    const known = ids.get(state) ?? ids.size;
    ids.set(state, known);
    return known;
  };
  const startId = id(START);
  const finalId = id(END);
  const backOffId = id('');
  for (const history of [...bigrams.keys(), ...trigrams.keys()]) id(history);
  for (const word of vocabulary) id(word);
  /** The longest known history after `word` was said in `history`. */
  const after = (history: string, word: string): number => {
    if (word === END) return finalId;
    const last = history.split(' ').pop() ?? '';
    return ids.get(`${last} ${word}`) ?? id(word);
  };

  const arcs: string[] = [];
  const arc = (from: number, to: number, probability: number, word = ''): void => {
    arcs.push(
      `TRANSITION ${from} ${to} ${Math.max(probability, 1e-9).toPrecision(5)}${word === '' || word === END ? '' : ` ${word}`}`,
    );
  };
  // Histories have few followers, each discounted; the freed rest is the way back to a shorter history.
  for (const [order, table] of [bigrams, trigrams].entries()) {
    for (const [history, followers] of table) {
      const total = sum(followers);
      for (const [word, number] of followers)
        arc(id(history), after(history, word), discounted(number, discount) / total, word);
      const freed = [...followers.values()].reduce((rest, number) => rest + number - discounted(number, discount), 0);
      const shorter = order === 0 ? backOffId : id(history.split(' ')[1] ?? '');
      arc(id(history), shorter, freed / total);
      const ends = discounted(followers.get(END) ?? 0, discount) / total;
      if (history !== START && ends < breakOffWeight) arc(id(history), finalId, breakOffWeight);
    }
  }
  const total = sum(unigrams.get('') ?? new Map());
  for (const [word, number] of unigrams.get('') ?? []) {
    arc(backOffId, word === END ? finalId : id(word), ((1 - garbageWeight) * number) / total, word);
  }
  if (garbagePhones.length > 0) {
    const loopId = id('+');
    arc(backOffId, loopId, garbageWeight);
    // Staying in the loop is cheap, so that a foreign word costs the entrance once; leaving it is a word like any other.
    for (const phone of garbagePhones) arc(loopId, loopId, garbagePhoneWeight, garbageWord(phone));
    arc(loopId, backOffId, 0.05);
    arc(loopId, finalId, 0.05);
  }
  const fsg = [
    'FSG_BEGIN agent',
    `NUM_STATES ${ids.size}`,
    `START_STATE ${startId}`,
    `FINAL_STATE ${finalId}`,
    ...arcs,
    'FSG_END',
    '',
  ].join('\n');
  return { fsg, words: [...vocabulary] };
}

function count(table: Map<string, Map<string, number>>, history: string, word: string, weight: number): void {
  const followers = table.get(history) ?? new Map<string, number>();
  followers.set(word, (followers.get(word) ?? 0) + weight);
  table.set(history, followers);
}

function prune(table: Map<string, Map<string, number>>, keep: number): void {
  if (table.size <= keep) return;
  const byUse = [...table].map(([history, followers]) => ({ history, uses: sum(followers) }));
  byUse.sort((a, b) => b.uses - a.uses);
  for (const { history } of byUse.slice(keep)) table.delete(history);
}

function discounted(number: number, discount: number): number {
  return Math.max(number - discount, number / 4);
}

function sum(followers: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const number of followers.values()) total += number;
  return total;
}
