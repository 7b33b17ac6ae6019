/** Which of the latest packets came already (RFC 3711 §3.3.2). */
export interface ReplayWindow {
  /** Came, or is too old to know. */
  isKnown(index: number): boolean;
  /** Only what was found to be genuine. */
  add(index: number): void;
}

/** The least that the standard allows, 1.3 s of speech: what comes later nobody hears. */
const width = 64;

export function createReplayWindow(): ReplayWindow {
  const seen = new Float64Array(width).fill(-1);
  let newest = -1;
  return {
    isKnown: (index) => index <= newest - width || seen[index % width] === index,
    add(index) {
      seen[index % width] = index;
      newest = Math.max(newest, index);
    },
  };
}
