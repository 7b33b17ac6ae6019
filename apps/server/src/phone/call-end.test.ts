import { LegError } from '@parley/channels/phone/phone-leg.ts';
import { callEndReasons } from '@parley/contract/phone.ts';
import { expect, it } from 'vitest';
import { whyLegEnded, whyNotCalled, whyUnanswered } from './call-end.ts';

it('a call that ends says why in one word, and keeps apart what the network said', () => {
  expect(whyLegEnded({ by: 'far', reason: 'they hung up (Q.850 16)' })).toEqual({
    reason: 'hung_up',
    detail: 'they hung up (Q.850 16)',
  });
  expect(whyLegEnded({ by: 'network', reason: 'no sound came for 30 seconds' })).toEqual({
    reason: 'network_lost',
    detail: 'no sound came for 30 seconds',
  });
  expect(whyLegEnded({ by: 'here', reason: 'silence' })).toEqual({ reason: 'silence' });
});

it.each([
  ['busy', 'busy'],
  ['no_answer', 'no_answer'],
  ['timed_out', 'no_answer'],
  ['refused', 'refused'],
  ['not_supported', 'refused'],
  ['unreachable', 'unreachable'],
  ['ended', 'hung_up'],
] as const)('a call from here that fails with %s ended for %s', (code, reason) => {
  expect(whyNotCalled(new LegError(code, '404 Not Found'))).toEqual({ reason, detail: '404 Not Found' });
  expect(callEndReasons).toContain(reason);
});

it('a call that nobody answered ended as it went, and one that failed by an error here', () => {
  expect(whyUnanswered('canceled')).toEqual({ reason: 'canceled' });
  expect(whyUnanswered('machine')).toEqual({ reason: 'machine' });
  expect(whyUnanswered('failed')).toEqual({ reason: 'error' });
});
