import type { Random } from '../../simulation/random.ts';

/** A sentence that callers say, and after which of its words it may end. */
export interface LabelledSentence {
  readonly words: readonly string[];
  /** For each word: might a speaker stop for good after it? Always true of the last. */
  readonly canEnd: readonly boolean[];
}

/**
 * Sentences from a file of templates: `@slot: a | b` declares values, `{slot}` takes one, `(a|b)` is one of several, `[a]` may
 * be left out; `#` begins a comment. Each template gives up to so many different sentences.
 *
 * @throws Error naming the line that cannot be read
 */
export function sentencesOf(file: string, perTemplate: number, random: Random): readonly LabelledSentence[] {
  const slots = new Map<string, readonly string[]>();
  const templates: Sequence[] = [];
  for (const line of linesOf(file)) {
    const slot = /^@(\w+): (.+)$/.exec(line);
    if (slot === null) templates.push(parse(line));
    else
      slots.set(
        slot[1] ?? '',
        (slot[2] ?? '').split('|').map((value) => value.trim()),
      );
  }
  return templates.flatMap((template) => {
    const different = new Map<string, LabelledSentence>();
    // Templates with few choices give the same sentence again and again: twice as many tries find most of them.
    for (let tries = 0; tries < 2 * perTemplate && different.size < perTemplate; tries += 1) {
      const sentence = { words: [], canEnd: [] };
      expand(template, slots, random, true, sentence);
      different.set(sentence.words.join(' '), sentence);
    }
    return [...different.values()];
  });
}

/** Lines that are neither empty nor comments. */
export function linesOf(file: string): readonly string[] {
  return file.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
}

type Sequence = readonly Element[];
type Element =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'slot'; readonly name: string }
  | { readonly kind: 'choice'; readonly choices: readonly Sequence[] }
  | { readonly kind: 'optional'; readonly content: Sequence };

function parse(line: string): Sequence {
  let at = 0;
  const sequence = (closing: string): Element[] => {
    const elements: Element[] = [];
    while (at < line.length && !closing.includes(line[at] ?? '')) {
      const char = line[at];
      if (char === '{') {
        const end = line.indexOf('}', at);
        elements.push({ kind: 'slot', name: line.slice(at + 1, end) });
        at = end + 1;
      } else if (char === '[') {
        at += 1;
        elements.push({ kind: 'optional', content: sequence(']') });
        at += 1;
      } else if (char === '(') {
        const choices: Sequence[] = [];
        do {
          at += 1;
          choices.push(sequence('|)'));
        } while (line[at] === '|');
        at += 1;
        elements.push({ kind: 'choice', choices });
      } else {
        const text = /^[^[\](){}|]+/.exec(line.slice(at))?.[0];
        if (text === undefined) throw new Error(`The template has a stray "${char}": ${line}`);
        at += text.length;
        if (text.trim() !== '') elements.push({ kind: 'words', words: text.trim().split(/\s+/) });
      }
    }
    return elements;
  };
  const elements = sequence('');
  if (elements.length === 0) throw new Error(`The template is empty: ${line}`);
  return elements;
}

function expand(
  sequence: Sequence,
  slots: ReadonlyMap<string, readonly string[]>,
  random: Random,
  canEndAfter: boolean,
  into: { words: string[]; canEnd: boolean[] },
): void {
  for (const [index, element] of sequence.entries()) {
    const canEnd = canEndAfter && sequence.slice(index + 1).every(({ kind }) => kind === 'optional');
    if (element.kind === 'words') addWords(element.words, canEnd, into);
    else if (element.kind === 'optional') {
      if (random.chance(0.5)) expand(element.content, slots, random, canEnd, into);
    } else if (element.kind === 'choice') expand(oneOf(element.choices, random), slots, random, canEnd, into);
    else {
      const values = slots.get(element.name);
      if (values === undefined) throw new Error(`No template declares the slot "${element.name}".`);
      addWords(oneOf(values, random).split(' '), canEnd, into);
    }
  }
}

function oneOf<Item>(items: readonly Item[], random: Random): Item {
  const item = items[random.int(0, items.length - 1)];
  if (item === undefined) throw new Error('A choice of a template is empty.');
  return item;
}

function addWords(added: readonly string[], canEnd: boolean, into: { words: string[]; canEnd: boolean[] }): void {
  for (const [index, word] of added.entries()) {
    into.words.push(word);
    into.canEnd.push(canEnd && index === added.length - 1);
  }
}
