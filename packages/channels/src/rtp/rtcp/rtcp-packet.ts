import { readUint16, readUint32, writeUint32 } from '../rtp-packet.ts';

/** How one end hears one source (RFC 3550 §6.4.1), as written. */
export interface ReportBlock {
  readonly ssrc: number;
  /** 0–255: in 256ths. */
  readonly fractionLost: number;
  /** 24 bits, signed. */
  readonly cumulativeLost: number;
  readonly highestSequence: number;
  /** In ticks of the source's clock. */
  readonly jitterTicks: number;
  /** Middle 32 bits of the time in the latest sender report, and the time since, in 65,536ths of a second. */
  readonly lastSenderReport: number;
  readonly delaySinceLast: number;
}

export interface SenderInfo {
  /** Seconds since 1900 in 32.32 bits, in two halves. */
  readonly ntpHigh: number;
  readonly ntpLow: number;
  readonly rtpTimestamp: number;
  readonly packets: number;
  readonly octets: number;
}

/** What a compound packet says that matters to a call of two. */
export interface RtcpContent {
  readonly ssrc: number;
  readonly sender: SenderInfo | undefined;
  readonly blocks: readonly ReportBlock[];
  readonly isBye: boolean;
}

const senderReport = 200;
const receiverReport = 201;
const sourceDescription = 202;
const goodbye = 203;
const blockBytes = 24;
const senderInfoBytes = 20;

/** Reads a compound packet; undefined for anything that is not whole (RFC 3550 A.2). Never throws. */
export function parseRtcp(bytes: Uint8Array): RtcpContent | undefined {
  if (bytes.length < 8 || bytes.length > 1500) return undefined;
  const firstType = bytes[1];
  if (firstType !== senderReport && firstType !== receiverReport) return undefined;
  let sender: SenderInfo | undefined;
  const blocks: ReportBlock[] = [];
  let isBye = false;
  for (let at = 0; at < bytes.length; ) {
    if (at + 4 > bytes.length || (bytes[at] ?? 0) >> 6 !== 2) return undefined;
    const end = at + 4 + readUint16(bytes, at + 2) * 4;
    if (end > bytes.length) return undefined;
    const type = bytes[at + 1];
    const count = (bytes[at] ?? 0) & 0x1f;
    if (type === senderReport || type === receiverReport) {
      let from = at + 8;
      if (type === senderReport) {
        if (from + senderInfoBytes > end) return undefined;
        sender = {
          ntpHigh: readUint32(bytes, from),
          ntpLow: readUint32(bytes, from + 4),
          rtpTimestamp: readUint32(bytes, from + 8),
          packets: readUint32(bytes, from + 12),
          octets: readUint32(bytes, from + 16),
        };
        from += senderInfoBytes;
      }
      if (from + count * blockBytes > end) return undefined;
      for (let n = 0; n < count; n += 1) blocks.push(readBlock(bytes, from + n * blockBytes));
    } else if (type === goodbye) isBye = true;
    at = end;
  }
  return { ssrc: readUint32(bytes, 4), sender, blocks, isBye };
}

function readBlock(bytes: Uint8Array, at: number): ReportBlock {
  const lost = readUint32(bytes, at + 4);
  return {
    ssrc: readUint32(bytes, at),
    fractionLost: lost >>> 24,
    cumulativeLost: (lost << 8) >> 8,
    highestSequence: readUint32(bytes, at + 8),
    jitterTicks: readUint32(bytes, at + 12),
    lastSenderReport: readUint32(bytes, at + 16),
    delaySinceLast: readUint32(bytes, at + 20),
  };
}

export interface ReportToSend {
  readonly ssrc: number;
  /** Undefined: nothing was sent since the last report. */
  readonly sender: SenderInfo | undefined;
  readonly block: ReportBlock | undefined;
  /** The same for all that one end sends; at most 255 bytes. */
  readonly cname: string;
  readonly isBye: boolean;
}

/** A compound packet: a report, who we are, and maybe goodbye. */
export function buildRtcp({ ssrc, sender, block, cname, isBye }: ReportToSend): Uint8Array {
  const name = Buffer.from(cname).subarray(0, 255);
  const reportLength = 8 + (sender === undefined ? 0 : senderInfoBytes) + (block === undefined ? 0 : blockBytes);
  // The item's two bytes, its text, and at least one zero that ends the list, up to a whole word.
  const descriptionLength = 8 + (Math.floor((2 + name.length) / 4) + 1) * 4;
  const bytes = new Uint8Array(reportLength + descriptionLength + (isBye ? 8 : 0));
  let at = writeHeader(
    bytes,
    0,
    sender === undefined ? receiverReport : senderReport,
    block === undefined ? 0 : 1,
    reportLength,
  );
  writeUint32(bytes, at, ssrc);
  at += 4;
  if (sender !== undefined) {
    for (const word of [sender.ntpHigh, sender.ntpLow, sender.rtpTimestamp, sender.packets, sender.octets]) {
      writeUint32(bytes, at, word);
      at += 4;
    }
  }
  if (block !== undefined) {
    const lost = (block.fractionLost << 24) | (block.cumulativeLost & 0xff_ff_ff);
    const { highestSequence, jitterTicks, lastSenderReport, delaySinceLast } = block;
    for (const word of [block.ssrc, lost, highestSequence, jitterTicks, lastSenderReport, delaySinceLast]) {
      writeUint32(bytes, at, word);
      at += 4;
    }
  }
  at = writeHeader(bytes, at, sourceDescription, 1, descriptionLength);
  writeUint32(bytes, at, ssrc);
  bytes[at + 4] = 1;
  bytes[at + 5] = name.length;
  bytes.set(name, at + 6);
  if (isBye) {
    at = writeHeader(bytes, reportLength + descriptionLength, goodbye, 1, 8);
    writeUint32(bytes, at, ssrc);
  }
  return bytes;
}

function writeHeader(bytes: Uint8Array, at: number, type: number, count: number, length: number): number {
  bytes[at] = 0x80 | count;
  bytes[at + 1] = type;
  bytes[at + 2] = (length / 4 - 1) >> 8;
  bytes[at + 3] = length / 4 - 1;
  return at + 4;
}
