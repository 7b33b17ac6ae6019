import type { LineFigures } from '../rtp-line.ts';

/** The figures of lines in memory that two threads share: one writes them, the other reads what they were a moment ago. */
export interface FigureTable {
  write(line: number, figures: LineFigures): void;
  read(line: number): LineFigures;
  reset(line: number): void;
}

/** Two cache lines. */
const wordsPerLine = 16;

export function figureTableBytes(lines: number): number {
  return lines * wordsPerLine * Float64Array.BYTES_PER_ELEMENT;
}

export function createFigureTable(memory: SharedArrayBuffer, byteOffset: number, lines: number): FigureTable {
  // Read while they are written, some are a moment older than others.
  const words = new Float64Array(memory, byteOffset, lines * wordsPerLine);
  const known = (value: number | undefined) => (value === undefined || Number.isNaN(value) ? undefined : value);
  return {
    write(line, figures) {
      const at = line * wordsPerLine;
      const { far } = figures;
      words[at] = figures.packetsReceived;
      words[at + 1] = figures.packetsLost;
      words[at + 2] = figures.packetsLate;
      words[at + 3] = figures.packetsSent;
      words[at + 4] = figures.packetsIgnored;
      words[at + 5] = figures.jitterMs ?? Number.NaN;
      words[at + 6] = far?.lostShare ?? Number.NaN;
      words[at + 7] = far?.jitterMs ?? Number.NaN;
      words[at + 8] = far?.roundTripMs ?? Number.NaN;
    },
    read(line) {
      const at = line * wordsPerLine;
      const lostShare = known(words[at + 6]);
      const jitterMs = known(words[at + 7]);
      return {
        packetsReceived: words[at] ?? 0,
        packetsLost: words[at + 1] ?? 0,
        packetsLate: words[at + 2] ?? 0,
        packetsSent: words[at + 3] ?? 0,
        packetsIgnored: words[at + 4] ?? 0,
        jitterMs: known(words[at + 5]),
        far:
          lostShare === undefined || jitterMs === undefined
            ? undefined
            : { lostShare, jitterMs, roundTripMs: known(words[at + 8]) },
      };
    },
    reset(line) {
      words.fill(0, line * wordsPerLine, (line + 1) * wordsPerLine);
      words.fill(Number.NaN, line * wordsPerLine + 5, line * wordsPerLine + 9);
    },
  };
}
