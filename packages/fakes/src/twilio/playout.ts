/** 20 ms of µ-law. */
export const frameBytes = 160;
export const silentFrame: Uint8Array = new Uint8Array(frameBytes).fill(0xff);

/** What was sent to be heard and is not heard yet. */
export interface Playout {
  /** False when ten minutes wait already: the sound is thrown away (warning 31931). */
  add(sound: Uint8Array): boolean;
  /** Told by `onMark` when all that was added before has been played; at once when nothing waits. */
  mark(name: string): void;
  /** Throws away what waits; the marks in it come back. */
  clear(): void;
  /** The next 20 ms; undefined while there is nothing. A last piece is filled up with silence. */
  next(): Uint8Array | undefined;
  readonly bufferedMs: number;
}

/** As Twilio: ten minutes. */
const maxBufferedBytes = 10 * 60 * 8000;

export function createPlayout(onMark: (name: string) => void): Playout {
  /** Pieces of any length, the first of them played up to `at`. */
  const pieces: Uint8Array[] = [];
  const marks: { readonly name: string; readonly afterByte: number }[] = [];
  let at = 0;
  let added = 0;
  let played = 0;

  const tellMarks = () => {
    while (marks[0] !== undefined && marks[0].afterByte <= played) {
      const mark = marks.shift();
      if (mark !== undefined) onMark(mark.name);
    }
  };
  return {
    add(sound) {
      if (added - played + sound.length > maxBufferedBytes) return false;
      pieces.push(sound);
      added += sound.length;
      return true;
    },
    mark(name) {
      marks.push({ name, afterByte: added });
      tellMarks();
    },
    clear() {
      pieces.length = 0;
      at = 0;
      played = added;
      tellMarks();
    },
    next() {
      // What the frame before ended with has been heard by now, a frame's time after it was given out.
      tellMarks();
      const first = pieces[0];
      if (first === undefined) return undefined;
      const frame = new Uint8Array(frameBytes).fill(0xff);
      let filled = 0;
      while (filled < frameBytes) {
        const piece = pieces[0];
        if (piece === undefined) break;
        const part = piece.subarray(at, at + frameBytes - filled);
        frame.set(part, filled);
        filled += part.length;
        at += part.length;
        if (at >= piece.length) {
          pieces.shift();
          at = 0;
        }
      }
      played += filled;
      return frame;
    },
    get bufferedMs() {
      return (added - played) / 8;
    },
  };
}
