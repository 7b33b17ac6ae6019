import type { Digit, LineFormat, Pcm } from '@parley/engine/ports/audio.ts';
import type { HangUpReason, LegEnd, LegFigures, LegListener, PhoneLeg, ReferOutcome } from '../../phone/phone-leg.ts';
import type { MediaSession } from '../../rtp/media-session.ts';
import type { SipCallSetting } from './sip-call.ts';

/** What becomes of a leg is the call's part. */
type LegActions = Pick<PhoneLeg, 'listen' | 'sendDigits' | 'refer' | 'hangUp' | 'figures'>;

/** The leg of a call by SIP. A class: a table of getters would be searched for each frame that passes. */
export class SipLeg implements PhoneLeg {
  readonly callId: string;
  readonly kind = 'sip';
  readonly direction: PhoneLeg['direction'];
  readonly from: string;
  readonly to: string;
  readonly ended: Promise<LegEnd>;
  readonly #media: MediaSession;
  readonly #actions: LegActions;

  constructor(
    { line, media, direction, from, to }: Pick<SipCallSetting, 'line' | 'media' | 'direction' | 'from' | 'to'>,
    ended: Promise<LegEnd>,
    actions: LegActions,
  ) {
    this.callId = line.dialog.callId;
    this.direction = direction;
    this.from = from;
    this.to = to;
    this.ended = ended;
    this.#media = media;
    this.#actions = actions;
  }

  get line(): LineFormat {
    return this.#media.line;
  }

  get playoutDelayMs(): number {
    return this.#media.playoutDelayMs;
  }

  get aheadMs(): number {
    return this.#media.aheadMs ?? 0;
  }

  write(frame: Pcm): void {
    this.#media.write(frame);
  }

  clear(): void {
    this.#media.clear();
  }

  listen(listener: LegListener | undefined): void {
    this.#actions.listen(listener);
  }

  sendDigits(digits: readonly Digit[], signal: AbortSignal): Promise<void> {
    return this.#actions.sendDigits(digits, signal);
  }

  refer(target: string, signal: AbortSignal): Promise<ReferOutcome> {
    return this.#actions.refer(target, signal);
  }

  hangUp(reason: HangUpReason): void {
    this.#actions.hangUp(reason);
  }

  figures(): LegFigures {
    return this.#actions.figures();
  }
}
