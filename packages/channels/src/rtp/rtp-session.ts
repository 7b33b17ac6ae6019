import { randomInt } from 'node:crypto';
import type { RemoteInfo } from 'node:dgram';
import { FRAME_SAMPLES } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { LegListener } from '../phone/phone-leg.ts';
import type { CodecName } from './codecs.ts';
import { createLatch, type Source } from './latch.ts';
import { createLineReceiver } from './line-receiver.ts';
import { createLineSender } from './line-sender.ts';
import { MediaError, type MediaSession, type MediaSessionOptions } from './media-session.ts';
import type { PortPool } from './port-pool.ts';
import { createReporter } from './rtcp/reporter.ts';
import { isRtcp, parseRtp } from './rtp-packet.ts';
import { type Agreed, createNegotiation } from './sdp/negotiation.ts';
import { openSocketPair } from './socket-pair.ts';
import { createSrtpStreams } from './srtp/srtp-streams.ts';

export interface RtpSessionOptions extends MediaSessionOptions {
  readonly clock: Clock;
  readonly pool: PortPool;
  readonly onError: (error: unknown) => void;
  /** That the far side is told. */
  readonly address: string;
  readonly family: 'udp4' | 'udp6';
  readonly bindAddress: string | undefined;
  readonly codecs: readonly CodecName[];
  readonly silentAfterMs: number;
}

export interface RtpSession extends MediaSession {
  /** Packets that were not the far side's, or not of this call. */
  readonly ignoredPackets: number;
}

/** A full Ethernet frame. */
const longestPacket = 1500;
/** What a telephone holds back to even out arrival, and its sound card: the network's part is measured by reports. */
const farBufferMs = 60;
/** A smaller change of the way to the ear nobody has to know. */
const delayStepMs = 10;

