import type { Digit } from '@parley/engine/ports/audio.ts';
import { MediaError } from '../media-session.ts';
import { eventOf } from './key-receiver.ts';

/** What is to be sent of a key in this 20 ms. */
export interface KeyPacket {
  readonly isFirst: boolean;
  /** Event, end and volume, and how long so far; 4 bytes. */
  readonly payload: Uint8Array;
  /** The end is told three times, for a lost one would be a key that sticks. */
  readonly times: 1 | 3;
}

/** Presses keys, one after the other, a packet each 20 ms. */
export interface KeySender {
  /** A key is down, or the pause after it lasts: no speech meanwhile. */
  readonly isBusy: boolean;
  /** @throws MediaError `ended`; the signal's reason, after the key that is down was let go */
  press(digits: readonly Digit[], signal: AbortSignal): Promise<void>;
  /** Call each 20 ms while busy; undefined: silence. */
  next(frameTicks: number): KeyPacket | undefined;
  close(): void;
}

/** In frames of 20 ms: 100 ms down, 100 ms up, which the slowest of menus hears (ITU-T Q.24 asks 40 and 40; many want 70). */
const downFrames = 5;
const upFrames = 5;
/** −10 dBm0, the loudness of a telephone's own tones. */
const volume = 10;
/** More in one go nobody dials. */
const mostQueued = 256;

interface Press {
  readonly events: number[];
  readonly settle: (error?: unknown) => void;
  readonly signal: AbortSignal;
}

export function createKeySender(): KeySender {
  return new QueuedKeys();
}

class QueuedKeys implements KeySender {
  isBusy = false;
  #queue: Press[] = [];
  #frame = 0;
  #isClosed = false;

  press(digits: readonly Digit[], signal: AbortSignal): Promise<void> {
    if (this.#isClosed) return Promise.reject(new MediaError('ended', 'The call has ended; no key can be pressed.'));
    if (signal.aborted) return Promise.reject(signal.reason);
    if (digits.length === 0) return Promise.resolve();
    const queued = this.#queue.reduce((sum, { events }) => sum + events.length, 0);
    if (queued + digits.length > mostQueued) {
      return Promise.reject(new MediaError('not_supported', `More than ${mostQueued} keys wait to be pressed.`));
    }
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        // The key that is down is let go first.
        const isDown = this.#queue[0] === press && this.#frame > 0 && this.#frame < downFrames;
        if (!isDown) this.#finish(press, signal.reason);
      };
      const press: Press = {
        events: digits.map(eventOf),
        signal,
        settle(error) {
          signal.removeEventListener('abort', onAbort);
          if (error === undefined) resolve();
          else reject(error);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#queue.push(press);
      this.isBusy = true;
    });
  }

  next(frameTicks: number): KeyPacket | undefined {
    const press = this.#queue[0];
    const event = press?.events[0];
    if (press === undefined || event === undefined) return undefined;
    const isFirst = this.#frame === 0;
    this.#frame = press.signal.aborted ? downFrames : this.#frame + 1;
    if (this.#frame > downFrames) {
      if (this.#frame < downFrames + upFrames) return undefined;
      this.#frame = 0;
      press.events.shift();
      if (press.events.length === 0) this.#finish(press);
      return undefined;
    }
    const isEnd = this.#frame === downFrames;
    const duration = Math.min(0xff_ff, this.#frame * frameTicks);
    const payload = Uint8Array.of(event, (isEnd ? 0x80 : 0) | volume, duration >> 8, duration & 0xff);
    if (isEnd && press.signal.aborted) this.#finish(press, press.signal.reason);
    return { isFirst, payload, times: isEnd ? 3 : 1 };
  }

  close(): void {
    this.#isClosed = true;
    for (const press of this.#queue) press.settle(new MediaError('ended', 'The call ended while keys were pressed.'));
    this.#queue = [];
    this.isBusy = false;
  }

  #finish(press: Press, error?: unknown): void {
    this.#queue = this.#queue.filter((other) => other !== press);
    this.isBusy = this.#queue.length > 0;
    this.#frame = 0;
    press.settle(error);
  }
}
