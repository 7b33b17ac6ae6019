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
  let base = first.sequence;
  let highest = first.sequence - 1;
  let packets = 0;
  /** Of numberings before this one. */
  let expectedBefore = 0;
  let jitterMs = 0;
  let lastTransitMs: number | undefined;
  let lastTimestamp = 0;
  let reportedExpected = 0;
  let reportedPackets = 0;

  const expected = () => expectedBefore + highest - base + 1;

  return {
    ssrc: first.ssrc,
    received(packet, nowMs, clockHz) {
      const ahead = ((packet.sequence - highest) << 16) >> 16;
      packets += 1;
      if (ahead > mostDropout || ahead < -mostMisordered) {
        expectedBefore = expected();
        base = packet.sequence;
        highest = packet.sequence;
        lastTransitMs = undefined;
      } else if (ahead > 0) highest += ahead;
      // Packets of one moment (a key's) tell nothing about the way.
      if (packet.timestamp === lastTimestamp) return;
      const transitMs = nowMs - (packet.timestamp * 1000) / clockHz;
      const step = lastTransitMs === undefined ? 0 : Math.abs(transitMs - lastTransitMs);
      // The clock wrapped, or was set: no jitter of the network's.
      if (step < 10_000) jitterMs += (step - jitterMs) / 16;
      lastTransitMs = transitMs;
      lastTimestamp = packet.timestamp;
    },
    get packets() {
      return packets;
    },
    get lost() {
      return expected() - packets;
    },
    get jitterMs() {
      return jitterMs;
    },
    takeInterval() {
      const expectedNow = expected() - reportedExpected;
      const lostNow = expectedNow - (packets - reportedPackets);
      reportedExpected = expected();
      reportedPackets = packets;
      const fractionLost = expectedNow <= 0 ? 0 : Math.max(0, Math.min(1, lostNow / expectedNow));
      return { fractionLost, highestSequence: highest >>> 0 };
    },
  };
}
