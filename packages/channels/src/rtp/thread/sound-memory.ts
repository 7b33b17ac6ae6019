import { createFigureTable, type FigureTable, figureTableBytes } from './figure-table.ts';
import { createFrameRings, type FrameRings, frameRingsBytes } from './frame-rings.ts';

/** What the two threads share of some lines: sound both ways, and figures. */
export interface SoundMemory {
  /** Of the far side; put in by the sound's thread. */
  readonly heard: FrameRings;
  /** For the far side; put in by the conversations' thread. */
  readonly spoken: FrameRings;
  readonly figures: FigureTable;
}

/** Lines of one piece of memory, of 1.3 MB; there are as many pieces as the most calls at once needed. */
export const linesPerMemory = 64;

export function allocateSoundMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(2 * frameRingsBytes(linesPerMemory) + figureTableBytes(linesPerMemory));
}

export function openSoundMemory(memory: SharedArrayBuffer): SoundMemory {
  const bytes = frameRingsBytes(linesPerMemory);
  return {
    heard: createFrameRings(memory, 0, linesPerMemory),
    spoken: createFrameRings(memory, bytes, linesPerMemory),
    figures: createFigureTable(memory, 2 * bytes, linesPerMemory),
  };
}
