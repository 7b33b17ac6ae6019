import { type Digit, FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import type { HangUpReason, LegEnd, LegListener, PhoneLeg, ReferOutcome } from '../phone-leg.ts';

/** For tests: stands where a leg does, keeps what it is given to sound, and lets the test be the far side. */
export interface LegDouble extends PhoneLeg {
  /** What the far side was sent and can still hear. */
  readonly heard: Pcm[];
  readonly keysSent: Digit[];
  readonly referredTo: string[];
  /** How often what was under way to the far side was thrown away. */
  readonly cleared: number;
  readonly endedAs: LegEnd | undefined;
  listener: LegListener | undefined;
  /** What comes of the next `refer`; undefined: nothing until the signal. */
  referOutcome: ReferOutcome | undefined;
  speak(frame: Pcm): void;
  press(digit: Digit): void;
  /** The far side hangs up. */
  leave(reason?: string): void;
  /** The network is gone. */
  fail(reason?: string): void;
}

export function createLegDouble(
  parts: Partial<Pick<PhoneLeg, 'callId' | 'kind' | 'direction' | 'from' | 'to'>> = {},
): LegDouble {
  const ended = Promise.withResolvers<LegEnd>();
  let endedAs: LegEnd | undefined;
  let cleared = 0;
  const end = (how: LegEnd) => {
    if (endedAs !== undefined) return;
    endedAs = how;
    ended.resolve(how);
  };
  const leg: LegDouble = {
    callId: 'call-1',
    kind: 'sip',
    direction: 'inbound',
    from: '+353861234567',
    to: '+35315550100',
    ...parts,
    line: 'mulaw',
    playoutDelayMs: 60,
    ended: ended.promise,
    heard: [],
    keysSent: [],
    referredTo: [],
    listener: undefined,
    referOutcome: { type: 'failed', reason: 'not_supported' },
    get cleared() {
      return cleared;
    },
    get endedAs() {
      return endedAs;
    },
    listen: (listener) => {
      leg.listener = listener;
    },
    write(frame) {
      if (endedAs === undefined) leg.heard.push(frame);
    },
    clear() {
      cleared += 1;
    },
    async sendDigits(digits) {
      leg.keysSent.push(...digits);
    },
    refer(target, signal) {
      leg.referredTo.push(target);
      const { referOutcome } = leg;
      if (referOutcome !== undefined) return Promise.resolve(referOutcome);
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    },
    hangUp: (reason: HangUpReason) => end({ by: 'here', reason }),
    figures: () => ({
      codec: 'PCMU',
      packetsReceived: 0,
      packetsLost: 0,
      packetsLate: 0,
      packetsSent: leg.heard.length,
      jitterMs: undefined,
      far: undefined,
    }),
    speak: (frame) => leg.listener?.frame(frame),
    press: (digit) => leg.listener?.digit(digit),
    leave: (reason = 'normal clearing') => end({ by: 'far', reason }),
    fail: (reason = 'no packets for 20 s') => end({ by: 'network', reason }),
  };
  return leg;
}

/** A frame that can be told from others. */
export function frameOf(sample: number): Pcm {
  return new Int16Array(FRAME_SAMPLES).fill(sample);
}
