import type { RecognizerVocabulary } from '@parley/engine/ports/recognizer.ts';
import { type CompiledGrammar, compileGrammar, type GrammarOptions } from './compile-grammar.ts';
import { listenerPhrases } from './listener-words.ts';
import { spokenWords } from './normalize.ts';

/** Name under which the grammar of the whole vocabulary is kept. No context can be called so. */
export const WHOLE = '';

/**
 * How much more an expected answer counts than the rest. 6 makes "four" an hour where an hour was asked, and still
 * leaves "cancel" and "actually make it four" one likely word away.
 */
const CONTEXT_WEIGHT = 6;

/**
 * One grammar for the whole vocabulary and one a context, each made (in about 80 ms for 12,000 phrases) when it is asked
 * for first; every one of them knows every phrase. A context that there is not has none.
 */
export function vocabularyGrammars(
  vocabulary: RecognizerVocabulary,
  options: GrammarOptions,
): (context: string) => CompiledGrammar | undefined {
  const spoken = new Map<string, string[]>();
  for (const text of [...vocabulary.phrases, ...Object.values(vocabulary.contexts).flat()]) {
    if (!spoken.has(text)) spoken.set(text, spokenWords(text));
  }
  const known = new Set([...spoken.values()].flat());
  for (const [text, words] of spoken) spoken.set(text, closeCompounds(words, known));
  const whole = [...spoken.values()].map((words) => ({ words, weight: 1 }));
  const grammars = new Map([[WHOLE, compileGrammar([...whole, ...listenerPhrases(whole)], options)]]);
  const compile = (phrases: readonly string[]): CompiledGrammar => {
    // A context of three phrases must weigh against thousands: its weight is a share, not a number.
    const weight = Math.max(CONTEXT_WEIGHT, (CONTEXT_WEIGHT * whole.length) / (4 * phrases.length));
    // What a context says twice is the answer proper, the rest what may come in its place: half and half.
    const once = new Set(phrases);
    const proper = repeated(phrases);
    const properWeight =
      proper.size === 0 ? weight : Math.max(weight, (weight * (once.size - proper.size)) / proper.size);
    const weighted = [...once].map((text) => ({
      words: spoken.get(text) ?? [],
      weight: proper.has(text) ? properWeight : weight,
    }));
    const all = [...whole, ...weighted];
    return compileGrammar([...all, ...listenerPhrases(all)], options);
  };
  return (context) => {
    const known = grammars.get(context);
    if (known !== undefined) return known;
    const phrases = Object.hasOwn(vocabulary.contexts, context) ? vocabulary.contexts[context] : undefined;
    if (phrases === undefined || phrases.length === 0) return undefined;
    const made = compile(phrases);
    grammars.set(context, made);
    return made;
  };
}

function repeated(phrases: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  return new Set(phrases.filter((text) => seen.size === seen.add(text).size));
}

/** "hair cut" sounds like "haircut": where the vocabulary has both, the one word is the one that is heard. */
function closeCompounds(words: readonly string[], known: ReadonlySet<string>): string[] {
  const closed: string[] = [];
  for (const word of words) {
    const before = closed.at(-1) ?? '';
    if (before.length > 2 && word.length > 2 && known.has(before + word)) closed[closed.length - 1] = before + word;
    else closed.push(word);
  }
  return closed;
}
