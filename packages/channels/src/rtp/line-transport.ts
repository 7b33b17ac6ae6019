import type { RemoteInfo } from 'node:dgram';
import type { Digit, Pcm } from '@parley/engine/ports/audio.ts';
import { createLatch, type Source } from './latch.ts';
import { createLineReceiver } from './line-receiver.ts';
import { createLineSender } from './line-sender.ts';
import { createReporter } from './rtcp/reporter.ts';
import type { LineFigures } from './rtp-line.ts';
import { isRtcp, parseRtp } from './rtp-packet.ts';
import type { Agreed } from './sdp/negotiation.ts';
import { createSrtpStreams } from './srtp/srtp-streams.ts';

/** Packets of one call to and fro, without sockets and timers: whoever owns those gives packets, asks for frames, and beats the time. */
export interface LineTransport {
  receiveRtp(bytes: Uint8Array, from: RemoteInfo): void;
  receiveRtcp(bytes: Uint8Array, from: RemoteInfo): void;
  configure(agreed: Agreed): void;
  /** What is heard of the far side in this 20 ms; undefined on hold, where there may be music, which is nothing that anybody said. */
  nextFrame(nowMs: number): Pcm | undefined;
  /** Nobody listens until the next frame is asked for. */
  skip(): void;
  /** A frame of speech, sent at once; false when it is not sent, as keys are pressed or nobody wants to hear. */
  write(frame: Pcm, nowMs: number): boolean;
  /** Call each 20 ms: fills the time between speech, and presses keys. */
  fill(nowMs: number): void;
  /** Call each 20 ms: reports, and whether the far side is there. */
  watch(nowMs: number): void;
  press(digits: readonly Digit[], signal: AbortSignal): Promise<void>;
  readonly figures: LineFigures;
  /** Says goodbye. Nothing is sent afterwards. */
  close(nowMs: number): void;
}

export interface LineTransportOptions {
  readonly nowMs: () => number;
  readonly epochMs: () => number;
  /** From which the far side signals. */
  readonly signallingAddress: string;
  readonly silentAfterMs: number;
  /** Take the packet before they return, or within three packets. */
  readonly sendRtp: (packet: Uint8Array, to: Source) => void;
  readonly sendRtcp: (packet: Uint8Array, to: Source) => void;
  readonly onDigit: (digit: Digit) => void;
  readonly onPlayoutDelay: (playoutDelayMs: number) => void;
  readonly onSilent: (forMs: number) => void;
}

/** What a telephone holds back to even out arrival, and its sound card: the network's part is measured by reports. */
export const farBufferMs = 60;
/** A full Ethernet frame. */
const longestPacket = 1500;
/** A smaller change of the way to the ear nobody has to know. */
const delayStepMs = 10;

