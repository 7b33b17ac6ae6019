import { type Digit, digits } from '@parley/engine/ports/audio.ts';
import type { RtpPacket } from '../rtp-packet.ts';

/** Keys pressed at the far end (RFC 4733): each press is told once, when it begins, in the order pressed. */
export interface KeyReceiver {
  receive(packet: RtpPacket, nowMs: number): void;
}

/**
 * Senders repeat an event every 20–50 ms while its key is down. One that goes on with another timestamp within this time, without
 * having ended, is the same press: long ones are sent in segments, and some senders move the timestamp with each packet.
 */
const sameSpellMs = 120;

export function createKeyReceiver(onDigit: (digit: Digit) => void): KeyReceiver {
  let last: { ssrc: number; timestamp: number; event: number; hasEnded: boolean; atMs: number } | undefined;
  return {
    receive(packet, nowMs) {
      const { payload, timestamp, ssrc } = packet;
      if (payload.length < 4) return;
      const event = payload[0] ?? 0;
      const hasEnded = ((payload[1] ?? 0) & 0x80) !== 0;
      if (last !== undefined && last.ssrc === ssrc) {
        const laterTicks = (timestamp - last.timestamp) | 0;
        if (laterTicks === 0) {
          last.hasEnded ||= hasEnded;
          last.atMs = nowMs;
          return;
        }
        // A repetition that was overtaken by the next key, or a replay.
        if (laterTicks < 0 && nowMs - last.atMs < 2000) return;
        const goesOn = event === last.event && !last.hasEnded && !packet.marker && nowMs - last.atMs < sameSpellMs;
        if (goesOn) {
          last = { ssrc, timestamp, event, hasEnded, atMs: nowMs };
          return;
        }
      }
      last = { ssrc, timestamp, event, hasEnded, atMs: nowMs };
      const digit = digitOf(event);
      if (digit !== undefined) onDigit(digit);
    },
  };
}

/** Events 0–9, 10 for `*`, 11 for `#`; A–D and the tones of modems are no keys of a telephone. */
function digitOf(event: number): Digit | undefined {
  return digits[event];
}

export function eventOf(digit: Digit): number {
  return digits.indexOf(digit);
}
