import type { ProviderFailureCode } from '@parley/speech/provider/provider-failure.ts';
import { expect } from 'vitest';
import { until, untilInTime } from './bench.ts';
import type { Spoken } from './spoken.ts';
import type { SynthesizerCase, SynthesizerSubject } from './subject.ts';
import type { Check } from './synthesizer-call.ts';

const minuteMs = 60_000;

/** What can go wrong between an engine and its vendor. */
export function checkSynthesizerFailures(check: Check, { fake: vendor }: SynthesizerSubject): void {
  const unless = vendor === undefined ? 'it uses no network' : undefined;

  const fails = (key: SynthesizerCase, fault: string, code: ProviderFailureCode, retryAfterMs?: number) =>
    check(
      key,
      async ({ speak, long, clock }) => {
        const spoken = speak(long);
        // Time is hurried at once where it is what brings the failure about.
        const realMs = code === 'provider_timed_out' ? 0 : undefined;
        await untilInTime(clock, () => spoken.end !== undefined, 'the failure', realMs);
        expectFailure(spoken, code);
        expect(spoken.end).toMatchObject({ retryAfterMs });
        await clock.pass(minuteMs);
        expect(spoken.faults).toEqual([]);
      },
      { fault, unless, isDead: key === 'unreachable' },
    );
  fails('unauthorized', 'status:401', 'provider_unauthorized');
  fails('rateLimited', 'status:429,retry-after:2', 'provider_rate_limited', 2000);
  fails('broken', 'status:500', 'provider_failed');
  fails('unreachable', '', 'provider_unreachable');
  fails('silent', 'silent', 'provider_timed_out');
  fails('freeze', 'freeze-after:1', 'provider_timed_out');

  check(
    'break',
    async ({ speak, long }) => {
      const spoken = speak(long);
      // By itself: no time-out brings it about.
      await until(() => spoken.end !== undefined, 'the failure');
      expectFailure(spoken, 'provider_failed');
    },
    { fault: 'break-after:1', unless },
  );

  check('slowStart', async ({ speak, long, expectRight }) => expectRight(await speak(long).whole(), long), {
    fault: 'slow-start:60',
    unless,
  });

  check(
    'garble',
    async ({ speak, long, expectRight, clock }) => {
      const spoken = speak(long);
      await untilInTime(clock, () => spoken.end !== undefined, 'the end');
      if (spoken.end?.type === 'done') await expectRight(spoken, long);
      else expect(spoken.end?.code).toMatch(/^provider_(protocol|failed)$/);
    },
    { fault: 'garble-after:1', unless },
  );

  check(
    'recovery',
    async ({ speak, sentence, expectRight, clock }) => {
      const failing = speak(sentence(0));
      await untilInTime(clock, () => failing.end !== undefined, 'the failure');
      expect(failing.end?.type).toBe('failed');
      await expectRight(await speak(sentence(1)).whole(), sentence(1));
    },
    { fault: 'status:500,times:1', unless },
  );
}

function expectFailure({ end }: Spoken, code: ProviderFailureCode) {
  expect(end).toMatchObject({ type: 'failed', code });
  if (end?.type === 'failed') expect(end.message).not.toBe('');
}
