import type { SipHeader, SipResponse } from '../message/sip-message.ts';

/** Who we are to one far side, and how it is proved (RFC 3261 §22). */
export interface Identity {
  /** What goes with a request: the proof for the challenge that was answered last, empty while there is none. */
  proofFor(method: string, uri: string): readonly SipHeader[];
  /**
   * They ask who we are (401, 407).
   * @returns true: ask again, with the proof; false: it is no challenge, one that we cannot answer, or our answer was wrong
   */
  takeChallenge(response: SipResponse): boolean;
}
