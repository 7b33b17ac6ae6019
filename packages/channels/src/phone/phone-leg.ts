import type { Digit, LineFormat, Pcm } from '@parley/engine/ports/audio.ts';

/** What carries the leg; names it in records and metrics. */
export type LegKind = 'sip' | 'twilio' | 'audio-socket' | 'audio-fork';

/**
 * One person's end of a telephone call, answered and with sound both ways, whatever carries it. Whoever holds the leg decides what is
 * heard on it: a conversation, music, another leg. Calls never throw and never block unless they give a promise.
 */
export interface PhoneLeg {
  /** By which the far side knows the call: a SIP Call-ID, a CallSid. */
  readonly callId: string;
  readonly kind: LegKind;
  /** Who called whom: an inbound leg was answered here, an outbound one was dialled here. */
  readonly direction: 'inbound' | 'outbound';
  /** As the network names them: `+353861234567`, or the user of a SIP address. */
  readonly from: string;
  readonly to: string;
  readonly line: LineFormat;
  /** From `write` to the ear, as far as the leg knows; a listener is told when it changes. */
  readonly playoutDelayMs: number;
  /** As `AudioOutlet.aheadMs`; left out: 0. */
  readonly aheadMs?: number;
  /** Resolves once, when the leg is gone, however it went; everything that the leg owned is free by then or within seconds. */
  readonly ended: Promise<LegEnd>;
  /** Who hears the far side from now on, in place of whoever did; undefined: nobody. */
  listen(listener: LegListener | undefined): void;
  /** 320 samples, each 20 ms while there is something to hear; in between the leg itself keeps the line alive. */
  write(frame: Pcm): void;
  /** Throw away what was written and is not heard yet, here and, where the protocol can, at the far side. */
  clear(): void;
  /**
   * Press keys towards the far side (a menu, an extension), one after another.
   * @throws LegError `not_supported`, `ended`
   */
  sendDigits(digits: readonly Digit[], signal: AbortSignal): Promise<void>;
  /**
   * Ask the far side to call somebody else in our place (a cold transfer), and wait for what comes of it. When it is `answered` the
   * leg is about to end, or has ended; otherwise it goes on as before.
   * @param target `+353861234567`, or `sip:person@example.com`
   */
  refer(target: string, signal: AbortSignal): Promise<ReferOutcome>;
  /** Ends the call. Idempotent. */
  hangUp(reason: HangUpReason): void;
  figures(): LegFigures;
}

/** What it takes of somebody to be joined with a leg: another leg, or a person at a browser. */
export type Party = Pick<PhoneLeg, 'listen' | 'write' | 'clear' | 'sendDigits' | 'hangUp' | 'ended'>;

export interface LegListener {
  /** 320 samples each 20 ms, in order, silence and lost packets filled in. */
  frame(frame: Pcm): void;
  digit(digit: Digit): void;
  playoutDelay?(playoutDelayMs: number): void;
  /** The far side put the call on hold, or took it back; also told of one that is on hold when the listening begins. */
  held?(isHeld: boolean): void;
}

export type LegEnd =
  /** They hung up, or what carries the call says so. */
  | { readonly by: 'far'; readonly reason: string }
  /** We did. */
  | { readonly by: 'here'; readonly reason: HangUpReason }
  /** Nothing was heard of it any more, or what carries the call failed. */
  | { readonly by: 'network'; readonly reason: string };

export type HangUpReason = 'completed' | 'transferred' | 'silence' | 'max_duration' | 'error' | 'shutdown' | 'replaced';

export type ReferOutcome =
  | { readonly type: 'answered' }
  | { readonly type: 'failed'; readonly reason: 'busy' | 'no_answer' | 'refused' | 'not_supported' | 'unreachable' };

/** How good the line was; undefined where the protocol does not tell. Times in milliseconds. */
export interface LegFigures {
  readonly codec: string;
  readonly packetsReceived: number;
  readonly packetsLost: number;
  readonly packetsLate: number;
  readonly packetsSent: number;
  /** Interarrival jitter as RFC 3550 reckons it, at our end. */
  readonly jitterMs: number | undefined;
  /** What the far side reports of what we sent (RTCP). */
  readonly far:
    | { readonly lostShare: number; readonly jitterMs: number; readonly roundTripMs: number | undefined }
    | undefined;
}

export class LegError extends Error {
  readonly code: 'not_supported' | 'ended' | 'refused' | 'busy' | 'no_answer' | 'unreachable' | 'timed_out';
  constructor(code: LegError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LegError';
    this.code = code;
  }
}
