/** A stretch of the text as written, always whole words with the blanks around them, and the words that say it. */
export interface SpokenPiece {
  readonly source: string;
  /** Empty when there is nothing to say, such as for an emoji. Keeps one mark of punctuation: voices breathe at it. */
  readonly spoken: string;
}

export interface RuleContext {
  /** The written word before, in small letters without punctuation; empty at the beginning. */
  readonly before: string;
  /** The same as written. */
  readonly beforeAsWritten: string;
  readonly text: string;
  /** Where the match ends in `text`. */
  readonly end: number;
}

/** One way of writing something and how it is said. */
export interface Rule {
  /** Sticky; matches at the beginning of a word. Its quantifiers are bounded, so that all is linear. */
  readonly pattern: RegExp;
  /** Undefined: it is something else after all, and the next rule is tried. */
  readonly say: (match: RegExpExecArray, context: RuleContext) => string | undefined;
}

/** All that is particular to a language. */
export interface SpokenLanguage {
  /** Rules by what they begin with; in each list the first that fits counts. */
  readonly digitRules: readonly Rule[];
  readonly letterRules: readonly Rule[];
  readonly signRules: readonly Rule[];
  /** Words of letters alone, in small letters, for which `letterRules` are tried. */
  readonly beginners: ReadonlySet<string>;
  /** In small letters without the last full stop. `always`: also without a stop and without a capital. */
  readonly abbreviations: ReadonlyMap<string, Abbreviation>;
  /** Signs within words or by themselves. */
  readonly signs: ReadonlyMap<string, string>;
  /** A whole number of digits inside something else, such as a code. */
  readonly digits: (digits: string) => string;
  readonly letters: (letters: string) => string;
}

export interface Abbreviation {
  readonly spoken: string;
  /**
   * `stop`: only with a full stop ("sat."); `capital`: with a stop or a capital ("Mon", not "mon"); `always`: however it
   * is written.
   */
  readonly when: 'stop' | 'capital' | 'always';
}

export function rule(pattern: RegExp, say: Rule['say']): Rule {
  return { pattern: new RegExp(pattern.source, `${pattern.flags.replace(/[gy]/g, '')}y`), say };
}

export function abbreviations(
  byWhen: Readonly<Record<Abbreviation['when'], Readonly<Record<string, string>>>>,
): ReadonlyMap<string, Abbreviation> {
  const all = new Map<string, Abbreviation>();
  for (const when of ['stop', 'capital', 'always'] as const) {
    for (const [written, spoken] of Object.entries(byWhen[when])) all.set(written, { spoken, when });
  }
  return all;
}

/** "e.g.", "v.v.": letters with a full stop behind each. */
export function dottedRule(known: ReadonlyMap<string, Abbreviation>): Rule {
  return rule(/\p{L}(?:\.\p{L}){1,4}\.?/u, ([all]) => known.get(all.toLowerCase().replace(/\.$/, ''))?.spoken);
}
