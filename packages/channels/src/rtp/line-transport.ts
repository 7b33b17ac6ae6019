import type { RemoteInfo } from 'node:dgram';
import type { SampleRoom } from '@parley/engine/audio/line-rate.ts';
import type { Digit, Pcm } from '@parley/engine/ports/audio.ts';
import { createLatch, type Latch, type Source } from './latch.ts';
import { createLineReceiver, type LineReceiver } from './line-receiver.ts';
import { createLineSender, type LineSender } from './line-sender.ts';
import { createReporter, type Reporter } from './rtcp/reporter.ts';
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
  /** Call each 20 ms, whether a frame was written or not: fills the time between speech, and presses keys. */
  fill(nowMs: number): void;
  /** Call for 20 ms in which nothing was sent, by who knows that speech has paused. */
  rest(nowMs: number): void;
  /** Call each 20 ms: reports, and whether the far side is there. */
  watch(nowMs: number): void;
  press(digits: readonly Digit[], signal: AbortSignal): Promise<void>;
  figures(): LineFigures;
  /** Says goodbye. Nothing is sent afterwards. */
  close(nowMs: number): void;
}

export interface LineTransportOptions {
  readonly nowMs: () => number;
  readonly epochMs: () => number;
  /** From which the far side signals. */
  readonly signallingAddress: string;
  readonly silentAfterMs: number;
  /** For frames, as `createLineReceiver` takes it. */
  readonly room?: SampleRoom;
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
  return new CallTransport(options);
}

/** A class: at 500 calls all that is asked for at each packet must be found at once, and near by. */
class CallTransport implements LineTransport {
  readonly #options: LineTransportOptions;
  readonly #latch: Latch;
  readonly #srtp = createSrtpStreams();
  readonly #receiver: LineReceiver;
  readonly #sender: LineSender;
  readonly #reporter: Reporter;
  #agreed: Agreed | undefined;
  #isClosed = false;
  #lastPacketMs = 0;
  #silentDueMs = 0;
  #packetsIgnored = 0;
  #playoutDelayMs = farBufferMs;
  /** Where their reports come from, when it is not where they said. */
  #reportSource: Source | undefined;

