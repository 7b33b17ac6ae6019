import { rmsDbfs } from '@parley/engine/audio/level.ts';
import { FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';

export interface InboundPaceOptions {
  /**
   * Frames that may be missing before silence stands for one. A stream over TCP loses nothing: what is late comes, as a rule within the
   * time between two frames or three, and silence in the middle of a word costs the recogniser the word.
   */
  readonly maxOwedFrames: number;
  /** Frames kept at most (500 ms): older words would be answered so late that the caller has begun anew. */
  readonly maxKeptFrames: number;
  /** Below it a frame that is behind its time is left out rather than heard (dBFS): a line's noise lies at −60 to −50. */
  readonly quietDbfs: number;
  /** Frames (half a second) through which one was always left: it is no unevenness, and is left out when it is quiet. */
  readonly leftoverFrames: number;
  /** Frames (two seconds) through which a surplus must last before one of it is left out although somebody speaks: clocks drift. */
  readonly surplusFrames: number;
}

export const inboundPaceDefaults: InboundPaceOptions = {
  maxOwedFrames: 3,
  maxKeptFrames: 25,
  quietDbfs: -45,
  leftoverFrames: 25,
  surplusFrames: 100,
};

/** Gives a frame each 20 ms, however unevenly they come. */
export interface InboundPace {
  /** One frame came. */
  put(frame: Pcm): void;
  /** 20 ms passed. */
  tick(): void;
  /** Frames that were left out since they were too late. */
  readonly leftOut: number;
}

export function createInboundPace(
  give: (frame: Pcm) => void,
  options: InboundPaceOptions = inboundPaceDefaults,
): InboundPace {
  const kept: Pcm[] = [];
  let hasBegun = false;
  let leftOut = 0;
  /** Frames that were due and have not come. */
  let owed = 0;
  /** The fewest frames that were left after a tick, of so many ticks. */
  let fewest = Number.POSITIVE_INFINITY;
  let ticks = 0;

  const catchUp = () => {
    fewest = Math.min(fewest, kept.length);
    ticks += 1;
    const first = kept[0];
    const isSurplus = kept.length > 1 || (fewest > 0 && ticks > options.leftoverFrames);
    if (first !== undefined && isSurplus && rmsDbfs(first) < options.quietDbfs) {
      kept.shift();
      leftOut += 1;
    }
    if (ticks < options.surplusFrames) return;
    if (fewest > 1 && kept.length > 1) {
      kept.shift();
      leftOut += 1;
    }
    ticks = 0;
    fewest = Number.POSITIVE_INFINITY;
  };

  return {
    put(frame) {
      if (!hasBegun) {
        hasBegun = true;
        return give(frame);
      }
      if (owed > 0) {
        owed -= 1;
        return give(frame);
      }
      kept.push(frame);
      if (kept.length <= options.maxKeptFrames) return;
      kept.shift();
      leftOut += 1;
    },
    tick() {
      if (!hasBegun) return;
      const next = kept.shift();
      if (next !== undefined) {
        give(next);
        return catchUp();
      }
      owed += 1;
      ticks = 0;
      fewest = Number.POSITIVE_INFINITY;
      if (owed <= options.maxOwedFrames) return;
      owed = options.maxOwedFrames;
      give(new Int16Array(FRAME_SAMPLES));
    },
    get leftOut() {
      return leftOut;
    },
  };
}
