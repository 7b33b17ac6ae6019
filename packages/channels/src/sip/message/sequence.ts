import { isToken, parseDigits } from './tokens.ts';

/** RFC 3261 §8.1.1.5. */
export interface CSeq {
  /** 0 to 2³¹ − 1. */
  readonly sequence: number;
  readonly method: string;
}

/** RFC 3262 §7.2: which provisional answer is acknowledged. */
export interface RAck extends CSeq {
  readonly responseSequence: number;
}

export function parseCSeq(text: string): CSeq | undefined {
  const [digits = '', method = '', ...more] = text.trim().split(/\s+/);
  const sequence = parseDigits(digits, MAX_SEQUENCE);
  return sequence === undefined || !isToken(method) || more.length > 0 ? undefined : { sequence, method };
}

export function parseRAck(text: string): RAck | undefined {
  const [digits = '', ...rest] = text.trim().split(/\s+/);
  const responseSequence = parseDigits(digits, MAX_RSEQ);
  const cseq = parseCSeq(rest.join(' '));
  return responseSequence === undefined || cseq === undefined ? undefined : { responseSequence, ...cseq };
}

const MAX_SEQUENCE = 2 ** 31 - 1;
const MAX_RSEQ = 2 ** 32 - 1;
