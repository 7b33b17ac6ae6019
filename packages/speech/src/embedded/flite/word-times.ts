import type { SpokenWord } from '@parley/engine/ports/synthesizer.ts';
import type { FlitePhone } from './flite-program.ts';

/** A piece of the text as written, and the phones it has when spoken alone. */
export interface PronouncedPiece {
  readonly source: string;
  /** The share of the piece's sound that each of its written words has; any scale. */
  readonly shares: readonly number[];
  readonly phones: readonly string[];
}

/**
 * When each written word sounds. flite tells phones, not words, so the phones of the pieces spoken alone are laid along
 * those of the sentence by least edit distance (they differ a little: "the" before a vowel, a plural's s). A piece of
 * several written words ("3:00 PM") shares its time out.
 */
export function wordTimes(pieces: readonly PronouncedPiece[], sentence: readonly FlitePhone[]): SpokenWord[] {
  const phones = sentence.map(({ phone, endMs }, index) => ({
    phone,
    startMs: sentence[index - 1]?.endMs ?? 0,
    endMs,
  }));
  const sounding = phones.filter(({ phone }) => phone !== 'pau');
  const alone = pieces.flatMap((piece, index) => piece.phones.map((phone) => ({ phone, piece: index })));
  const owners = align(
    alone.map(({ phone }) => phone),
    sounding.map(({ phone }) => phone),
  );
  const spans: ({ startMs: number; endMs: number } | undefined)[] = pieces.map(() => undefined);
  for (const [index, { startMs, endMs }] of sounding.entries()) {
    const owner = alone[owners[index] ?? -1]?.piece;
    if (owner === undefined) continue;
    spans[owner] = { startMs: spans[owner]?.startMs ?? startMs, endMs };
  }
  const words: SpokenWord[] = [];
  let lastEndMs = 0;
  for (const [index, { source, shares }] of pieces.entries()) {
    const span = spans[index] ?? { startMs: lastEndMs, endMs: lastEndMs };
    words.push(...shareOut(source, shares, span.startMs, span.endMs));
    lastEndMs = span.endMs;
  }
  return words;
}

function shareOut(source: string, shares: readonly number[], startMs: number, endMs: number): SpokenWord[] {
  const words = source.split(/\s+/).filter((word) => word !== '');
  const inAll = shares.reduce((sum, share) => sum + share, 0) || 1;
  let passed = 0;
  return words.map((text, index) => {
    const start = startMs + ((endMs - startMs) * passed) / inAll;
    passed += shares[index] ?? 0;
    return {
      text,
      startMs: Math.round(start),
      endMs: Math.round(startMs + ((endMs - startMs) * passed) / inAll),
    };
  });
}

/** For each of `to` the index in `from` that it belongs to, by edit distance; an inserted one belongs to its neighbour. */
function align(from: readonly string[], to: readonly string[]): number[] {
  const width = to.length + 1;
  const cost = new Uint32Array((from.length + 1) * width);
  for (let column = 0; column <= to.length; column += 1) cost[column] = column;
  for (let row = 1; row <= from.length; row += 1) {
    cost[row * width] = row;
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1] ? 0 : 1;
      cost[row * width + column] = Math.min(
        (cost[(row - 1) * width + column - 1] ?? 0) + same,
        (cost[(row - 1) * width + column] ?? 0) + 1,
        (cost[row * width + column - 1] ?? 0) + 1,
      );
    }
  }
  const owners = new Array<number>(to.length).fill(0);
  let row = from.length;
  let column = to.length;
  while (column > 0) {
    const here = cost[row * width + column] ?? 0;
    const same = from[row - 1] === to[column - 1] ? 0 : 1;
    if (row > 0 && (cost[(row - 1) * width + column - 1] ?? 0) + same === here) {
      row -= 1;
      column -= 1;
      owners[column] = row;
    } else if (row > 0 && (cost[(row - 1) * width + column] ?? 0) + 1 === here) row -= 1;
    else {
      column -= 1;
      owners[column] = Math.max(0, row - 1);
    }
  }
  return owners;
}