/** One call over RTP: owns the sockets, the codec, the keys, and its place in the frame timer. @throws MediaError `no_port` */
export async function createRtpSession(
  options: RtpSessionOptions,
  onClosed: (freed: Promise<void>) => void,
): Promise<RtpSession> {
  const { clock } = options;
  let agreed: Agreed | undefined;
  let listener: LegListener | undefined;
  /** What the listener was told last. */
  let isHeldTold = false;
  let isClosed = false;
  let stopFrames: (() => void) | undefined;
  let lastPacketMs = 0;
  let silentDueMs = 0;
  let ignoredPackets = 0;
  let playoutDelayMs = farBufferMs;
  /** Where their reports come from, when it is not where they said. */
  let reportSource: Source | undefined;

  const latch = createLatch(options.remoteAddress);
  const srtp = createSrtpStreams();
  const receiver = createLineReceiver((digit) => guarded(() => listener?.digit(digit)));
  const sender = createLineSender((packet) => {
    const target = latch.target;
    if (target !== undefined) sockets.rtp.send(srtp.protectRtp(packet), target.port, target.address);
  });
  const reporter = createReporter({
    ssrc: sender.ssrc,
    sent: () => sender,
    timestampAt: sender.timestampAt,
    reception: () => receiver.reception,
    clockHz: () => agreed?.codec.clockHz ?? 8000,
    epochMs: clock.epochMs,
  });

  const guarded = (call: () => void) => {
    try {
      call();
    } catch (error) {
      options.onError(error);
    }
  };

  const onRtp = (bytes: Buffer, from: RemoteInfo) => {
    if (agreed === undefined || isClosed) return;
    if (isRtcp(bytes)) {
      if (agreed.remote.isMuxed) onRtcp(bytes, from);
      return;
    }
    if (!takePacket(agreed, bytes, from)) ignoredPackets += 1;
  };

  const takePacket = (now: Agreed, bytes: Buffer, from: RemoteInfo): boolean => {
    if (bytes.length > longestPacket || !latch.mayBe(from)) return false;
    const plain = srtp.unprotectRtp(bytes);
    const packet = plain === undefined ? undefined : parseRtp(plain);
    if (packet === undefined || !now.receive.has(packet.payloadType)) return false;
    if (!latch.judge(from, packet, srtp.isOn)) return false;
    const nowMs = clock.nowMs();
    if (!receiver.receive(packet, nowMs)) return false;
    lastPacketMs = nowMs;
    silentDueMs = nowMs + options.silentAfterMs;
    return true;
  };

  const onRtcp = (bytes: Buffer, from: RemoteInfo) => {
    if (agreed === undefined || isClosed || bytes.length > longestPacket) return;
    const isTheirs = from.address === latch.target?.address || from.address === agreed.remote.rtcpAddress;
    const plain = isTheirs || srtp.isOn ? srtp.unprotectRtcp(bytes) : undefined;
    if (plain === undefined) {
      ignoredPackets += 1;
      return;
    }
    const nowMs = clock.nowMs();
    if (!reporter.receive(plain, nowMs)) {
      ignoredPackets += 1;
      return;
    }
    if (reportSource?.port !== from.port || reportSource.address !== from.address) {
      reportSource = { address: from.address, port: from.port };
    }
    // Who suppresses silence is known to be there by reports alone.
    if (receiver.isPaused) silentDueMs = nowMs + options.silentAfterMs;
    const delayMs = Math.round(farBufferMs + (reporter.far?.roundTripMs ?? 0) / 2);
    if (Math.abs(delayMs - playoutDelayMs) < delayStepMs) return;
    playoutDelayMs = delayMs;
    guarded(() => listener?.playoutDelay?.(delayMs));
  };

  const sockets = await openSocketPair(options.pool, { ...options, onRtp, onRtcp });
  const negotiation = createNegotiation({
    address: options.address,
    signallingAddress: options.remoteAddress,
    rtpPort: sockets.rtpPort,
    rtcpPort: sockets.rtcpPort,
    codecs: options.codecs,
    srtp: options.srtp,
    sessionId: randomInt(2 ** 47),
  });

  const sendReport = (report: Uint8Array) => {
    const target = reportTarget();
    if (target === undefined) return;
    const socket = agreed?.remote.isMuxed ? sockets.rtp : sockets.rtcp;
    socket.send(srtp.protectRtcp(report), target.port, target.address);
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

  const apply = (next: Agreed) => {
    const wasHeld = agreed?.isHeld ?? false;
    const nowMs = clock.nowMs();
    agreed = next;
    latch.open(next.remote);
    reportSource = undefined;
    srtp.configure(next.srtp);
    receiver.configure(next.receive);
    sender.configure(next.sends ? next : undefined);
    lastPacketMs = nowMs;
    silentDueMs = nowMs + options.silentAfterMs;
    // The frame timer would give no more frames to one that throws.
    stopFrames ??= clock.everyFrame(() => guarded(onFrame));
    if (wasHeld !== next.isHeld) {
      queueMicrotask(() => {
        if (!isClosed) guarded(() => options.onEvent({ type: 'hold', isHeld: next.isHeld }));
      });
    }
    tellHeld();
  };

  /** Whoever listens knows whether the line is on hold; never from inside a call. */
  const tellHeld = () => {
    queueMicrotask(() => {
      const isHeld = agreed?.isHeld ?? false;
      if (isClosed || listener === undefined || isHeldTold === isHeld) return;
      isHeldTold = isHeld;
      guarded(() => listener?.held?.(isHeld));
    });
  };

  const onFrame = () => {
    const nowMs = clock.nowMs();
    // On hold there may be music, which is nothing that anybody said.
    const isHeard = listener !== undefined && agreed?.isHeld === false;
    if (!isHeard) receiver.skip();
    try {
      listener?.frame(isHeard ? receiver.nextFrame(nowMs) : new Int16Array(FRAME_SAMPLES));
    } catch (error) {
      // What is sent does not depend on who listens.
      options.onError(error);
    }
    sender.tick(nowMs);
    const report = reporter.due(nowMs);
    if (report !== undefined) sendReport(report);
    // Who neither sends nor holds told that it would not; who holds for hours may be gone.
    const isAwaited = agreed?.receives === true || agreed?.isHeld === true;
    if (nowMs < silentDueMs || !isAwaited) return;
    silentDueMs = nowMs + options.silentAfterMs;
    const forMs = nowMs - lastPacketMs;
    guarded(() => options.onEvent({ type: 'silent', forMs }));
  };

  const checkOpen = () => {
    if (isClosed) throw new MediaError('ended', 'The media of this call were closed.');
  };

  return {
    createOffer(direction = 'sendrecv') {
      checkOpen();
      return negotiation.createOffer(direction);
    },
    answerOffer(sdp) {
      checkOpen();
      const answer = negotiation.answerOffer(sdp);
      apply(answer.agreed);
      return answer.sdp;
    },
    takeAnswer(sdp) {
      checkOpen();
      apply(negotiation.takeAnswer(sdp));
    },
    forgetOffer: () => negotiation.forgetOffer(),
    get line() {
      return agreed?.codec.line ?? 'mulaw';
    },
    get playoutDelayMs() {
      return playoutDelayMs;
    },
    get isHeld() {
      return agreed?.isHeld ?? false;
    },
    get ignoredPackets() {
      return ignoredPackets;
    },
    listen(next) {
      listener = next;
      isHeldTold = false;
      tellHeld();
    },
    write(frame) {
      sender.write(frame, clock.nowMs());
    },
    // Each frame leaves as it is written: there is nothing to take back.
    clear() {},
    sendDigits: (digits, signal) => sender.press(digits, signal),
    figures() {
      const { received, lost, late } = receiver.packets;
      return {
        codec: agreed?.codec.name ?? 'none',
        packetsReceived: received,
        packetsLost: lost,
        packetsLate: late,
        packetsSent: sender.packets,
        jitterMs: receiver.reception?.jitterMs,
        far: reporter.far,
      };
    },
    close() {
      if (isClosed) return;
      if (agreed !== undefined) sendReport(reporter.goodbye(clock.nowMs()));
      isClosed = true;
      stopFrames?.();
      listener = undefined;
      sender.close();
      onClosed(sockets.close());
    },
  };
}
