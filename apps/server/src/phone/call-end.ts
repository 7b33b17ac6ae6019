import type { LegEnd, LegError } from '@parley/channels/phone/phone-leg.ts';
import type { CallEndReason } from '@parley/contract/phone.ts';
import type { UnansweredOutcome } from './phone-desk.ts';

/** Why a call ended, in a word that programs know, and as the network put it. */
export interface WhyEnded {
  readonly reason: CallEndReason;
  readonly detail?: string;
}

/** Of a leg that was connected. */
export function whyLegEnded(end: LegEnd): WhyEnded {
  switch (end.by) {
    case 'far':
      return { reason: 'hung_up', detail: end.reason };
    case 'network':
      return { reason: 'network_lost', detail: end.reason };
    case 'here':
      return { reason: end.reason };
  }
}

/** Of a call that nobody answered, where no more is known. */
export function whyUnanswered(outcome: UnansweredOutcome): WhyEnded {
  return { reason: outcome === 'failed' ? 'error' : outcome };
}

/** Of a call from here that could not be made. */
export function whyNotCalled({ code, message }: LegError): WhyEnded {
  switch (code) {
    case 'busy':
    case 'no_answer':
    case 'refused':
    case 'unreachable':
      return { reason: code, detail: message };
    case 'timed_out':
      return { reason: 'no_answer', detail: message };
    case 'not_supported':
      return { reason: 'refused', detail: message };
    // They answered, and were gone before anything was said.
    case 'ended':
      return { reason: 'hung_up', detail: message };
  }
}
