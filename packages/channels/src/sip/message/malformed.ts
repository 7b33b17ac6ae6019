import type { SipRequest } from './sip-message.ts';

export interface MalformedSip extends SipFault {
  readonly type: 'malformed';
  /**
   * The request as far as it could be read, to answer it with `createResponse`. Undefined for responses, ACKs and what has no readable
   * start line or no Via that leads back: none of these is answered.
   */
  readonly request: SipRequest | undefined;
}

/** What is wrong with a message. */
export interface SipFault {
  readonly problem: SipProblem;
  /** For logs and reason phrases, with nothing in it that the far side wrote. */
  readonly detail: string;
  /** What a request is refused with. */
  readonly status: 400 | 505 | 513;
}

export type SipProblem =
  | 'empty'
  | 'too_large'
  | 'start_line'
  | 'version'
  | 'status'
  | 'request_uri'
  | 'header_line'
  | 'no_end_of_headers'
  | 'missing_header'
  | 'repeated_header'
  | 'bad_header'
  | 'content_length'
  | 'method_mismatch';

export function fault(problem: SipProblem, detail: string, status: SipFault['status'] = 400): SipFault {
  return { problem, detail, status };
}

/** More than any datagram holds. */
export const MAX_MESSAGE_BYTES = 65_536;
/** A call through ten proxies has some forty; what has hundreds is no call. Values of a list count each. */
export const MAX_HEADERS = 200;
/** The longest that is seen in practice, a signed Identity, has about 2,000; folded lines count whole. */
export const MAX_LINE_CHARACTERS = 8_192;
