/** One addition, with all that went into it. */
export type Step =
  /** The letters of one word of a name and what each counts. */
  | {
      readonly type: 'letters';
      readonly word: string;
      readonly letters: readonly { readonly letter: string; readonly value: number }[];
      readonly total: number;
    }
  /** The digits of a number added up. */
  | { readonly type: 'digits'; readonly from: number; readonly digits: readonly number[]; readonly total: number }
  /** Numbers found before, added up. */
  | { readonly type: 'sum'; readonly terms: readonly Term[]; readonly total: number }
  /** Nothing to add: the number is small enough, or a master number that is kept. */
  | { readonly type: 'kept'; readonly value: number; readonly master: boolean };

/** What is added: a word of a name by itself, or a part of a date by what it is. */
export interface Term {
  readonly of: PartOf;
  readonly value: number;
}

export type PartOf = 'word' | 'day' | 'month' | 'year' | 'calendar_month' | 'calendar_year' | 'personal_year';

/** A part of the working: what it is about and its additions one after another. The last part gives the number. */
export interface WorkingPart {
  readonly of: PartOf | 'whole';
  /** The word, day, month or year it starts from; empty for `whole`. */
  readonly from: string;
  readonly steps: readonly Step[];
  readonly value: number;
}

export type MasterNumbers = 'kept' | 'reduced';

/** Numbers that are not added up further where master numbers are kept. */
export const masterNumbers: readonly number[] = [11, 22, 33];

/**
 * Add up the digits of a positive whole number until one digit is left, or, where masters are kept, until it is 11, 22
 * or 33. The steps start with the number itself as it stands and are never empty.
 */
export function reduceNumber(from: number, masters: MasterNumbers): { value: number; steps: readonly Step[] } {
  const steps: Step[] = [];
  let value = from;
  while (value > 9 && !(masters === 'kept' && masterNumbers.includes(value))) {
    const digits = Array.from(String(value), Number);
    const total = digits.reduce((sum, digit) => sum + digit, 0);
    steps.push({ type: 'digits', from: value, digits, total });
    value = total;
  }
  const master = masters === 'kept' && masterNumbers.includes(value);
  if (steps.length === 0 || master) steps.push({ type: 'kept', value, master });
  return { value, steps };
}

/** A part of a date, reduced. */
export function reducePart(of: PartOf, from: number, masters: MasterNumbers): WorkingPart {
  return { of, from: String(from), ...reduceNumber(from, masters) };
}

/** The last part: everything found before added up and reduced. One part alone needs no addition. */
export function addParts(parts: readonly WorkingPart[], masters: MasterNumbers): WorkingPart {
  const terms: Term[] = [];
  for (const { of, value } of parts) if (of !== 'whole') terms.push({ of, value });
  const total = terms.reduce((sum, term) => sum + term.value, 0);
  const { value, steps } = reduceNumber(total, masters);
  const [first] = steps;
  // "5 + 4 = 9" says enough; that 9 stays 9 does not have to be said after it.
  const rest = first?.type === 'kept' && !first.master ? [] : steps;
  return { of: 'whole', from: '', steps: [{ type: 'sum', terms, total }, ...rest], value };
}
