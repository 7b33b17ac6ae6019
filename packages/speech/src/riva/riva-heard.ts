import { type HeardUtterance, untoldConfidence } from '../wire/utterance-recognizer.ts';
import { confidenceOf } from './riva-confidence.ts';
import type { RivaAlternative } from './riva-wire.ts';

/** An utterance from the best alternatives of its pieces, in order. */
export function heardOf(pieces: readonly RivaAlternative[], confidenceTemperature: number): HeardUtterance {
  const text = joinPieces(pieces.map(({ transcript }) => transcript));
  if (text === '') return { text, confidence: 0, words: [] };
  let sinceMs = 0;
  const words = pieces
    .flatMap((piece) => piece.words)
    .filter(({ word }) => word.trim() !== '')
    .map(({ word, startTime, endTime }) => {
      // Words of two pieces overlap by a step of the model at times.
      const startMs = Math.max(sinceMs, startTime);
      sinceMs = Math.max(startMs, endTime);
      return { text: word.trim(), startMs, endMs: sinceMs };
    });
  return { text, confidence: confidenceOf(pieces, confidenceTemperature) ?? untoldConfidence, words };
}

/** Pieces come with a blank at their end, or without one. */
export function joinPieces(transcripts: readonly string[]): string {
  return transcripts
    .map((transcript) => transcript.trim())
    .filter((transcript) => transcript !== '')
    .join(' ');
}
