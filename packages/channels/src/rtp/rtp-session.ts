import { randomInt } from 'node:crypto';
import type { LegListener } from '../phone/phone-leg.ts';
import type { CodecName } from './codecs.ts';
import { farBufferMs } from './line-transport.ts';
import { MediaError, type MediaSession, type MediaSessionOptions } from './media-session.ts';
import type { RtpLine, RtpLines } from './rtp-line.ts';
import { type Agreed, createNegotiation } from './sdp/negotiation.ts';

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
  const { onError, onEvent, family, bindAddress, silentAfterMs, remoteAddress: signallingAddress } = options;
  let agreed: Agreed | undefined;
  let listener: LegListener | undefined;
  /** What the listener was told last. */
  let isHeldTold = false;
  let isClosed = false;
  /** From the line's sending to the ear. */
  let farDelayMs = farBufferMs;

  const guarded = (call: () => void) => {
    try {
      call();
    } catch (error) {
      onError(error);
    }
  };

  const line: RtpLine = await options.lines.open(
    { family, bindAddress, silentAfterMs, signallingAddress },
    {
      frame: (frame) => listener?.frame(frame),
      digit: (digit) => listener?.digit(digit),
      playoutDelay(delayMs) {
        farDelayMs = delayMs;
        listener?.playoutDelay?.(delayMs + line.playoutDelayMs);
      },
      silent: (forMs) => onEvent({ type: 'silent', forMs }),
      failed: (reason) => onEvent({ type: 'failed', reason }),
      error: onError,
    },
  );
  const negotiation = createNegotiation({
    address: options.address,
    signallingAddress,
    rtpPort: line.rtpPort,
    rtcpPort: line.rtcpPort,
    codecs: options.codecs,
    srtp: options.srtp,
    sessionId: randomInt(2 ** 47),
  });

  const apply = (next: Agreed) => {
    const wasHeld = agreed?.isHeld ?? false;
    agreed = next;
    line.configure(next);
    if (wasHeld !== next.isHeld) {
      queueMicrotask(() => {
        if (!isClosed) guarded(() => onEvent({ type: 'hold', isHeld: next.isHeld }));
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
      return farDelayMs + line.playoutDelayMs;
    },
    aheadMs: line.aheadMs,
    get isHeld() {
      return agreed?.isHeld ?? false;
    },
    listen(next) {
      listener = next;
      isHeldTold = false;
      if (!isClosed) line.hear(next !== undefined);
      tellHeld();
    },
    write: (frame) => line.write(frame),
    clear: () => line.clear(),
    sendDigits: (digits, signal) => line.press(digits, signal),
    figures() {
      const { packetsIgnored: _, ...figures } = line.figures();
      return { codec: agreed?.codec.name ?? 'none', ...figures };
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      listener = undefined;
      onClosed(line.close());
    },
  };
}