export function createLineTransport(options: LineTransportOptions): LineTransport {
  const { nowMs: clockMs, silentAfterMs } = options;
  let agreed: Agreed | undefined;
  let isClosed = false;
  let lastPacketMs = 0;
  let silentDueMs = 0;
  let packetsIgnored = 0;
  let playoutDelayMs = farBufferMs;
  /** Where their reports come from, when it is not where they said. */
  let reportSource: Source | undefined;

  const latch = createLatch(options.signallingAddress);
  const srtp = createSrtpStreams();
  const receiver = createLineReceiver(options.onDigit);
  const sender = createLineSender((packet) => {
    const { target } = latch;
    if (target !== undefined) options.sendRtp(srtp.protectRtp(packet), target);
  });
  const reporter = createReporter({
    ssrc: sender.ssrc,
    sent: () => sender,
    timestampAt: sender.timestampAt,
    reception: () => receiver.reception,
    clockHz: () => agreed?.codec.clockHz ?? 8000,
    epochMs: options.epochMs,
  });

  const takePacket = (now: Agreed, bytes: Uint8Array, from: RemoteInfo): boolean => {
    if (bytes.length > longestPacket || !latch.mayBe(from)) return false;
    const plain = srtp.unprotectRtp(bytes);
    const packet = plain === undefined ? undefined : parseRtp(plain);
    if (packet === undefined || !now.receive.has(packet.payloadType)) return false;
    if (!latch.judge(from, packet, srtp.isOn)) return false;
    const nowMs = clockMs();
    if (!receiver.receive(packet, nowMs)) return false;
    lastPacketMs = nowMs;
    silentDueMs = nowMs + silentAfterMs;
    return true;
  };

  const takeReport = (now: Agreed, bytes: Uint8Array, from: RemoteInfo): boolean => {
    if (bytes.length > longestPacket) return true;
    const isTheirs = from.address === latch.target?.address || from.address === now.remote.rtcpAddress;
    const plain = isTheirs || srtp.isOn ? srtp.unprotectRtcp(bytes) : undefined;
    if (plain === undefined) return false;
    const nowMs = clockMs();
    if (!reporter.receive(plain, nowMs)) return false;
    if (reportSource?.port !== from.port || reportSource.address !== from.address) {
      reportSource = { address: from.address, port: from.port };
    }
    // Who suppresses silence is known to be there by reports alone.
    if (receiver.isPaused) silentDueMs = nowMs + silentAfterMs;
    const delayMs = Math.round(farBufferMs + (reporter.far?.roundTripMs ?? 0) / 2);
    if (Math.abs(delayMs - playoutDelayMs) < delayStepMs) return true;
    playoutDelayMs = delayMs;
    options.onPlayoutDelay(delayMs);
    return true;
  };

  const sendReport = (report: Uint8Array) => {
    const target = reportTarget();
    if (target === undefined) return;
    const send = agreed?.remote.isMuxed === true ? options.sendRtp : options.sendRtcp;
    send(srtp.protectRtcp(report), target);
  };

  const reportTarget = (): Source | undefined => {
    if (agreed === undefined) return undefined;
    const { target } = latch;
    if (agreed.remote.isMuxed) return target;
    if (reportSource !== undefined) return reportSource;
    const { rtcpAddress, rtcpPort } = agreed.remote;
    // Its speech comes from elsewhere than it said: so do its reports, from the next port as a rule.
    if (target !== undefined && target.address !== agreed.remote.address) {
      return { address: target.address, port: Math.min(65_535, target.port + 1) };
    }
    return rtcpAddress === undefined || rtcpPort === 0 ? undefined : { address: rtcpAddress, port: rtcpPort };
  };

  const receiveRtcp = (bytes: Uint8Array, from: RemoteInfo) => {
    if (agreed !== undefined && !isClosed && !takeReport(agreed, bytes, from)) packetsIgnored += 1;
  };

  return {
    receiveRtp(bytes, from) {
      if (agreed === undefined || isClosed) return;
      if (isRtcp(bytes)) {
        if (agreed.remote.isMuxed) receiveRtcp(bytes, from);
      } else if (!takePacket(agreed, bytes, from)) packetsIgnored += 1;
    },
    receiveRtcp,
    configure(next) {
      agreed = next;
      latch.open(next.remote);
      reportSource = undefined;
      srtp.configure(next.srtp);
      receiver.configure(next.receive);
      sender.configure(next.sends ? next : undefined);
      lastPacketMs = clockMs();
      silentDueMs = lastPacketMs + silentAfterMs;
    },
    nextFrame(nowMs) {
      if (agreed?.isHeld === false) return receiver.nextFrame(nowMs);
      receiver.skip();
      return undefined;
    },
    skip: () => receiver.skip(),
    write: (frame, nowMs) => sender.write(frame, nowMs),
    fill: (nowMs) => sender.tick(nowMs),
    watch(nowMs) {
      const report = reporter.due(nowMs);
      if (report !== undefined) sendReport(report);
      // Who neither sends nor holds told that it would not; who holds for hours may be gone.
      const isAwaited = agreed?.receives === true || agreed?.isHeld === true;
      if (nowMs < silentDueMs || !isAwaited) return;
      silentDueMs = nowMs + silentAfterMs;
      options.onSilent(nowMs - lastPacketMs);
    },
    press: (digits, signal) => sender.press(digits, signal),
    get figures() {
      const { received, lost, late } = receiver.packets;
      return {
        packetsReceived: received,
        packetsLost: lost,
        packetsLate: late,
        packetsSent: sender.packets,
        packetsIgnored,
        jitterMs: receiver.reception?.jitterMs,
        far: reporter.far,
      };
    },
    close(nowMs) {
      if (isClosed) return;
      if (agreed !== undefined) sendReport(reporter.goodbye(nowMs));
      isClosed = true;
      sender.close();
    },
  };
}
