import { FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';

/**
 * Rings of frames in memory that two threads share, one ring a line: one thread puts frames in, the other takes them out, neither waits.
 * The side that puts calls `put` and `clear`, the side that takes `peek`, `advance` and `depth`.
 */
export interface FrameRings {
  /** False when the ring is full: the frame is lost. */
  put(line: number, frame: Pcm): boolean;
  /** What was put in so far is not to be taken any more. The room is free when the other side looks. */
  clear(line: number): void;
  /** The oldest frame, which may be read until `advance`; undefined: there is none. */
  peek(line: number): Pcm | undefined;
  advance(line: number): void;
  /** Frames that wait; a moment later there may be more. */
  depth(line: number): number;
  /** Empties it for the next line, while neither side uses it. */
  reset(line: number): void;
}

/** 320 ms: what is given ahead, and twice the longest time that a thread is away. A power of two. */
export const ringFrames = 16;

/** Each side's indexes have a cache line of their own (64 bytes; processors fetch two at a time). */
const wordsPerLine = 64;
const written = 0;
const cleared = 1;
const taken = 32;

const indexBytes = wordsPerLine * Int32Array.BYTES_PER_ELEMENT;
const ringSamples = ringFrames * FRAME_SAMPLES;

/** Of memory that the rings of so many lines take. */
export function frameRingsBytes(lines: number): number {
  return lines * (indexBytes + ringSamples * Int16Array.BYTES_PER_ELEMENT);
}

/** @param memory new, or in use by the other thread at the same place */
export function createFrameRings(memory: SharedArrayBuffer, byteOffset: number, lines: number): FrameRings {
  // Indexes run on for ever and wrap at 32 bits: differences are right all the same.
  const indexes = new Int32Array(memory, byteOffset, lines * wordsPerLine);
  const samples = new Int16Array(memory, byteOffset + lines * indexBytes, lines * ringSamples);
  /** Made when they are needed first: a view costs as much as the frame's copy. */
  const views: Pcm[] = [];

  const startOf = (line: number, index: number) => line * ringSamples + (index & (ringFrames - 1)) * FRAME_SAMPLES;

  const viewOf = (line: number, index: number): Pcm => {
    const place = line * ringFrames + (index & (ringFrames - 1));
    const view = views[place];
    if (view !== undefined) return view;
    const start = startOf(line, index);
    const made = samples.subarray(start, start + FRAME_SAMPLES);
    views[place] = made;
    return made;
  };

  /** Where taking goes on. */
  const next = (base: number): number => {
    const at = Atomics.load(indexes, base + taken);
    const from = Atomics.load(indexes, base + cleared);
    return ((from - at) | 0) > 0 ? from : at;
  };

  return {
    put(line, frame) {
      const base = line * wordsPerLine;
      const at = Atomics.load(indexes, base + written);
      if (((at - Atomics.load(indexes, base + taken)) | 0) >= ringFrames) return false;
      const start = startOf(line, at);
      if (frame.length === FRAME_SAMPLES) samples.set(frame, start);
      else {
        samples.fill(0, start, start + FRAME_SAMPLES);
        samples.set(frame.subarray(0, FRAME_SAMPLES), start);
      }
      Atomics.store(indexes, base + written, (at + 1) | 0);
      return true;
    },
    clear(line) {
      const base = line * wordsPerLine;
      Atomics.store(indexes, base + cleared, Atomics.load(indexes, base + written));
    },
    peek(line) {
      const base = line * wordsPerLine;
      const at = next(base);
      // Before what is written is looked at: the room of what was cleared is free.
      Atomics.store(indexes, base + taken, at);
      return at === Atomics.load(indexes, base + written) ? undefined : viewOf(line, at);
    },
    advance(line) {
      const base = line * wordsPerLine;
      Atomics.store(indexes, base + taken, (Atomics.load(indexes, base + taken) + 1) | 0);
    },
    depth(line) {
      const base = line * wordsPerLine;
      return (Atomics.load(indexes, base + written) - next(base)) | 0;
    },
    reset(line) {
      const base = line * wordsPerLine;
      for (const word of [written, cleared, taken]) Atomics.store(indexes, base + word, 0);
    },
  };
}
