import type { RecognizerVocabulary } from '@parley/engine/ports/recognizer.ts';
import { type CompiledGrammar, compileGrammar, type GrammarOptions } from './compile-grammar.ts';

/** Name under which the grammar of the whole vocabulary is kept. No context can be called so. */
export const WHOLE = '';

/**
 * How much more an expected answer counts than the rest. 6 makes "four" an hour where an hour was asked, and still
 * leaves "cancel" and "actually make it four" one likely word away.
 */
const CONTEXT_WEIGHT = 6;

/** One grammar for the whole vocabulary and one a context; every one of them knows every phrase. */
export function vocabularyGrammars(
  vocabulary: RecognizerVocabulary,
  options: GrammarOptions,
): ReadonlyMap<string, CompiledGrammar> {
  const everything = [...new Set([...vocabulary.phrases, ...Object.values(vocabulary.contexts).flat()])];
  const whole = everything.map((text) => ({ text, weight: 1 }));
  const grammars = new Map([[WHOLE, compileGrammar(whole, options)]]);
  for (const [context, phrases] of Object.entries(vocabulary.contexts)) {
    if (phrases.length === 0) continue;
    // A context of three phrases must weigh against thousands: its weight is a share, not a number.
    const weight = Math.max(CONTEXT_WEIGHT, (CONTEXT_WEIGHT * everything.length) / (4 * phrases.length));
    grammars.set(context, compileGrammar([...whole, ...phrases.map((text) => ({ text, weight }))], options));
  }
  return grammars;
}
