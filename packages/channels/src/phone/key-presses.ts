import type { Digit, Pcm } from '@parley/engine/ports/audio.ts';
import { keyTones } from './key-tones.ts';
import { LegError } from './phone-leg.ts';

/** Keys that are pressed as sound, on lines that can send them no other way: frame by frame, in place of what is said. */
export interface KeyPresses {
  /** What is said meanwhile would spoil them. */
  readonly isPressing: boolean;
  /**
   * Resolves when all have been pressed.
   * @throws LegError `refused`, `ended`; the signal's reason
   */
  press(digits: readonly Digit[], signal: AbortSignal): Promise<void>;
  /** Call each 20 ms: what is to sound now; undefined: nothing is being pressed. */
  next(): Pcm | undefined;
  /** The call is over; what is left of them is not pressed. */
  end(): void;
}

/** Keys in one go at most: a long extension with a card number is less. */
const maxKeys = 64;

export function createKeyPresses(): KeyPresses {
  let keys: { readonly frames: Pcm[]; readonly all: PromiseWithResolvers<void> } | undefined;
  return {
    get isPressing() {
      return keys !== undefined;
    },
    async press(digits, signal) {
      if (keys !== undefined) throw new LegError('refused', 'Keys are being pressed: wait until they are.');
      if (digits.length > maxKeys) throw new LegError('refused', `At most ${maxKeys} keys can be pressed in one go.`);
      signal.throwIfAborted();
      const all = Promise.withResolvers<void>();
      const onAbort = () => {
        keys = undefined;
        all.reject(signal.reason);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      keys = { frames: keyTones(digits), all };
      try {
        await all.promise;
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
    },
    next() {
      const frame = keys?.frames.shift();
      if (frame !== undefined) return frame;
      keys?.all.resolve();
      keys = undefined;
      return undefined;
    },
    end() {
      keys?.all.reject(new LegError('ended', 'The call ended before all keys were pressed.'));
      keys = undefined;
    },
  };
}
