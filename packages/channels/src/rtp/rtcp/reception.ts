import type { RtpPacket } from '../rtp-packet.ts';

/** How one source's packets arrive (RFC 3550 §6.4.1, appendices A.3 and A.8). */
export interface Reception {
  readonly ssrc: number;
  received(packet: RtpPacket, nowMs: number, clockHz: number): void;
  readonly packets: number;
  /** Below zero where packets came twice. */
  readonly lost: number;
  readonly jitterMs: number;
  /** For a report: since the one before. */
  takeInterval(): { readonly fractionLost: number; readonly highestSequence: number };
}

/** A number this far behind the newest is an old packet; further, the sender began anew. */
const mostMisordered = 100;
const mostDropout = 3000;

export function createReception(first: RtpPacket): Reception {
  return new SourceReception(first);
}

class SourceReception implements Reception {
  readonly ssrc: number;
  packets = 0;
  jitterMs = 0;
  #base: number;
  #highest: number;
  /** Of numberings before this one. */
  #expectedBefore = 0;
  /** Not a number: unknown. */
  #lastTransitMs = Number.NaN;
  #lastTimestamp = 0;
  #reportedExpected = 0;
  #reportedPackets = 0;

  constructor(first: RtpPacket) {
    this.ssrc = first.ssrc;
    this.#base = first.sequence;
    this.#highest = first.sequence - 1;
  }

  received(packet: RtpPacket, nowMs: number, clockHz: number): void {
    const ahead = ((packet.sequence - this.#highest) << 16) >> 16;
    this.packets += 1;
    if (ahead > mostDropout || ahead < -mostMisordered) {
      this.#expectedBefore = this.#expected;
      this.#base = packet.sequence;
      this.#highest = packet.sequence;
      this.#lastTransitMs = Number.NaN;
    } else if (ahead > 0) this.#highest += ahead;
    // Packets of one moment (a key's) tell nothing about the way.
    if (packet.timestamp === this.#lastTimestamp) return;
    const transitMs = nowMs - (packet.timestamp * 1000) / clockHz;
    const step = Number.isNaN(this.#lastTransitMs) ? 0 : Math.abs(transitMs - this.#lastTransitMs);
    // The clock wrapped, or was set: no jitter of the network's.
    if (step < 10_000) this.jitterMs += (step - this.jitterMs) / 16;
    this.#lastTransitMs = transitMs;
    this.#lastTimestamp = packet.timestamp;
  }

  get lost(): number {
    return this.#expected - this.packets;
  }

  takeInterval(): { readonly fractionLost: number; readonly highestSequence: number } {
    const expectedNow = this.#expected - this.#reportedExpected;
    const lostNow = expectedNow - (this.packets - this.#reportedPackets);
    this.#reportedExpected = this.#expected;
    this.#reportedPackets = this.packets;
    const fractionLost = expectedNow <= 0 ? 0 : Math.max(0, Math.min(1, lostNow / expectedNow));
    return { fractionLost, highestSequence: this.#highest >>> 0 };
  }

  get #expected(): number {
    return this.#expectedBefore + this.#highest - this.#base + 1;
  }
}
