import { encodeG711 } from '@parley/engine/audio/g711.ts';
import { createWideToLine } from '@parley/engine/audio/line-rate.ts';
import type { Pcm } from '@parley/engine/ports/audio.ts';
import type { Brain } from '../brain.ts';
import { frameBytes, silentFrame } from './playout.ts';
import { createTrack, type SoundTrack } from './sound-track.ts';

/** When something was said, in ms from the answer. */
export interface Utterance {
  readonly startedMs: number;
  readonly endedMs: number;
}

/** Whoever holds the telephone at the far end. */
export interface Person {
  /** What was played to them, by the server's stream, by `<Say>`, or by the person with whom they were connected. */
  readonly hears: SoundTrack;
  readonly speaks: SoundTrack;
  /**
   * Speaks behind what is being said; resolves when the last of it is on the line, and when the call ends.
   * @param sound words, spoken by the fake's brain; or samples of 16 kHz
   */
  say(sound: string | Pcm, language?: string): Promise<Utterance>;
  /** One key after the other, 100 ms apart. */
  press(digits: string): Promise<void>;
  hangUp(): void;
  /** Each 20 ms of what they hear, as it comes. */
  onHeard: ((frame: Uint8Array) => void) | undefined;
}

/** What the call does with the person. */
export interface LinePerson extends Person {
  /** What they say in the next 20 ms. */
  nextSpoken(): Uint8Array;
  /** @returns whether it is sound */
  hear(frame: Uint8Array | undefined): boolean;
  /** They are gone. */
  leave(): void;
}

export interface PersonOptions {
  readonly brain: Brain;
  readonly press: (digit: string) => void;
  readonly hangUp: () => void;
  /** Runs an action after so many ms; never when the call is over by then. */
  readonly later: (ms: number, action: () => void) => void;
}

const betweenKeysMs = 100;

export function createPerson({ brain, press, hangUp, later }: PersonOptions): LinePerson {
  const hears = createTrack();
  const speaks = createTrack();
  const queue: {
    readonly sound: Uint8Array;
    at: number;
    startedMs: number;
    readonly done: (said: Utterance) => void;
  }[] = [];
  const gone = new AbortController();
  let keysWaiting: (() => void)[] = [];

  const person: LinePerson = {
    hears,
    speaks,
    onHeard: undefined,
    async say(sound, language = 'en-US') {
      const samples = typeof sound === 'string' ? (await brain.speak(sound, language, gone.signal)).samples : sound;
      if (gone.signal.aborted) return { startedMs: speaks.durationMs, endedMs: speaks.durationMs };
      const { promise, resolve } = Promise.withResolvers<Utterance>();
      queue.push({ sound: toLine(samples), at: 0, startedMs: 0, done: resolve });
      return promise;
    },
    press(digits) {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (gone.signal.aborted || digits === '') return Promise.resolve();
      keysWaiting.push(resolve);
      [...digits].forEach((digit, n) => {
        later(n * betweenKeysMs, () => {
          press(digit);
          if (n === digits.length - 1) {
            keysWaiting = keysWaiting.filter((waiting) => waiting !== resolve);
            resolve();
          }
        });
      });
      return promise;
    },
    hangUp,
    nextSpoken() {
      const frame = nextOf(queue, speaks.durationMs);
      speaks.write(frame);
      return frame;
    },
    hear(frame = silentFrame) {
      person.onHeard?.(frame);
      return hears.write(frame);
    },
    leave() {
      gone.abort();
      for (const { startedMs, done } of queue.splice(0)) done({ startedMs, endedMs: speaks.durationMs });
      for (const resolve of keysWaiting.splice(0)) resolve();
    },
  };
  return person;
}

function nextOf(
  queue: { readonly sound: Uint8Array; at: number; startedMs: number; readonly done: (said: Utterance) => void }[],
  nowMs: number,
): Uint8Array {
  const first = queue[0];
  if (first === undefined) return silentFrame;
  if (first.at === 0) first.startedMs = nowMs;
  const part = first.sound.subarray(first.at, first.at + frameBytes);
  const frame = part.length === frameBytes ? part : new Uint8Array(frameBytes).fill(0xff);
  if (frame !== part) frame.set(part);
  first.at += frameBytes;
  if (first.at >= first.sound.length) {
    queue.shift();
    first.done({ startedMs: first.startedMs, endedMs: first.startedMs + first.sound.length / 8 });
  }
  return frame;
}

/** Samples of 16 kHz as they are on a telephone line. */
export function toLine(samples: Pcm): Uint8Array {
  const filter = createWideToLine();
  const parts = [filter.process(samples), filter.flush()];
  const whole = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0));
  whole.set(parts[0] ?? new Int16Array(0));
  whole.set(parts[1] ?? new Int16Array(0), parts[0]?.length ?? 0);
  return encodeG711(whole, 'mulaw');
}
