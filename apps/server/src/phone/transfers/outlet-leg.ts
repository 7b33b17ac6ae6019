import { type LegEnd, LegError, type LegListener } from '@parley/channels/phone/phone-leg.ts';
import type { TalkLeg } from '@parley/channels/phone/talk.ts';
import type { AudioInlet, AudioOutlet } from '@parley/engine/ports/audio.ts';

/** A browser's way to the ear, taken for a leg. */
export interface OutletLeg extends TalkLeg {
  /** What the browser's channel hears with. */
  readonly inlet: AudioInlet;
  /** They hung up: by a message, as browsers do. */
  leave(reason: string): void;
}

export function createOutletLeg(outlet: AudioOutlet): OutletLeg {
  const ended = Promise.withResolvers<LegEnd>();
  let listener: LegListener | undefined;
  let isEnded = false;
  const end = (how: LegEnd) => {
    if (isEnded) return;
    isEnded = true;
    listener = undefined;
    ended.resolve(how);
    outlet.close(how.reason);
  };
  return {
    kind: outlet.kind,
    get playoutDelayMs() {
      return outlet.playoutDelayMs;
    },
    ...(outlet.line !== undefined && { line: outlet.line }),
    ended: ended.promise,
    listen: (next) => {
      listener = next;
    },
    write: (frame) => {
      if (!isEnded) outlet.write(frame);
    },
    clear: () => outlet.clear(),
    sendDigits: async () => {
      throw new LegError('not_supported', 'A browser has no keys to be pressed from here.');
    },
    refer: async () => ({ type: 'failed', reason: 'not_supported' }),
    hangUp: (reason) => end({ by: 'here', reason }),
    leave: (reason) => end({ by: 'far', reason }),
    inlet: {
      push: (frame) => listener?.frame(frame),
      digit: (digit) => listener?.digit(digit),
      playoutDelay: (delayMs) => listener?.playoutDelay?.(delayMs),
      held: (isHeld) => listener?.held?.(isHeld),
      lost: (reason) => end({ by: 'network', reason }),
    },
  };
}
