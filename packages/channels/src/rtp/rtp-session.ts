import { randomInt } from 'node:crypto';
import type { Digit, LineFormat, Pcm } from '@parley/engine/ports/audio.ts';
import type { LegFigures, LegListener } from '../phone/phone-leg.ts';
import type { CodecName } from './codecs.ts';
import { farBufferMs } from './line-transport.ts';
import { MediaError, type MediaSession, type MediaSessionOptions } from './media-session.ts';
import type { RtpLine, RtpLines } from './rtp-line.ts';
import { type Agreed, createNegotiation, type Negotiation } from './sdp/negotiation.ts';

export interface RtpSessionOptions extends MediaSessionOptions {
  readonly lines: RtpLines;
  readonly onError: (error: unknown) => void;
  /** That the far side is told. */
  readonly address: string;
  readonly family: 'udp4' | 'udp6';
  readonly bindAddress: string | undefined;
  readonly codecs: readonly CodecName[];
  readonly silentAfterMs: number;
}

/** One call over RTP: what is agreed and who listens; the line has the sound. @throws MediaError `no_port`, `ended` */
export async function createRtpSession(
  options: RtpSessionOptions,
  onClosed: (freed: Promise<void>) => void,
): Promise<MediaSession> {
  const { family, bindAddress, silentAfterMs, remoteAddress: signallingAddress } = options;
  // The line tells nothing before it is asked to.
  const told: { session?: RtpSession } = {};
  const line = await options.lines.open(
    { family, bindAddress, silentAfterMs, signallingAddress },
    {
      frame: (frame) => told.session?.heard(frame),
      digit: (digit) => told.session?.pressed(digit),
      playoutDelay: (delayMs) => told.session?.delayed(delayMs),
      silent: (forMs) => options.onEvent({ type: 'silent', forMs }),
      failed: (reason) => options.onEvent({ type: 'failed', reason }),
      error: options.onError,
    },
  );
  const session = new RtpSession(line, options, onClosed);
  told.session = session;
  return session;
}

/** A class: a table of getters would be searched for each frame that passes. */
class RtpSession implements MediaSession {
  readonly aheadMs: number;
  readonly #line: RtpLine;
  readonly #negotiation: Negotiation;
  readonly #onEvent: RtpSessionOptions['onEvent'];
  readonly #onError: RtpSessionOptions['onError'];
  readonly #onClosed: (freed: Promise<void>) => void;
  #agreed: Agreed | undefined;
  #listener: LegListener | undefined;
  /** What the listener was told last. */
  #isHeldTold = false;
  #isClosed = false;
  /** From the line's sending to the ear. */
  #farDelayMs = farBufferMs;

  constructor(line: RtpLine, options: RtpSessionOptions, onClosed: (freed: Promise<void>) => void) {
    this.aheadMs = line.aheadMs;
    this.#line = line;
    this.#onEvent = options.onEvent;
    this.#onError = options.onError;
    this.#onClosed = onClosed;
    this.#negotiation = createNegotiation({
      address: options.address,
      signallingAddress: options.remoteAddress,
      rtpPort: line.rtpPort,
      rtcpPort: line.rtcpPort,
      codecs: options.codecs,
      srtp: options.srtp,
      sessionId: randomInt(2 ** 47),
    });
  }

  heard(frame: Pcm): void {
    this.#listener?.frame(frame);
  }

  pressed(digit: Digit): void {
    this.#listener?.digit(digit);
  }

  delayed(delayMs: number): void {
    this.#farDelayMs = delayMs;
    this.#listener?.playoutDelay?.(this.playoutDelayMs);
  }

  createOffer(direction: 'sendrecv' | 'sendonly' | 'inactive' = 'sendrecv'): string {
    this.#checkOpen();
    return this.#negotiation.createOffer(direction);
  }

  answerOffer(sdp: string): string {
    this.#checkOpen();
    const answer = this.#negotiation.answerOffer(sdp);
    this.#apply(answer.agreed);
    return answer.sdp;
  }

  takeAnswer(sdp: string): void {
    this.#checkOpen();
    this.#apply(this.#negotiation.takeAnswer(sdp));
  }

  forgetOffer(): void {
    this.#negotiation.forgetOffer();
  }

  get line(): LineFormat {
    return this.#agreed?.codec.line ?? 'mulaw';
  }

  get playoutDelayMs(): number {
    return this.#farDelayMs + this.#line.playoutDelayMs;
  }

  get isHeld(): boolean {
    return this.#agreed?.isHeld ?? false;
  }

  listen(next: LegListener | undefined): void {
    this.#listener = next;
    this.#isHeldTold = false;
    if (!this.#isClosed) this.#line.hear(next !== undefined);
    this.#tellHeld();
  }

  write(frame: Pcm): void {
    this.#line.write(frame);
  }

  clear(): void {
    this.#line.clear();
  }

  sendDigits(digits: readonly Digit[], signal: AbortSignal): Promise<void> {
    return this.#line.press(digits, signal);
  }

  figures(): LegFigures {
    const { packetsIgnored: _, ...figures } = this.#line.figures();
    return { codec: this.#agreed?.codec.name ?? 'none', ...figures };
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#listener = undefined;
    this.#onClosed(this.#line.close());
  }

  #apply(next: Agreed): void {
    const wasHeld = this.isHeld;
    this.#agreed = next;
    this.#line.configure(next);
    if (wasHeld !== next.isHeld) {
      queueMicrotask(() => {
        if (!this.#isClosed) this.#guarded(() => this.#onEvent({ type: 'hold', isHeld: next.isHeld }));
      });
    }
    this.#tellHeld();
  }

  /** Whoever listens knows whether the line is on hold; never from inside a call. */
  #tellHeld(): void {
    queueMicrotask(() => {
      const { isHeld } = this;
      const listener = this.#listener;
      if (this.#isClosed || listener === undefined || this.#isHeldTold === isHeld) return;
      this.#isHeldTold = isHeld;
      this.#guarded(() => listener.held?.(isHeld));
    });
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new MediaError('ended', 'The media of this call were closed.');
  }

  #guarded(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#onError(error);
    }
  }
}
