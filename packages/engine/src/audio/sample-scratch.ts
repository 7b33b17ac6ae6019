/**
 * As `createSampleSlab`, for who has used up what was given before more is asked for: each time the same memory, which stays in the
 * processor's cache, where fresh memory for each frame of hundreds of calls never is.
 */
export function createSampleScratch(): (length: number) => Int16Array<ArrayBuffer> {
  /** By length: there are few. */
  const rooms = new Map<number, Int16Array<ArrayBuffer>>();
  let last = new Int16Array(0);
  return (length) => {
    if (length !== last.length) {
      last = rooms.get(length) ?? new Int16Array(length);
      if (rooms.size < mostRooms) rooms.set(length, last);
    }
    return last.fill(0);
  };
}

/** Frames and pieces of frames; what is longer or odd is not worth keeping. */
const mostRooms = 16;
