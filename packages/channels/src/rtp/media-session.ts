import type { Digit, LineFormat, Pcm } from '@parley/engine/ports/audio.ts';
import type { LegFigures, LegListener } from '../phone/phone-leg.ts';

/** Opens media sessions on ports of its own; one for all calls of a process. */
export interface MediaSessions {
  /**
   * Takes a pair of ports. Nothing is sent or taken before an address was negotiated.
   * @throws MediaError `no_port`
   */
  open(options: MediaSessionOptions): Promise<MediaSession>;
  /** Pairs taken now. */
  readonly inUse: number;
  close(): Promise<void>;
}

export interface MediaSessionOptions {
  /**
   * `required`: plain RTP is refused; `offered`: we offer SRTP and take either; `accepted`: we offer plain and take what is asked for.
   * Keys in SDP (SDES, RFC 4568) want signalling that nobody reads: TLS.
   */
  readonly srtp: 'off' | 'accepted' | 'offered' | 'required';
  /** The address that the far side is told, where it is not the one that packets leave from. */
  readonly publicAddress?: string;
  /** The far side's address for signalling: decides from which of our addresses media is offered. */
  readonly remoteAddress: string;
  readonly onEvent: (event: MediaEvent) => void;
}

export type MediaEvent =
  /** No packet came for a long time although the far side should send. */
  | { readonly type: 'silent'; readonly forMs: number }
  /** The far side put us on hold, or took us back. */
  | { readonly type: 'hold'; readonly isHeld: boolean }
  /** Nothing is heard or sent any more, by no fault of the far side: the call is to be ended. */
  | { readonly type: 'failed'; readonly reason: string };

/** The sound of one call: offer and answer, packets, order, codec, keys. Events never come from inside a call. */
export interface MediaSession {
  /** The SDP to offer, the first one or again (`direction` for hold). */
  createOffer(direction?: 'sendrecv' | 'sendonly' | 'inactive'): string;
  /**
   * Their offer, the first one or again (hold, codec change, new address), and our answer to it.
   * @throws MediaError `malformed` (400), `not_acceptable` (488)
   */
  answerOffer(sdp: string): string;
  /** Their answer to our latest offer. A second answer (another fork) replaces the first. @throws MediaError */
  takeAnswer(sdp: string): void;
  /** Our offer was refused: what was agreed before stays in force. */
  forgetOffer(): void;
  readonly line: LineFormat;
  readonly playoutDelayMs: number;
  /** As `AudioOutlet.aheadMs`. */
  readonly aheadMs?: number;
  readonly isHeld: boolean;
  listen(listener: LegListener | undefined): void;
  write(frame: Pcm): void;
  clear(): void;
  /** RFC 4733, one key after the other. @throws MediaError `not_supported` when the far side takes none */
  sendDigits(digits: readonly Digit[], signal: AbortSignal): Promise<void>;
  figures(): LegFigures;
  /** Frees ports and timers; says goodbye (RTCP BYE). Idempotent. */
  close(): void;
}

export class MediaError extends Error {
  readonly code: 'no_port' | 'malformed' | 'not_acceptable' | 'not_supported' | 'ended';
  constructor(code: MediaError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MediaError';
    this.code = code;
  }
}
