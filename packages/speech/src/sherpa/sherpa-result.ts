import type { RecognizedWord } from '@parley/engine/ports/recognizer.ts';
import { z } from 'zod';
import type { TokenStyle } from './sherpa-folder.ts';

/** What the library makes of an utterance; streaming and other models name the same things differently. */
const resultSchema = z.object({
  text: z.string(),
  tokens: z.array(z.string()).default([]),
  /** Seconds from the start of the audio to the start of each token. */
  timestamps: z.array(z.number()).default([]),
  ys_probs: z.array(z.number()).default([]),
  ys_log_probs: z.array(z.number()).default([]),
});

export interface SherpaHeard {
  readonly text: string;
  readonly confidence: number | undefined;
  readonly words: readonly RecognizedWord[];
}

/** A token without one behind it is taken to sound so long. */
const lastTokenMs = 240;

/**
 * Text, words and confidence of a result. Confidence is the geometric mean of the probabilities that the model gave to its tokens
 * (transducers tell their logarithms; Whisper and most models of one file do not).
 *
 * @param audioMs of the utterance: no word lasts longer
 */
export function readResult(result: unknown, style: TokenStyle, audioMs: number): SherpaHeard {
  const { text, tokens, timestamps, ys_probs, ys_log_probs } = resultSchema.parse(result);
  const toText = (raw: string) => (style === 'capitals' ? raw.toLowerCase() : raw).trim();
  const logarithms = ys_probs.length > 0 ? ys_probs : ys_log_probs;
  const mean = logarithms.reduce((sum, value) => sum + Math.min(value, 0), 0) / logarithms.length;
  const words = wordsOf(tokens, timestamps, audioMs).map((word) => ({ ...word, text: toText(word.text) }));
  const written = toText(text).replace(/\s+/g, ' ');
  return {
    text: written,
    confidence: logarithms.length === 0 ? undefined : Math.exp(mean),
    // Tokens that are bytes, or a text that was rewritten behind them: then no word is known.
    words: words.map((word) => word.text).join('') === written.replaceAll(' ', '') ? words : [],
  };
}

/** Words begin at tokens with a blank before them; characters of Chinese and Japanese are words each. */
function wordsOf(tokens: readonly string[], timestamps: readonly number[], audioMs: number): RecognizedWord[] {
  if (tokens.length !== timestamps.length) return [];
  const words: { text: string; startMs: number; lastMs: number }[] = [];
  for (const [at, token] of tokens.entries()) {
    const startMs = Math.min(Math.max(0, Math.round((timestamps[at] ?? 0) * 1000)), audioMs);
    const piece = token.replace(/^[ ▁]+/, '');
    const last = words.at(-1);
    const begins =
      last === undefined || piece !== token || /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(piece);
    if (begins) words.push({ text: piece, startMs, lastMs: startMs });
    else {
      last.text += piece;
      last.lastMs = startMs;
    }
  }
  return words
    .filter(({ text }) => text !== '')
    .map(({ text, startMs, lastMs }, at, all) => ({
      text,
      startMs,
      endMs: Math.max(startMs, Math.min(lastMs + lastTokenMs, all[at + 1]?.startMs ?? audioMs, audioMs)),
    }));
}
