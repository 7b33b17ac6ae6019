import type { Digit, Pcm } from '@parley/engine/ports/audio.ts';
import type { LegFigures } from '../phone/phone-leg.ts';
import type { Agreed } from './sdp/negotiation.ts';

/**
 * The sound of calls without their signalling: sockets, order, codecs, keys, reports. It runs where the conversation runs, or in a thread
 * of its own that no conversation holds up.
 */
export interface RtpLines {
  /** Takes a pair of ports. @throws MediaError `no_port`, `ended` */
  open(options: RtpLineOptions, events: RtpLineEvents): Promise<RtpLine>;
  /** Pairs of ports taken now. */
  readonly inUse: number;
  /** Those that are open are closed; resolves when all ports are free. Idempotent. */
  close(): Promise<void>;
}

export interface RtpLineOptions {
  readonly family: 'udp4' | 'udp6';
  /** Undefined: all addresses of the machine. */
  readonly bindAddress: string | undefined;
  /** From which the far side signals. */
  readonly signallingAddress: string;
  readonly silentAfterMs: number;
}

/** Told between calls of the line's methods, never from inside one; nothing is told after `close`. */
export interface RtpLineEvents {
  /** 320 samples each 20 ms while somebody hears; silence while the call is on hold. */
  frame(frame: Pcm): void;
  digit(digit: Digit): void;
  playoutDelay(playoutDelayMs: number): void;
  /** No packet came for so long although the far side should send; told again and again. */
  silent(forMs: number): void;
  /** The line is gone with the thread that it was in: nothing comes and goes any more. */
  failed(reason: string): void;
  /** Trouble that ends nothing. */
  error(error: unknown): void;
}

/** One call's line. */
export interface RtpLine {
  readonly rtpPort: number;
  readonly rtcpPort: number;
  /** What the line adds to the way of a frame before it is sent, at most. */
  readonly playoutDelayMs: number;
  /** So much may be written ahead of its time; it is sent at its pace. */
  readonly aheadMs: number;
  /** What is in force from now on: before the first time nothing is sent or taken. */
  configure(agreed: Agreed): void;
  /** Whether anybody listens: if not, what comes is only counted. */
  hear(isHeard: boolean): void;
  /** A frame of speech, sent at once or when those before it were. */
  write(frame: Pcm): void;
  /** Frames that are not sent yet are thrown away. */
  clear(): void;
  /** @throws MediaError `not_supported`, `ended`; the signal's reason */
  press(digits: readonly Digit[], signal: AbortSignal): Promise<void>;
  /** As they are, or were a moment ago. */
  figures(): LineFigures;
  /** Says goodbye and frees the ports: resolves when they are free. Idempotent. */
  close(): Promise<void>;
}

export interface LineFigures extends Omit<LegFigures, 'codec'> {
  /** Packets that were not the far side's, or not of this call. */
  readonly packetsIgnored: number;
}
