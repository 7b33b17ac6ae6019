import { randomBytes } from 'node:crypto';
import type { LegFigures } from '../../phone/phone-leg.ts';
import type { Reception } from './reception.ts';
import { buildRtcp, parseRtcp, type ReportBlock, type SenderInfo } from './rtcp-packet.ts';

/** Reports of one call, both ways (RFC 3550 §6). */
export interface Reporter {
  /** When it is time for one: the report to send. Call each 20 ms. */
  due(nowMs: number): Uint8Array | undefined;
  /** The last one. */
  goodbye(nowMs: number): Uint8Array;
  /** Theirs; false for what is no report. */
  receive(bytes: Uint8Array, nowMs: number): boolean;
  /** What they say of how they hear us. */
  readonly far: LegFigures['far'];
}

export interface ReporterSources {
  readonly ssrc: number;
  readonly sent: () => { readonly packets: number; readonly octets: number };
  readonly timestampAt: (nowMs: number) => number;
  readonly reception: () => Reception | undefined;
  /** Of the packets either way. */
  readonly clockHz: () => number;
  readonly epochMs: () => number;
}

/** RFC 3550 §6.2: five seconds, half as much to one and a half times as much, so that many calls do not report as one. */
const intervalMs = 5000;
/** From 1900 to 1970. */
const ntpEpochSeconds = 2_208_988_800;
/** A round trip above this is a clock that was set, or nonsense. */
const longestRoundTripMs = 60_000;

export function createReporter(sources: ReporterSources): Reporter {
  const cname = `${randomBytes(9).toString('base64url')}@parley`;
  let dueMs: number | undefined;
  let reportedPackets = 0;
  let far: LegFigures['far'];
  let theirs: { readonly ssrc: number; readonly middle: number; readonly atMs: number } | undefined;

  const report = (nowMs: number, isBye: boolean): Uint8Array => {
    const sent = sources.sent();
    const sender = sent.packets > reportedPackets ? senderInfo(nowMs, sent) : undefined;
    reportedPackets = sent.packets;
    return buildRtcp({ ssrc: sources.ssrc, sender, block: block(nowMs), cname, isBye });
  };

  const senderInfo = (nowMs: number, sent: { readonly packets: number; readonly octets: number }): SenderInfo => {
    const [ntpHigh, ntpLow] = ntpOf(sources.epochMs());
    return {
      ntpHigh,
      ntpLow,
      rtpTimestamp: sources.timestampAt(nowMs),
      packets: sent.packets >>> 0,
      octets: sent.octets >>> 0,
    };
  };

  const block = (nowMs: number): ReportBlock | undefined => {
    const reception = sources.reception();
    if (reception === undefined) return undefined;
    const { fractionLost, highestSequence } = reception.takeInterval();
    const heard = theirs?.ssrc === reception.ssrc ? theirs : undefined;
    return {
      ssrc: reception.ssrc,
      fractionLost: Math.min(255, Math.floor(fractionLost * 256)),
      cumulativeLost: Math.max(-0x80_00_00, Math.min(0x7f_ff_ff, reception.lost)),
      highestSequence,
      jitterTicks: Math.round((reception.jitterMs * sources.clockHz()) / 1000),
      lastSenderReport: heard?.middle ?? 0,
      delaySinceLast: heard === undefined ? 0 : Math.round(((nowMs - heard.atMs) * 65_536) / 1000) >>> 0,
    };
  };

  return {
    due(nowMs) {
      // The first one sooner, half the time (§6.2).
      dueMs ??= nowMs + (intervalMs / 2) * (0.5 + Math.random());
      if (nowMs < dueMs) return undefined;
      dueMs = nowMs + intervalMs * (0.5 + Math.random());
      return report(nowMs, false);
    },
    goodbye: (nowMs) => report(nowMs, true),
    receive(bytes, nowMs) {
      const content = parseRtcp(bytes);
      if (content === undefined) return false;
      const { sender, ssrc } = content;
      if (sender !== undefined) theirs = { ssrc, middle: middleOf(sender.ntpHigh, sender.ntpLow), atMs: nowMs };
      const ofUs = content.blocks.find((candidate) => candidate.ssrc === sources.ssrc);
      if (ofUs === undefined) return true;
      far = {
        lostShare: ofUs.fractionLost / 256,
        jitterMs: (ofUs.jitterTicks * 1000) / sources.clockHz(),
        roundTripMs: roundTripMs(ofUs, sources.epochMs()) ?? far?.roundTripMs,
      };
      return true;
    },
    get far() {
      return far;
    },
  };
}

function roundTripMs(block: ReportBlock, epochMs: number): number | undefined {
  if (block.lastSenderReport === 0) return undefined;
  const [high, low] = ntpOf(epochMs);
  const ticks = (middleOf(high, low) - block.lastSenderReport - block.delaySinceLast) | 0;
  const milliseconds = (ticks * 1000) / 65_536;
  return milliseconds < 0 || milliseconds > longestRoundTripMs ? undefined : milliseconds;
}

function ntpOf(epochMs: number): readonly [high: number, low: number] {
  const seconds = Math.floor(epochMs / 1000);
  const rest = (epochMs - seconds * 1000) / 1000;
  return [(seconds + ntpEpochSeconds) >>> 0, Math.floor(rest * 0x1_00_00_00_00) >>> 0];
}

function middleOf(high: number, low: number): number {
  return ((high << 16) | (low >>> 16)) >>> 0;
}
