/** Measurements that count: five bursts or two and a half seconds of speech, so that one slow packet decides nothing. */
const recentCount = 5;
/** A change that is worth telling: a frame. */
const tellFromMs = 20;

/** What was sent and asked to be told of when it has been played, and how long that took. */
export interface MarkLedger {
  /** The name of the next mark, which is sent now, behind all sound so far. */
  next(nowMs: number): string;
  /** It came back. Those that were asked for before it count as come back too. */
  returned(name: string, nowMs: number): void;
  /** What is not played yet was thrown away; marks of it come back without having been heard and say nothing. */
  clear(): void;
  /** Since when the oldest one has been away; undefined: all that was said has been played. */
  readonly waitingSinceMs: number | undefined;
  /**
   * From a frame sent to a frame heard: the median of the latest. Marks tell when a frame left the far side's buffer, and are on their way
   * back for about as long as the sound is from there to the telephone.
   */
  readonly playoutDelayMs: number;
}

/** @param firstDelayMs what is taken for the delay until something was measured */
export function createMarkLedger(firstDelayMs: number, onPlayoutDelay: (playoutDelayMs: number) => void): MarkLedger {
  const waiting: { readonly name: string; readonly sentMs: number }[] = [];
  const recent: number[] = [];
  let number = 0;
  let playoutDelayMs = firstDelayMs;

  const measured = (delayMs: number) => {
    recent.push(delayMs);
    if (recent.length > recentCount) recent.shift();
    const median = recent.toSorted((a, b) => a - b)[Math.floor(recent.length / 2)] ?? delayMs;
    if (Math.abs(median - playoutDelayMs) < tellFromMs) return;
    playoutDelayMs = Math.round(median);
    onPlayoutDelay(playoutDelayMs);
  };

  return {
    next(nowMs) {
      number += 1;
      const name = `heard-${number}`;
      waiting.push({ name, sentMs: nowMs });
      return name;
    },
    returned(name, nowMs) {
      const at = waiting.findIndex((mark) => mark.name === name);
      const mark = waiting[at];
      if (mark === undefined) return;
      waiting.splice(0, at + 1);
      measured(nowMs - mark.sentMs);
    },
    clear() {
      waiting.length = 0;
    },
    get waitingSinceMs() {
      return waiting[0]?.sentMs;
    },
    get playoutDelayMs() {
      return playoutDelayMs;
    },
  };
}
