import { rmsDbfs } from '@parley/engine/audio/level.ts';
import { FRAME_MS } from '@parley/engine/ports/audio.ts';
import type { LineTransport } from '../line-transport.ts';
import type { FrameRings } from './frame-rings.ts';

/** Sends what waits in a line's ring, a frame each 20 ms, whether it was put there ahead of its time or in real time, and unevenly. */
export interface SpeechPace {
  /** Call each 20 ms: sends one frame, or what fills the time between. */
  beat(dueMs: number): void;
}

/** Who had so many frames in store within so many beats gives them ahead of their time: when there are none, speech has paused. */
const aheadFrames = 2;
const aheadBeats = 10;
/**
 * Frames in store that a writer ahead of its time, or one that is uneven, leaves behind; what is more was left by a stall of this thread,
 * and would delay all that is said until it pauses.
 */
const mostInStore = 8;
/** So many beats in a row (half a second) there was too much in store. */
const surplusBeats = 25;
/** Then frames are left out in which nothing is heard (dBFS). */
const quietDbfs = -45;

export function createSpeechPace(
  spoken: FrameRings,
  place: number,
  transport: Pick<LineTransport, 'write' | 'rest'>,
): SpeechPace {
  return new RingPace(spoken, place, transport);
}

class RingPace implements SpeechPace {
  readonly #spoken: FrameRings;
  readonly #place: number;
  readonly #transport: Pick<LineTransport, 'write' | 'rest'>;
  #beatsSinceAhead = aheadBeats;
  #isSpeaking = false;
  /** In running speech a beat was left out. */
  #hasLeftOut = false;
  #surplus = 0;

  constructor(spoken: FrameRings, place: number, transport: Pick<LineTransport, 'write' | 'rest'>) {
    this.#spoken = spoken;
    this.#place = place;
    this.#transport = transport;
  }

  beat(dueMs: number): void {
    const frame = this.#spoken.peek(this.#place);
    if (frame === undefined) return this.#rest(dueMs);
    this.#hasLeftOut = false;
    this.#isSpeaking = this.#transport.write(frame, dueMs);
    // Keys are pressed meanwhile, and nobody hears the frame.
    if (!this.#isSpeaking) this.#transport.rest(dueMs);
    this.#spoken.advance(this.#place);
    this.#watchStore();
  }

  #rest(dueMs: number): void {
    // A writer in real time may only be uneven: the beat is left out, and with the frame that comes late there is one in store then.
    if (this.#isSpeaking && this.#beatsSinceAhead >= aheadBeats) {
      this.#isSpeaking = false;
      this.#hasLeftOut = true;
      return;
    }
    this.#beatsSinceAhead += 1;
    this.#isSpeaking = false;
    // It was no frame that came late: what was left out is made up for.
    if (this.#hasLeftOut) this.#transport.rest(dueMs - FRAME_MS);
    this.#hasLeftOut = false;
    this.#transport.rest(dueMs);
  }

  #watchStore(): void {
    const left = this.#spoken.depth(this.#place);
    this.#beatsSinceAhead = left >= aheadFrames ? 0 : this.#beatsSinceAhead + 1;
    this.#surplus = left > mostInStore ? this.#surplus + 1 : 0;
    if (this.#surplus < surplusBeats) return;
    const next = this.#spoken.peek(this.#place);
    if (next !== undefined && rmsDbfs(next) < quietDbfs) this.#spoken.advance(this.#place);
  }
}
