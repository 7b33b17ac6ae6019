import { FRAME_MS } from '../ports/audio.ts';

/** What the frame timer runs on; the process's own, or one that a test is late with. */
export interface TimeSource {
  /** Monotonic milliseconds with fractions. */
  nowMs(): number;
  /** Call back once after about so long; late, and at times a little early. */
  setTimer(callback: () => void, delayMs: number): void;
}

/** Frames that may be made up after a stall; what is older is skipped, for a queue that catches up for ever keeps its delay. */
const maxCatchUpFrames = 3;

interface Subscriber {
  readonly callback: (nowMs: number) => void;
  /** The millisecond in which its next frame is due. */
  dueMs: number;
}

/**
 * One timer for the frames of all calls. Each call keeps its own place in the 20 ms, the one at which it began: the second
 * frame of a sentence then comes 20 ms after the first, not at the next beat of some common drum, and the work of many calls
 * is spread over the time there is. A place is a whole millisecond; it is kept whatever the delays of single rings, so
 * nothing drifts. The timer runs only while somebody needs it.
 *
 * @param onError told when a callback throws; that one gets no more frames, the others go on
 * @returns subscribes; the callback gets the time at which the frame was due, first in 20 ms. Gives a function that cancels
 */
export function createFrameTimer(
  { nowMs, setTimer }: TimeSource,
  onError: (error: unknown) => void,
): (callback: (nowMs: number) => void) => () => void {
  const places = Array.from({ length: FRAME_MS }, () => new Set<Subscriber>());
  let subscribers = 0;
  let isRunning = false;
  /** Up to this millisecond all frames have been given. */
  let doneMs = 0;

  const remove = (place: Set<Subscriber>, subscriber: Subscriber) => {
    if (place.delete(subscriber)) subscribers -= 1;
  };

  const giveFrames = (atMs: number) => {
    const place = placeOf(places, atMs);
    for (const subscriber of place) {
      // One who came in this very millisecond, or whose frames were skipped, waits for the next round.
      if (subscriber.dueMs > atMs) continue;
      subscriber.dueMs = atMs + FRAME_MS;
      try {
        subscriber.callback(atMs);
      } catch (error) {
        remove(place, subscriber);
        onError(error);
      }
    }
  };

  const ring = () => {
    const untilMs = Math.floor(nowMs());
    doneMs = Math.max(doneMs, untilMs - maxCatchUpFrames * FRAME_MS);
    // Up to now, not to a now that moves on meanwhile: sockets get their turn however much there is to do.
    while (doneMs < untilMs) {
      doneMs += 1;
      giveFrames(doneMs);
    }
    arm();
  };

  const arm = () => {
    isRunning = subscribers > 0;
    if (!isRunning) return;
    let nextMs = doneMs + 1;
    while (placeOf(places, nextMs).size === 0) nextMs += 1;
    setTimer(ring, Math.max(1, nextMs - nowMs()));
  };

  return (callback) => {
    const atMs = Math.floor(nowMs());
    const place = placeOf(places, atMs);
    const subscriber = { callback, dueMs: atMs + FRAME_MS };
    place.add(subscriber);
    subscribers += 1;
    if (!isRunning) {
      doneMs = atMs;
      arm();
    }
    return () => remove(place, subscriber);
  };
}

function placeOf(places: readonly Set<Subscriber>[], atMs: number): Set<Subscriber> {
  const place = places[atMs % FRAME_MS];
  if (place === undefined) throw new Error(`A frame is due at ${atMs}, which is no whole millisecond.`);
  return place;
}
