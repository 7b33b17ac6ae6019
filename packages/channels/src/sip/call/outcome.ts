import type { ReferOutcome } from '../../phone/phone-leg.ts';

type FailureReason = Extract<ReferOutcome, { type: 'failed' }>['reason'];

/** What a final answer of 300 and above says to the person who waits. */
export function failureOf(status: number): FailureReason {
  if (status === 486 || status === 600) return 'busy';
  if (status === 480 || status === 408 || status === 487) return 'no_answer';
  if (status === 405 || status === 501 || status === 420) return 'not_supported';
  if (status >= 500 && status < 600) return 'unreachable';
  return 'refused';
}