  constructor(options: LineTransportOptions) {
    this.#options = options;
    this.#latch = createLatch(options.signallingAddress);
    this.#receiver = createLineReceiver(options.onDigit, options.room);
    const sender = createLineSender((packet) => {
      const { target } = this.#latch;
      if (target !== undefined) options.sendRtp(this.#srtp.protectRtp(packet), target);
    });
    this.#sender = sender;
    this.#reporter = createReporter({
      ssrc: sender.ssrc,
      sent: () => sender,
      timestampAt: (nowMs) => sender.timestampAt(nowMs),
      reception: () => this.#receiver.reception,
      clockHz: () => this.#agreed?.codec.clockHz ?? 8000,
      epochMs: options.epochMs,
    });
  }

  receiveRtp(bytes: Uint8Array, from: RemoteInfo): void {
    const agreed = this.#agreed;
    if (agreed === undefined || this.#isClosed) return;
    if (isRtcp(bytes)) {
      if (agreed.remote.isMuxed) this.receiveRtcp(bytes, from);
    } else if (!this.#takePacket(agreed, bytes, from)) this.#packetsIgnored += 1;
  }

  receiveRtcp(bytes: Uint8Array, from: RemoteInfo): void {
    if (this.#agreed === undefined || this.#isClosed) return;
    if (!this.#takeReport(this.#agreed, bytes, from)) this.#packetsIgnored += 1;
  }

  configure(next: Agreed): void {
    this.#agreed = next;
    this.#latch.open(next.remote);
    this.#reportSource = undefined;
    this.#srtp.configure(next.srtp);
    this.#receiver.configure(next.receive);
    this.#sender.configure(next.sends ? next : undefined);
    this.#lastPacketMs = this.#options.nowMs();
    this.#silentDueMs = this.#lastPacketMs + this.#options.silentAfterMs;
  }

  nextFrame(nowMs: number): Pcm | undefined {
    if (this.#agreed?.isHeld === false) return this.#receiver.nextFrame(nowMs);
    this.#receiver.skip();
    return undefined;
  }

  skip(): void {
    this.#receiver.skip();
  }

  write(frame: Pcm, nowMs: number): boolean {
    return this.#sender.write(frame, nowMs);
  }

  fill(nowMs: number): void {
    this.#sender.tick(nowMs);
  }

  rest(nowMs: number): void {
    this.#sender.rest(nowMs);
  }

  watch(nowMs: number): void {
    const report = this.#reporter.due(nowMs);
    if (report !== undefined) this.#sendReport(report);
    if (nowMs < this.#silentDueMs) return;
    // Who neither sends nor holds told that it would not; who holds for hours may be gone.
    if (this.#agreed?.receives !== true && this.#agreed?.isHeld !== true) return;
    this.#silentDueMs = nowMs + this.#options.silentAfterMs;
    this.#options.onSilent(nowMs - this.#lastPacketMs);
  }

  press(digits: readonly Digit[], signal: AbortSignal): Promise<void> {
    return this.#sender.press(digits, signal);
  }

  figures(): LineFigures {
    const { received, lost, late } = this.#receiver.packets;
    return {
      packetsReceived: received,
      packetsLost: lost,
      packetsLate: late,
      packetsSent: this.#sender.packets,
      packetsIgnored: this.#packetsIgnored,
      jitterMs: this.#receiver.reception?.jitterMs,
      far: this.#reporter.far,
    };
  }

  close(nowMs: number): void {
    if (this.#isClosed) return;
    if (this.#agreed !== undefined) this.#sendReport(this.#reporter.goodbye(nowMs));
    this.#isClosed = true;
    this.#sender.close();
  }

  #takePacket(agreed: Agreed, bytes: Uint8Array, from: RemoteInfo): boolean {
    if (bytes.length > longestPacket || !this.#latch.mayBe(from)) return false;
    const plain = this.#srtp.unprotectRtp(bytes);
    const packet = plain === undefined ? undefined : parseRtp(plain);
    if (packet === undefined || !agreed.receive.has(packet.payloadType)) return false;
    if (!this.#latch.judge(from, packet, this.#srtp.isOn)) return false;
    const nowMs = this.#options.nowMs();
    if (!this.#receiver.receive(packet, nowMs)) return false;
    this.#lastPacketMs = nowMs;
    this.#silentDueMs = nowMs + this.#options.silentAfterMs;
    return true;
  }

  #takeReport(agreed: Agreed, bytes: Uint8Array, from: RemoteInfo): boolean {
    if (bytes.length > longestPacket) return true;
    const isTheirs = from.address === this.#latch.target?.address || from.address === agreed.remote.rtcpAddress;
    const plain = isTheirs || this.#srtp.isOn ? this.#srtp.unprotectRtcp(bytes) : undefined;
    if (plain === undefined) return false;
    const nowMs = this.#options.nowMs();
    if (!this.#reporter.receive(plain, nowMs)) return false;
    if (this.#reportSource?.port !== from.port || this.#reportSource.address !== from.address) {
      this.#reportSource = { address: from.address, port: from.port };
    }
    // Who suppresses silence is known to be there by reports alone.
    if (this.#receiver.isPaused) this.#silentDueMs = nowMs + this.#options.silentAfterMs;
    const delayMs = Math.round(farBufferMs + (this.#reporter.far?.roundTripMs ?? 0) / 2);
    if (Math.abs(delayMs - this.#playoutDelayMs) < delayStepMs) return true;
    this.#playoutDelayMs = delayMs;
    this.#options.onPlayoutDelay(delayMs);
    return true;
  }

  #sendReport(report: Uint8Array): void {
    const target = this.#reportTarget();
    if (target === undefined) return;
    const { sendRtp, sendRtcp } = this.#options;
    const send = this.#agreed?.remote.isMuxed === true ? sendRtp : sendRtcp;
    send(this.#srtp.protectRtcp(report), target);
  }

  #reportTarget(): Source | undefined {
    if (this.#agreed === undefined) return undefined;
    const { target } = this.#latch;
    const { remote } = this.#agreed;
    if (remote.isMuxed) return target;
    if (this.#reportSource !== undefined) return this.#reportSource;
    // Its speech comes from elsewhere than it said: so do its reports, from the next port as a rule.
    if (target !== undefined && target.address !== remote.address) {
      return { address: target.address, port: Math.min(65_535, target.port + 1) };
    }
    const { rtcpAddress, rtcpPort } = remote;
    return rtcpAddress === undefined || rtcpPort === 0 ? undefined : { address: rtcpAddress, port: rtcpPort };
  }
}
