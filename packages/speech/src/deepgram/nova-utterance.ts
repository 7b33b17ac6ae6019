import type { RecognizedWord } from '@parley/engine/ports/recognizer.ts';
import type { NovaResults } from './nova-messages.ts';

/** A stretch of voice and what was understood of it; its times count all the sound that was sent. */
export interface NovaUtterance {
  readonly startMs: number;
  /** Wall time of its beginning. */
  readonly begunAtMs: number;
  /** Undefined while it goes on. */
  readonly endMs: number | undefined;
  readonly endedAtMs: number | undefined;
  readonly deadlineMs: number | undefined;
  /** So far: what is final, and what may still change behind it. */
  readonly text: string;
  end(endMs: number, atMs: number, deadlineMs: number): void;
  /** Takes what of the results is of its own sound. */
  add(results: NovaResults): void;
  result(): { readonly text: string; readonly confidence: number; readonly words: readonly RecognizedWord[] };
}

interface Piece {
  readonly text: string;
  readonly confidence: number;
  readonly words: readonly RecognizedWord[];
}

export function createNovaUtterance(startMs: number, begunAtMs: number): NovaUtterance {
  const finals: Piece[] = [];
  let interim: Piece | undefined;
  let ended: { readonly endMs: number; readonly atMs: number; readonly deadlineMs: number } | undefined;
  const pieces = () => (interim === undefined ? finals : [...finals, interim]);
  const text = () =>
    pieces()
      .map((piece) => piece.text)
      .filter((piece) => piece !== '')
      .join(' ');
  return {
    startMs,
    begunAtMs,
    get endMs() {
      return ended?.endMs;
    },
    get endedAtMs() {
      return ended?.atMs;
    },
    get deadlineMs() {
      return ended?.deadlineMs;
    },
    get text() {
      return text();
    },
    end(endMs, atMs, deadlineMs) {
      ended = { endMs, atMs, deadlineMs };
    },
    add(results) {
      const fromMs = results.start * 1000;
      const toMs = fromMs + results.duration * 1000;
      if (toMs <= startMs || fromMs >= (ended?.endMs ?? Infinity)) return;
      const piece = pieceOf(results, startMs, ended?.endMs ?? Infinity);
      if (results.is_final) finals.push(piece);
      interim = results.is_final ? undefined : piece;
    },
    result() {
      const all = pieces().filter((piece) => piece.text !== '');
      // The vendor's own, 0–1, of each piece; the longer a piece, the more it counts. Of clear speech it is above 0.9, and what is
      // below 0.7 is mostly wrong in a word: as the port has it.
      const weights = all.map((piece) => Math.max(1, piece.words.length));
      const weight = weights.reduce((sum, one) => sum + one, 0);
      const sum = all.reduce((total, piece, index) => total + piece.confidence * (weights[index] ?? 0), 0);
      return {
        text: text(),
        confidence: weight === 0 ? 0 : Math.min(1, Math.max(0, sum / weight)),
        words: all.flatMap((piece) => piece.words),
      };
    },
  };
}

/** Of results that reach over its borders only the words within. */
function pieceOf({ start, duration, channel }: NovaResults, startMs: number, endMs: number): Piece {
  const [best] = channel.alternatives;
  if (best === undefined) return { text: '', confidence: 0, words: [] };
  const isWithin = start * 1000 >= startMs - toleranceMs && (start + duration) * 1000 <= endMs + toleranceMs;
  const own = isWithin
    ? best.words
    : best.words.filter(({ start: from, end: to }) => {
        const middleMs = (from + to) * 500;
        return middleMs >= startMs && middleMs < endMs;
      });
  const words = own.map((word) => ({
    text: word.punctuated_word ?? word.word,
    startMs: Math.max(0, Math.round(word.start * 1000 - startMs)),
    endMs: Math.max(0, Math.round(word.end * 1000 - startMs)),
  }));
  return {
    text: isWithin ? best.transcript : words.map((word) => word.text).join(' '),
    confidence: best.confidence,
    words,
  };
}

/** Rounding of the vendor's times. */
const toleranceMs = 50;
